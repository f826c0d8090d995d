"""Whether this installation can do its work, and what is missing if not. Every worker process says that it
lives, from a thread of its own, so that a long request to a provider does not make it look dead."""

import datetime as dt
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from messaging.models import WorkerBeat

logger = logging.getLogger(__name__)

# How often a process says that it lives, in seconds.
BEAT_SECONDS = 15
# Four missed beats, or three and a database that is slow to write.
SILENCE = dt.timedelta(seconds=60)
# The sweeper comes once a minute.
SWEEP_SILENCE = dt.timedelta(minutes=3)
# How long a beat is kept after the last one.
MEMORY = dt.timedelta(days=1)


# -- A process says that it lives ------------------------------------------------------------------


def keep_beating() -> threading.Event:
    """Have this process say that it lives for as long as it does. To be called once, where it begins.

    Setting the event that is returned ends it.
    """
    over = threading.Event()
    threading.Thread(target=_keep_beating, args=[over], name="beat", daemon=True).start()
    return over


def _keep_beating(over: threading.Event) -> None:
    """A database that is away must not end it: the next beat may find it back."""
    say: Callable[[], None] = begin
    while True:
        try:
            say()
            say = beat
        except Error:
            logger.warning("This worker could not say that it lives", exc_info=True)
        finally:
            connection.close()
        if over.wait(BEAT_SECONDS):
            return


def begin() -> None:
    """The first beat of a process. Forgets those of this host that ended, also one with the same number."""
    beats = WorkerBeat.objects.filter(host=socket.gethostname())
    dead = [row.pk for row in beats if row.pid == os.getpid() or not is_running(row.pid)]
    beats.filter(pk__in=dead).delete()
    beat()


def is_running(pid: int) -> bool:
    """Whether there is a process of this number here, whoever's it is."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return pid > 0


def beat(**changes: Any) -> None:
    """Say that this process lives, and what else there is to say about it."""
    changes["seen_at"] = timezone.now()
    WorkerBeat.objects.update_or_create(host=socket.gethostname(), pid=os.getpid(), defaults=changes)


@contextmanager
def pumping() -> Iterator[None]:
    """As long as this lasts, the process is one that sends. Never fails: it only tells people."""
    _mark(pumping_since=timezone.now())
    try:
        yield
    finally:
        _mark(pumping_since=None)


def _mark(**changes: Any) -> None:
    try:
        beat(**changes)
    except Error:
        logger.warning("This worker could not say what it does", exc_info=True)


def mark_sweep() -> None:
    """The sweeper's round is over. Forgets processes that have been silent for a day."""
    beat(swept_at=timezone.now())
    WorkerBeat.objects.filter(seen_at__lt=timezone.now() - MEMORY).delete()


# -- Who lives -------------------------------------------------------------------------------------


def last_beat() -> dt.datetime | None:
    return WorkerBeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()


def is_worker_alive() -> bool:
    return is_fresh(last_beat())


def is_fresh(seen_at: dt.datetime | None) -> bool:
    return seen_at is not None and seen_at > timezone.now() - SILENCE


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
