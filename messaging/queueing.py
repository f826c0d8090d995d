"""The only module that knows the queue. Tasks wake a worker; what is to be done stands in the rows."""

import gc
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_migrate
from django_q.models import Schedule
from django_q.signals import post_spawn
from django_q.tasks import async_task

from messaging import health, jams, seats

PUMP = "messaging.tasks.pump"
SWEEP = "messaging.tasks.sweep"
RECONCILE = "messaging.tasks.reconcile"
SUMMARIZE = "messaging.tasks.summarize"
EXPORT = "messaging.tasks.export"
CANCEL = "messaging.tasks.cancel"


def wake() -> None:
    """Have a worker look at the queue, once the rows of this transaction are there to be seen.

    May be lost, doubled or late without harm: the sweeper wakes somebody too, and a pump sends nothing twice.
    """
    transaction.on_commit(partial(async_task, PUMP, save=False))


def wake_exports() -> None:
    """Have a worker start the files that people asked for; the sweeper does so too, within a minute."""
    transaction.on_commit(partial(async_task, EXPORT, save=False))


def wake_canceling() -> None:
    """Have a worker cancel what people's stops leave; the sweeper does so too, within a minute."""
    transaction.on_commit(partial(async_task, CANCEL, save=False))


def watch() -> None:
    """Connect us to the queue: what runs every minute; and the sweeper, whenever a worker starts."""
    post_migrate.connect(_schedule_rounds, sender=apps.get_app_config("messaging"))
    post_spawn.connect(_begin_work)


def _schedule_rounds(**_kwargs: Any) -> None:
    for name, path in (("sweep", SWEEP), ("reconcile", RECONCILE), ("summarize", SUMMARIZE)):
        every_minute = {"func": path, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        Schedule.objects.update_or_create(name=name, defaults=every_minute)


def _begin_work(**_kwargs: Any) -> None:
    """The queue says so in each worker process, before its first task."""
    # What there is by now stays for good. Looking through all of it, and so often through what is new, cost
    # 5 % of sending.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    health.keep_beating()
    seats.clear()
    # The first processes of a cluster are its workers, a monitor and a pusher.
    jams.watch(settings.Q_CLUSTER["workers"] + 2)
    async_task(SWEEP, save=False)
