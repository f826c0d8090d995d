"""How many rows wait, apart by all that the cause of it depends on.

One pass for rows that are due and one for those due later, each along the queue's index in its own order, so
that nothing is sorted. What those passes have to know of a row they read from it: an index that held that
too would be written with every send.
"""

import functools
import itertools
import operator
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Value
from django.db.models.expressions import CombinedExpression
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
        return list(_groups(queue, planned, keys))
    left = _groups(queue.exclude(taken), planned.exclude(taken), keys)
    return [*left, *_canceling(queue.filter(taken)), *_canceling(planned.filter(taken))]


def _taken_back(pressed: Stop) -> Q:
    return Q(bot=pressed.bot_id, place__gt=pressed.above, place__lte=pressed.up_to)


@dataclass(frozen=True)
class _Counted:
    """Rows of one lane and one range of the index: how many, and how many of `some` kind among them."""

    range: str
    owner: int
    lane: int
    count: int
    some: int
    worn: int
    again: int
    first: datetime | None


def _groups(queue: QuerySet[Message], planned: QuerySet[Message], keys: Collection[int]) -> Iterator[Group]:
    """One statement of several ranges: each is read along its index, and both at once would be all of it."""
    now = timezone.now()
    later = {"later": queue.filter(due_at__gt=now), "undated": queue.filter(due_at=None)}
    ranges = [
        _due(queue.filter(due_at__lte=now)),
        *(_later(name, rows) for name, rows in later.items()),
        _planned(planned),
    ]
    for counted in itertools.starmap(_Counted, ranges[0].union(*ranges[1:], all=True)):
        if counted.range == "due":
            yield from _due_groups(counted)
        elif counted.range in later:
            yield from _later_groups(counted, later[counted.range])
        elif counted.owner in keys:
            owner, lane, count, first = counted.owner, counted.lane, counted.count, counted.first
            yield Group(owner, Status.PLANNED, lane, count, first=first)


def _counts(
    rows: QuerySet[Message], name: str, *, owner: F | CombinedExpression, first: Min, **filters: Q
) -> QuerySet[Message, tuple[Any, ...]]:
    """As `_Counted` has it; no row is of a kind that `filters` do not name."""
    counts = {
        kind: Count("pk", filter=filters[kind]) if kind in filters else Value(0)
        for kind in ("some", "worn", "again")
    }
    named = rows.annotate(range=Value(name), owner=owner).values_list("range", "owner", "lane")
    return named.annotate(count=Count("*"), **counts, first=first)


def _due(rows: QuerySet[Message]) -> QuerySet[Message, tuple[Any, ...]]:
    worn = Q(starts__gte=settings.SEND_MAX_STARTS)
    kinds = {"some": Q(kind="template") & ~worn, "worn": worn, "again": Q(starts__gt=1)}
    return _counts(rows, "due", owner=F("bot_id"), first=Min("due_at"), **kinds)


def _later(name: str, rows: QuerySet[Message]) -> QuerySet[Message, tuple[Any, ...]]:
    is_first = Q(reason="")
    kinds = {"some": is_first, "again": is_first & Q(starts__gt=1)}
    return _counts(rows, name, owner=F("bot_id"), first=Min("due_at", filter=is_first), **kinds)


def _planned(rows: QuerySet[Message]) -> QuerySet[Message, tuple[Any, ...]]:
    """Asked for all bots: by their status rows are found without reading history, by their bot not."""
    return _counts(rows, "planned", owner=BY_BOT, first=Min("due_at"))


def _due_groups(counted: _Counted) -> Iterator[Group]:
    like = functools.partial(Group, counted.owner, Status.QUEUED, counted.lane, first=counted.first)
    kinds = (
        like(count=counted.some, is_template=True),
        like(count=counted.worn, is_worn=True),
        like(count=counted.count - counted.some - counted.worn),
    )
    some, *others = [group for group in kinds if group.count]
    yield from (replace(some, again=counted.again), *others)


def _later_groups(counted: _Counted, rows: QuerySet[Message]) -> Iterator[Group]:
    like = functools.partial(Group, counted.owner, Status.QUEUED, counted.lane, is_later=True)
    if counted.some:
        yield like(count=counted.some, again=counted.again, first=counted.first)
    if counted.count > counted.some:
        # Of one lane at a time: to group those of all, SQLite would read and sort the whole queue.
        put_back = rows.filter(bot=counted.owner, lane=counted.lane).exclude(reason="").values("reason")
        details = {"again": Count("pk", filter=Q(starts__gt=1)), "first": Min("due_at")}
        yield from (like(**row) for row in put_back.annotate(count=Count("*"), **details))


def _canceling(rows: QuerySet[Message]) -> Iterator[Group]:
    for row in rows.values("status", "lane", owner=F("bot")).annotate(count=Count("*")):
        yield Group(is_taken_back=True, **row)
