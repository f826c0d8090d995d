"""How each contestant's workers learn of rows that are queued now."""

from collections.abc import Callable, Iterable
from importlib import import_module
from itertools import islice

from django.db import transaction
from django_q.models import OrmQ
from django_q.tasks import async_task

from messaging import queueing

# Rows whose tasks are enqueued in one transaction.
CHUNK = 250


def wake(_keys: Iterable[int]) -> None:
    queueing.wake()


def one_by_one(keys: Iterable[int]) -> None:
    for key in keys:
        async_task("bench.peers.send_plainly", key)


def together(keys: Iterable[int]) -> None:
    rest = iter(keys)
    while chunk := list(islice(rest, CHUNK)):
        with transaction.atomic():
            for key in chunk:
                async_task("bench.peers.send_over_session", key)


def to_celery(keys: Iterable[int]) -> None:
    send = import_module("bench.celery_peer").send
    for key in keys:
        send.delay(key)


LAUNCHERS: dict[str, Callable[[Iterable[int]], None]] = {
    "ours": wake,
    "naive": one_by_one,
    "tuned": together,
    "celery": to_celery,
}


def is_ready(contestant: str) -> bool:
    """Whether its workers are up: they answer, or have emptied the queue of what we put in first."""
    if contestant == "celery":
        return bool(import_module("bench.celery_peer").app.control.ping(timeout=0.2))
    return not OrmQ.objects.exists()


def greet(contestant: str) -> None:
    """Something to empty the queue of."""
    if contestant != "celery":
        async_task("builtins.len", "")
