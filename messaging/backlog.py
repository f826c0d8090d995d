"""How many rows wait, apart by all that the cause of it depends on.

One pass for rows that are due and one for those due later, each along the queue's index in its own order, so
that nothing is sorted. What those passes have to know of a row they read from it: an index that held that
too would be written with every send.
"""

import functools
import operator
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from messaging.models import Bot, Lane, Message, Stop
from messaging.statuses import Status

# To group by. A bare column would have SQLite walk its index, and with it all of history.
BY_BOT = F("bot_id") + 0


@dataclass(frozen=True)
class Group:
    """Waiting rows of one bot, their owner, that are alike in all that a cause depends on.

    `first` is when the first of them is due; of rows that are due, when the first of their lane was. One
    group of a lane says how many of its rows were tried `again`.
    """

    owner: int
    status: str
    lane: int
    count: int
    reason: str = ""
    is_later: bool = False
    is_worn: bool = False
    is_template: bool = False
    is_taken_back: bool = False
    again: int = 0
    first: datetime | None = None

    @property
    def is_due(self) -> bool:
        return self.status == Status.QUEUED and not self.is_later and not self.is_taken_back


def stops(bots: Iterable[Bot]) -> list[Stop]:
    """What people have pressed and is not finished yet, the earliest first."""
    return list(Stop.objects.open().filter(bot__in=bots).select_related("by").order_by("pk"))


def groups(bots: Iterable[Bot], pressed: Collection[Stop]) -> list[Group]:
    """Every waiting row of these bots, in a handful of queries. `pressed` are their open stops."""
    keys = {bot.pk for bot in bots}
    taken = functools.reduce(operator.or_, map(_taken_back, pressed), Q(place__lt=0))
    # A bare key would have a database walk its index, and with it all of history.
    rows = Message.objects.alias(place=F("pk") + 0).order_by()
    queue = rows.filter(bot__in=keys, status=Status.QUEUED, lane__in=Lane.values)
    planned = rows.filter(status=Status.PLANNED)
    if not pressed:
        return [*_due(queue), *_later(queue), *_planned(planned, keys)]
    left = queue.exclude(taken)
    found = [*_due(left), *_later(left), *_planned(planned.exclude(taken), keys)]
    return [*found, *_canceling(queue.filter(taken)), *_canceling(planned.filter(taken))]


def _taken_back(pressed: Stop) -> Q:
    return Q(bot=pressed.bot_id, place__gt=pressed.above, place__lte=pressed.up_to)


def _due(queue: QuerySet[Message]) -> Iterator[Group]:
    worn = Q(starts__gte=settings.SEND_MAX_STARTS)
    counted = queue.filter(due_at__lte=timezone.now()).values_list("bot", "lane")
    columns = counted.annotate(
        count=Count("*"),
        templates=Count("pk", filter=Q(kind="template") & ~worn),
        worn=Count("pk", filter=worn),
        again=Count("pk", filter=Q(starts__gt=1)),
        first=Min("due_at"),
    )
    for bot, lane, count, templates, too_often, again, first in columns:
        like = functools.partial(Group, bot, Status.QUEUED, lane, first=first)
        kinds = (
            like(count=templates, is_template=True),
            like(count=too_often, is_worn=True),
            like(count=count - templates - too_often),
        )
        some, *others = [group for group in kinds if group.count]
        yield from (replace(some, again=again), *others)


def _later(queue: QuerySet[Message]) -> Iterator[Group]:
    # Two ranges of the index; both at once would be all of it.
    for rows in (queue.filter(due_at__gt=timezone.now()), queue.filter(due_at=None)):
        is_first, is_again = Q(reason=""), Q(starts__gt=1)
        columns = rows.values_list("bot", "lane").annotate(
            count=Count("*"),
            fresh=Count("pk", filter=is_first),
            again=Count("pk", filter=is_first & is_again),
            first=Min("due_at", filter=is_first),
        )
        for bot, lane, count, fresh, again, first in columns:
            like = functools.partial(Group, bot, Status.QUEUED, lane, is_later=True)
            if fresh:
                yield like(count=fresh, again=again, first=first)
            if count > fresh:
                # Of one lane at a time: to group those of all, SQLite would read and sort the whole queue.
                reasons = rows.filter(bot=bot, lane=lane).exclude(is_first).values("reason")
                details = {"again": Count("pk", filter=is_again), "first": Min("due_at")}
                yield from (like(**row) for row in reasons.annotate(count=Count("*"), **details))


def _planned(rows: QuerySet[Message], keys: Collection[int]) -> Iterator[Group]:
    """Asked for all bots: by their status rows are found without reading history, by their bot not."""
    for row in rows.values("lane", owner=BY_BOT).annotate(count=Count("pk"), first=Min("due_at")):
        if row["owner"] in keys:
            yield Group(status=Status.PLANNED, **row)


def _canceling(rows: QuerySet[Message]) -> Iterator[Group]:
    for row in rows.values("status", "lane", owner=F("bot")).annotate(count=Count("*")):
        yield Group(is_taken_back=True, **row)
