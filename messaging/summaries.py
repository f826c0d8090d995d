"""Keeps the sums that the dashboard shows. They are made of rows, can be made again, and can be checked.

Sending and webhooks write nothing for it. A round looks at what was written since the last one: new messages,
new lines of history and new answers name the quarters of an hour that must be counted again. Each round looks
back to the mark before the last, for what was numbered earlier and committed later.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone

from messaging.counting import COUNTERS, NOTHING, Cells, Counts, made_in, of_rows, plus, quarters_of
from messaging.models import Message, MessageEvent, Summary, SummaryMark
from messaging.periods import DAY

# A round is followed by a rest so many times as long: a campaign is not slowed by being watched.
REST = 50
LONGEST_REST = dt.timedelta(minutes=5)
# A round that has said nothing for so long is dead.
PATIENCE = dt.timedelta(minutes=5)
# Quarters counted by one query.
CHUNK = DAY


def mark() -> SummaryMark:
    return SummaryMark.objects.get_or_create(pk=1)[0]


def _only() -> QuerySet[SummaryMark]:
    return SummaryMark.objects.filter(pk=1)


# -- Following the rows ----------------------------------------------------------------------------


def changed(messages_from: int, events_from: int) -> list[QuerySet]:
    """The quarters of what was written since: of new messages, of those with news, of those answered."""
    new = Message.objects.filter(pk__gt=messages_from)
    news = MessageEvent.objects.filter(pk__gt=events_from, message__isnull=False)
    return [
        quarters_of(new),
        quarters_of(news, "message__created_at"),
        quarters_of(new.filter(answers__isnull=False), "answers__created_at"),
    ]


def refresh() -> bool:
    """Count again what has changed. Returns False if another round is under way, or the last one was long."""
    now = timezone.now()
    if not _is_time(mark(), now) or not _begin(now):
        return False
    _look(mark())
    _work_off(now)
    return True


def rebuild() -> bool:
    """Count everything again, whatever the summaries say. Returns False if a round is under way."""
    now = timezone.now()
    mark()
    if not _begin(now):
        return False
    with transaction.atomic():
        _look(mark())
        kept = Summary.objects.filter(span=1).order_by().values_list("start", flat=True)
        _only().update(stale=sorted({*quarters_of(Message.objects.all()).distinct(), *kept.distinct()}))
    _work_off(now)
    return True


def _is_time(mark: SummaryMark, now: dt.datetime) -> bool:
    rest = min(dt.timedelta(seconds=mark.seconds * REST), LONGEST_REST)
    return bool(mark.stale) or mark.counted_at is None or now >= mark.counted_at + rest


def _begin(now: dt.datetime) -> bool:
    """Whether this round is the only one."""
    free = Q(busy_until=None) | Q(busy_until__lt=now)
    return bool(_only().filter(free).update(busy_until=now + PATIENCE))


def _look(mark: SummaryMark) -> None:
    """Note what has to be counted, and how far was looked, at once: a round that dies forgets nothing."""
    last_message = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    last_event = MessageEvent.objects.aggregate(last=Max("pk"))["last"] or 0
    queries = changed(mark.messages_from, mark.events_from)
    stale = {quarter for query in queries for quarter in query.distinct()}
    _only().update(
        stale=sorted(stale.union(mark.stale)),
        messages_from=mark.messages_to,
        events_from=mark.events_to,
        messages_to=last_message,
        events_to=last_event,
    )


def _work_off(began: dt.datetime) -> None:
    """The latest quarters first: they are what people look at."""
    start = time.monotonic()
    stale = mark().stale
    while stale:
        chunk = [quarter for quarter in stale if quarter // DAY == stale[-1] // DAY]
        stale = stale[: -len(chunk)]
        _count_again(chunk, stale)
    _only().update(busy_until=None, counted_at=began, seconds=time.monotonic() - start)


def _count_again(quarters: Collection[int], rest: list[int]) -> None:
    """Quarters of one day of UTC. Counts first, then writes, so that others wait for the writing alone."""
    cells = of_rows(made_in(quarters))
    with transaction.atomic():
        _replace(1, quarters, cells)
        day = min(quarters) // DAY * DAY
        _replace(DAY, [day], _of_day(day))
        _only().update(stale=rest, busy_until=timezone.now() + PATIENCE)


def _replace(span: int, starts: Collection[int], cells: Cells) -> None:
    Summary.objects.filter(span=span, start__in=starts).delete()
    rows = [
        Summary(
            facet=facet,
            span=span,
            start=start,
            bot_id=bot,
            key=key,
            **dict(zip(COUNTERS, counts, strict=True)),
        )
        for (facet, start, bot, key), counts in cells.items()
    ]
    Summary.objects.bulk_create(rows, batch_size=1000)


def _of_day(day: int) -> Cells:
    """The sums of the quarters of a day."""
    quarters = Summary.objects.filter(span=1, start__gte=day, start__lt=day + DAY)
    return {(facet, day, bot, key): tuple(counts) for facet, bot, key, *counts in _summed(quarters)}


def _summed(rows: QuerySet) -> Iterable[tuple]:
    sums = [Sum(name) for name in COUNTERS]
    return rows.order_by().values_list("facet", "bot_id", "key").annotate(*sums)


# -- Checking --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """A sum that is not what its rows say. `kept` and `counted` are in the order of COUNTERS."""

    span: int
    facet: str
    start: int
    bot: int
    key: str
    kept: Counts
    counted: Counts


def check() -> Iterator[Difference]:
    """Every sum that is wrong, except where its rows changed since: the next round counts those."""
    for day in _days():
        found = list(_differences(day))
        stale = still_stale() if found else set()
        days = {quarter // DAY * DAY for quarter in stale}
        yield from (one for one in found if one.start not in (days if one.span == DAY else stale))


def still_stale() -> set[int]:
    """The quarters that the next round will count."""
    now = mark()
    queries = changed(now.messages_from, now.events_from)
    return {*now.stale, *(quarter for query in queries for quarter in query.distinct())}


def _days() -> list[int]:
    quarters = {*quarters_of(Message.objects.all()).distinct()}
    quarters |= {*Summary.objects.order_by().values_list("start", flat=True).distinct()}
    return sorted({quarter // DAY * DAY for quarter in quarters})


def _differences(day: int) -> Iterator[Difference]:
    quarters = of_rows(made_in(range(day, day + DAY)))
    for span, counted in ((1, quarters), (DAY, _by_day(quarters))):
        kept = _kept(Summary.objects.filter(span=span, start__gte=day, start__lt=day + DAY))
        for place in sorted(counted.keys() | kept.keys()):
            one, other = kept.get(place, NOTHING), counted.get(place, NOTHING)
            if one != other:
                yield Difference(span, *place, kept=one, counted=other)


def _kept(rows: QuerySet) -> Cells:
    found = rows.values_list("facet", "start", "bot_id", "key", *COUNTERS)
    return {(row[0], row[1], row[2], row[3]): row[4:] for row in found}


def _by_day(quarters: Cells) -> Cells:
    days: defaultdict[tuple, Counts] = defaultdict(lambda: NOTHING)
    for (facet, start, bot, key), counts in quarters.items():
        place = (facet, start // DAY * DAY, bot, key)
        days[place] = plus(days[place], counts)
    return dict(days)
