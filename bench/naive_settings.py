"""The peer `naive`: Django and django-q2 as they come, with the product's tables."""

from jelouadmin.settings import *  # noqa: F403
from jelouadmin.settings import INSTALLED_APPS, env
from jelouadmin.settings import Q_CLUSTER as OURS

INSTALLED_APPS[INSTALLED_APPS.index("messaging")] = "bench.quiet_app.QuietConfig"

DATABASES = {"default": env.db("DATABASE_URL")}
LOGGING = {}
# `name` is part of each task's signature, and django-q2 has no queue without being told where.
Q_CLUSTER = {"name": OURS["name"], "orm": "default"}
