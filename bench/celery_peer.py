"""The peer `celery`: the same task as `tuned`, run by Celery's prefork workers with Redis between.

Celery is none of our dependencies and imported here alone; `bench.contestants` says when it is left out.
"""

import os
from importlib import import_module
from typing import Any

celery: Any = import_module("celery")

app = celery.Celery("bench", broker=os.environ["BENCH_REDIS"])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_ignore_result=True,
    worker_prefetch_multiplier=16,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
)


@app.task
def send(pk: int) -> None:
    """Models are there only once Celery has set Django up, which is after it has read this."""
    import_module("bench.peers").send_over_session(pk)
