"""The only module that knows the queue. Tasks wake a worker; what is to be done stands in the rows."""

from functools import partial
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models.signals import post_migrate
from django_q.models import Schedule
from django_q.signals import post_spawn
from django_q.tasks import async_task

PUMP = "messaging.tasks.pump"
SWEEP = "messaging.tasks.sweep"


def wake(bot_id: int) -> None:
    """Have a worker look at a bot's queue, once the rows of this transaction are there to be seen."""
    transaction.on_commit(partial(async_task, PUMP, bot_id, save=False))


def watch() -> None:
    """Connect us to the queue: the sweeper runs every minute, and whenever a worker starts."""
    post_migrate.connect(_schedule_sweeper, sender=apps.get_app_config("messaging"))
    post_spawn.connect(_sweep_soon)


def _schedule_sweeper(**_kwargs: Any) -> None:
    Schedule.objects.update_or_create(
        name="sweep", defaults={"func": SWEEP, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
    )


def _sweep_soon(**_kwargs: Any) -> None:
    async_task(SWEEP, save=False)
