"""Stretches of time: quarters of an hour, which sums are kept of, and the days and hours people ask for.

The clocks of all zones differ from UTC by a multiple of a quarter of an hour, so every zone's days and hours
can be cut out of quarters. https://data.iana.org/time-zones/tz-link.html
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

# In seconds.
QUARTER = 900
# A day of UTC, in quarters.
DAY = 96
ONE_DAY = dt.timedelta(days=1)


def quarter_of(at: dt.datetime) -> int:
    return int(at.timestamp() // QUARTER)


def quarter_start(quarter: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(quarter * QUARTER, dt.UTC)


def midnight(date: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """When a day begins in a zone, in UTC: where the clocks leap over midnight, with its first moment."""
    return dt.datetime.combine(date, dt.time(), zone).astimezone(dt.UTC)


@dataclass(frozen=True)
class Stretch:
    """From the quarter `first` to the one before `end`."""

    first: int
    end: int

    def __contains__(self, quarter: int) -> bool:
        return self.first <= quarter < self.end

    @property
    def days(self) -> "Stretch":
        """The whole days of UTC within, empty if there is none."""
        first = -(-self.first // DAY) * DAY
        return Stretch(first, max(self.end // DAY * DAY, first))


@dataclass(frozen=True)
class Period:
    """Whole days, both named ones included, in somebody's zone."""

    first: dt.date
    last: dt.date
    zone: dt.tzinfo

    @property
    def stretch(self) -> Stretch:
        begin, end = midnight(self.first, self.zone), midnight(self.last + ONE_DAY, self.zone)
        return Stretch(quarter_of(begin), quarter_of(end))

    @property
    def is_one_day(self) -> bool:
        return self.first == self.last

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1

    def parts(self, days: int) -> "Iterator[Period]":
        """One after the other, of so many days each; the last may have fewer."""
        for number in range(0, self.length, days):
            first = self.first + number * ONE_DAY
            yield Period(first, min(first + (days - 1) * ONE_DAY, self.last), self.zone)

    def hours(self) -> Iterator[tuple[dt.datetime, Stretch]]:
        """Each hour of the clock, with the moment it begins. One that the clocks repeat is there twice."""
        found: list[tuple[dt.datetime, Stretch]] = []
        for quarter in range(self.stretch.first, self.stretch.end):
            local = quarter_start(quarter).astimezone(self.zone)
            if found and _same_hour(found[-1][0], local):
                found[-1] = (found[-1][0], Stretch(found[-1][1].first, quarter + 1))
            else:
                found.append((local, Stretch(quarter, quarter + 1)))
        yield from found


def _same_hour(one: dt.datetime, other: dt.datetime) -> bool:
    return (one.date(), one.hour, one.utcoffset()) == (other.date(), other.hour, other.utcoffset())


def of_days(days: int, today: dt.date, zone: dt.tzinfo) -> Period:
    """So many days, today included."""
    return Period(today - (days - 1) * ONE_DAY, today, zone)


def of_month(today: dt.date, zone: dt.tzinfo) -> Period:
    """This month until today."""
    return Period(today.replace(day=1), today, zone)
