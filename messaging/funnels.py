"""The numbers of a period for the bots one person may use: sums, put right by what changed since.

As a rule that is few rows: they are counted there and then, and the numbers are those of the rows. While a
campaign rushes through they are too many; then the numbers are as old as the last round, and say so.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.db.models import QuerySet, Sum

from messaging import summaries
from messaging.counting import COUNTERS, NOTHING, Counts, made_in, minus, of_rows, plus, stretches
from messaging.models import Bot, Facet, Summary, SummaryMark
from messaging.periods import DAY, Period, Stretch
from templates_app.scoping import User

# So many rows are counted while somebody waits for the page.
LIVE_ROWS = 2000
# So many separate stretches of time are looked up in one query.
LIVE_STRETCHES = 100
TRIES = 3

Place = TypeVar("Place")


@dataclass
class Numbers:
    """`sums` by facet, bot and key; `series`, of what was handed over, by quarter of an hour.

    `is_late` says that rows have changed since `counted_at` and these numbers know nothing of it.
    """

    period: Period
    counted_at: dt.datetime | None = None
    is_late: bool = False
    sums: dict[tuple[str, int, str], Counts] = field(default_factory=dict)
    series: dict[int, Counts] = field(default_factory=dict)

    def total(self, facet: Facet = Facet.SENT) -> dict[str, int]:
        return named(sum_of(counts for (one, *_rest), counts in self.sums.items() if one == facet))

    def by_bot(self) -> dict[int, dict[str, int]]:
        return {bot: named(counts) for (facet, bot, _key), counts in self.sums.items() if facet == Facet.SENT}

    def by_key(self, facet: Facet) -> dict[str, dict[str, int]]:
        """Of all bots together."""
        found: dict[str, Counts] = {}
        for (one, _bot, key), counts in self.sums.items():
            if one == facet:
                found[key] = plus(found.get(key, NOTHING), counts)
        return {key: named(counts) for key, counts in found.items()}

    def within(self, stretch: Stretch) -> dict[str, int]:
        quarters = range(stretch.first, stretch.end)
        return named(sum_of(self.series[quarter] for quarter in quarters if quarter in self.series))


def named(counts: Counts) -> dict[str, int]:
    return dict(zip(COUNTERS, counts, strict=True))


def sum_of(several: Iterator[Counts]) -> Counts:
    total = NOTHING
    for counts in several:
        total = plus(total, counts)
    return total


def look(user: User, period: Period, bot: Bot | None = None) -> Numbers:
    """Asks again if a round ended in between: its sums and ours would not fit together."""
    bots = [bot.pk] if bot else list(Bot.objects.for_user(user).order_by().values_list("pk", flat=True))
    for _try in range(TRIES):
        before = _mark()
        numbers = _read(period, bots, before)
        if _position(_mark()) == _position(before):
            break
    return numbers


def _mark() -> SummaryMark:
    return SummaryMark.objects.filter(pk=1).first() or SummaryMark()


def _position(mark: SummaryMark) -> tuple[object, ...]:
    return mark.messages_to, mark.events_to, mark.stale, mark.counted_at


def _read(period: Period, bots: Collection[int], mark: SummaryMark) -> Numbers:
    numbers = Numbers(period, mark.counted_at)
    stretch = period.stretch
    for start, *counts in _summed(_sums(bots, 1, stretch).filter(facet=Facet.SENT), "start"):
        numbers.series[start] = tuple(counts)
    for facet, bot, key, *counts in _of_parts(stretch, bots):
        _add(numbers.sums, (facet, bot, key), tuple(counts))
    stale = _changed(mark, stretch, bots)
    if stale is None:
        numbers.is_late = True
    elif stale:
        _put_right(numbers, stale, bots)
    return numbers


def _of_parts(stretch: Stretch, bots: Collection[int]) -> QuerySet:
    """The sums of whole days of UTC, and those of quarters before and after them, in one query."""
    days = stretch.days
    parts = (
        _sums(bots, DAY, days),
        _sums(bots, 1, Stretch(stretch.first, min(days.first, stretch.end))),
        _sums(bots, 1, Stretch(max(days.end, stretch.first), stretch.end)),
    )
    whole, *rest = (_summed(part, "facet", "bot_id", "key") for part in parts)
    return whole.union(*rest, all=True)


def _sums(bots: Collection[int], span: int, stretch: Stretch) -> QuerySet:
    rows = Summary.objects.filter(facet__in=Facet.values, span=span, bot__in=bots).order_by()
    return rows.filter(start__gte=stretch.first, start__lt=stretch.end)


def _summed(rows: QuerySet, *keys: str) -> QuerySet:
    return rows.values_list(*keys).annotate(*(Sum(name) for name in COUNTERS))


# -- What changed since ----------------------------------------------------------------------------


def _changed(mark: SummaryMark, stretch: Stretch, bots: Collection[int]) -> set[int] | None:
    """The quarters whose sums are no longer right; None if counting them would take too long."""
    stale = set(mark.stale)
    for query in summaries.changed(mark.messages_to, mark.events_to):
        found = list(query[: LIVE_ROWS + 1])
        if len(found) > LIVE_ROWS:
            return None
        stale.update(found)
    stale = {quarter for quarter in stale if quarter in stretch}
    if len(stretches(stale)) > LIVE_STRETCHES:
        return None
    rows = made_in(stale, bots).order_by().values("pk")
    return stale if rows[: LIVE_ROWS + 1].count() <= LIVE_ROWS else None


def _put_right(numbers: Numbers, quarters: set[int], bots: Collection[int]) -> None:
    """Take away what the sums say of these quarters, and add what their rows say now."""
    kept = Summary.objects.filter(facet__in=Facet.values, span=1, start__in=quarters, bot__in=bots)
    for facet, start, bot, key, *counts in kept.values_list("facet", "start", "bot_id", "key", *COUNTERS):
        _add(numbers.sums, (facet, bot, key), minus(NOTHING, counts))
        if facet == Facet.SENT:
            _add(numbers.series, start, minus(NOTHING, counts))
    for (facet, start, bot, key), counts in of_rows(made_in(quarters, bots)).items():
        _add(numbers.sums, (facet, bot, key), counts)
        if facet == Facet.SENT:
            _add(numbers.series, start, counts)


def _add(sums: dict[Place, Counts], place: Place, counts: Counts) -> None:
    sums[place] = plus(sums.get(place, NOTHING), counts)
