"""Taking messages back that have not left: one of them, or all that wait of a bot.

Exact while workers claim: a row is locked, looked at, changed and told about in one transaction, and one
that a worker holds at this moment is left to it.
"""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from messaging import events
from messaging.events import News
from messaging.models import Bot, Message, MessageEvent, Source
from messaging.statuses import WAITING, Status

# Rows canceled by one transaction: others write too, and on SQLite they wait for it.
CHUNK = 500


def cancel(message: Message, actor: User) -> bool:
    """Take back one message. Returns False if it had left, or was about to."""
    return bool(_cancel(Message.objects.filter(pk=message.pk, status__in=WAITING), actor))


def cancel_waiting(bot: Bot, actor: User) -> int:
    """Take back all that waits of a bot, what leaves first before the rest, and return how many rows.

    Does not stop the bot: rows that a worker holds may come back to the queue, so pause it before.
    """
    canceled = 0
    for status in (Status.QUEUED, Status.PLANNED):
        rows = Message.objects.filter(bot=bot, status=status)
        while count := _cancel(rows, actor):
            canceled += count
    return canceled


def _cancel(rows: QuerySet[Message], actor: User) -> int:
    with transaction.atomic():
        # In the order of the queue's index, as workers take them.
        locked = rows.order_by("lane", "due_at", "pk").select_for_update(skip_locked=True)
        found = list(locked.only("public_id", "bot_id")[:CHUNK])
        Message.objects.filter(pk__in=[row.pk for row in found], status__in=WAITING).update(
            status=Status.CANCELED, reason="", provider_code="", detail=""
        )
        MessageEvent.objects.bulk_create([_line(row, actor) for row in found])
    return len(found)


def _line(message: Message, actor: User) -> MessageEvent:
    line = events.line(message, News(Status.CANCELED, Source.PERSON))
    line.actor = actor
    return line
