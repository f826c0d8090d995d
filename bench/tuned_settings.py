"""The peers `tuned` and `celery`: connections kept, SQLite set as ours is, the queue as fast as it goes."""

from jelouadmin.settings import *  # noqa: F403
from jelouadmin.settings import DATABASES, INSTALLED_APPS, env
from jelouadmin.settings import Q_CLUSTER as OURS

INSTALLED_APPS[INSTALLED_APPS.index("messaging")] = "bench.quiet_app.QuietConfig"

DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
Q_CLUSTER = {
    "name": OURS["name"],
    "orm": "default",
    "workers": env.int("Q_WORKERS"),
    "timeout": 300,
    "retry": 600,
    "max_attempts": 1,
    "ack_failures": True,
    "queue_limit": 200,
    "bulk": 50,
    "poll": 0.05,
    "save_limit": -1,
    "recycle": 1_000_000,
    "scheduler": False,
    "log_level": "WARNING",
}
# Read by the Celery peer, whose library else closes the connection after every task.
CELERY_DB_REUSE_MAX = 1_000_000
