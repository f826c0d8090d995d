"""Taking messages back that have not left: one of them, or all that wait of a bot.

Exact while workers claim: a row is locked, looked at, changed and told about in one transaction, and one
that a worker holds at this moment is left to it.

    stop       the bot is paused, and from that moment on nobody claims what waits of it: two small writes
    cancel     those rows, some hundreds at a time: at once if they are few, or else by a worker
    go on      the sweeper, if that worker dies; as long as workers hold rows that may come back
"""

import datetime as dt
import time

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from messaging import connecting, due, events, queueing
from messaging.models import Bot, Message, Stop
from messaging.statuses import WAITING, Status

# Rows canceled by one transaction: others write too, and on SQLite they wait for it.
CHUNK = 500
# So many are canceled by the request itself.
AT_ONCE = 500
# A task gives its worker back after so many seconds, and the next one goes on.
SLICE_SECONDS = 10
# How long whoever works on a stop may be silent before others think it dead.
LEASE = dt.timedelta(seconds=30)
# Seconds of rest for each second of work, for those who wait to write.
REST = 0.5


def cancel(message: Message, actor: User) -> bool:
    """Take back one message. Returns False if it had left, or was about to."""
    return bool(_cancel(Message.objects.filter(pk=message.pk, status__in=WAITING), actor))


# -- All that waits ------------------------------------------------------------------------------


def stop(bot: Bot, actor: User) -> Stop:
    """Pause a bot and take back all that waits of it now, in an instant, however much that is.

    What joins the queue later is left alone. A second press, with nothing new, is the first one.
    """
    with transaction.atomic():
        connecting.pause(bot, actor)  # which also has one press wait for another
        pressed = _press(bot, actor)
    if pressed.waiting > AT_ONCE:
        queueing.wake_canceling()
    else:
        _work_on(pressed, time.monotonic() + SLICE_SECONDS)
        pressed.refresh_from_db()
    return pressed


def _press(bot: Bot, actor: User) -> Stop:
    earlier = Stop.objects.open().filter(bot=bot).order_by("up_to").last()
    above = earlier.up_to if earlier else 0
    up_to = Message.objects.aggregate(key=Max("pk"))["key"] or 0
    waiting = sum(_rows(bot.pk, status, above, up_to).count() for status in WAITING)
    if earlier and not waiting:
        return earlier
    return Stop.objects.create(bot=bot, by=actor, above=above, up_to=up_to, waiting=waiting)


def _rows(bot_id: int, status: Status, above: int, up_to: int) -> QuerySet[Message]:
    # A bare key would have a database walk its index, and with it all of history.
    rows = Message.objects.filter(bot=bot_id, status=status).alias(place=F("pk") + 0)
    return rows.filter(place__gt=above, place__lte=up_to)


def go_on() -> None:
    """Cancel, for a slice of time, what stops leave that nobody works on; the next task takes the rest."""
    ends = time.monotonic() + SLICE_SECONDS
    idle = Stop.objects.open().filter(_is_idle()).select_related("by")
    if any(_work_on(pressed, ends) for pressed in idle):
        queueing.wake_canceling()


def _is_idle() -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=timezone.now())


def _work_on(pressed: Stop, ends: float) -> bool:
    """Cancel the rows of a stop, unless somebody else does. Returns whether time ran out before they did."""
    mine = Stop.objects.open().filter(pk=pressed.pk)
    if not mine.filter(_is_idle()).update(lease_until=timezone.now() + LEASE):
        return False
    while is_left := bool(seconds := _cancel_some(pressed)):
        if time.monotonic() + REST * seconds > ends:
            break
        time.sleep(REST * seconds)  # others wait to write
    # First those that may come back to the queue while one looks.
    is_over = not is_left and not any(_rows_of(pressed, one).exists() for one in (Status.SENDING, *WAITING))
    mine.update(lease_until=None, ended_at=timezone.now() if is_over else None)
    return is_left


def _cancel_some(pressed: Stop) -> float:
    """Returns how many seconds it took; none if there was nothing to cancel."""
    begin = time.monotonic()
    for status in (Status.QUEUED, Status.PLANNED):
        with transaction.atomic(), due.along_the_queue():
            if count := _cancel(_rows_of(pressed, status), pressed.by):
                lease = timezone.now() + LEASE
                Stop.objects.filter(pk=pressed.pk).update(canceled=F("canceled") + count, lease_until=lease)
                return time.monotonic() - begin
    return 0.0


def _rows_of(pressed: Stop, status: Status) -> QuerySet[Message]:
    return _rows(pressed.bot_id, status, pressed.above, pressed.up_to)


# -- Rows ----------------------------------------------------------------------------------------


def _cancel(rows: QuerySet[Message], actor: User) -> int:
    with transaction.atomic():
        # In the order of the queue's index, as workers take them.
        locked = rows.order_by("lane", "due_at", "pk").select_for_update(skip_locked=True)
        if found := list(locked.values_list("pk", "bot_id")[:CHUNK]):
            Message.objects.filter(pk__in=[pk for pk, _bot in found], status__in=WAITING).update(
                status=Status.CANCELED, reason="", provider_code="", detail=""
            )
            events.write_canceled(found, actor, timezone.now())
    return len(found)
