"""Whether this installation can do its work, and what is missing if not."""

import datetime as dt
import socket

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from messaging.models import WorkerBeat

# The sweeper beats once a minute; two missed beats mean that nobody works.
SILENCE = dt.timedelta(seconds=150)


def beat() -> None:
    """Say that a worker on this host lives."""
    WorkerBeat.objects.update_or_create(host=socket.gethostname(), defaults={"seen_at": timezone.now()})


def last_beat() -> dt.datetime | None:
    return WorkerBeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def is_worker_alive() -> bool:
    seen = last_beat()
    return seen is not None and seen > timezone.now() - SILENCE


def shortcomings() -> dict[str, str]:
    """What keeps this installation from working, by part; empty when all is well."""
    try:
        if pending := _pending_migrations():
            return {"migrations": f"{pending} not applied; run manage.py migrate"}
        if not is_worker_alive():
            return {"worker": f"no worker seen since {last_beat() or 'ever'}; run manage.py qcluster"}
    except DatabaseError as error:
        return {"database": type(error).__name__}
    return {}


def _pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
