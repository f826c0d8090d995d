"""The charts of the dashboard: by day, by the hours of one day, and by the hour of the day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jelouadmin.drilldown import Rows
from jelouadmin.templatetags.charts import Bars, Series
from messaging.counting import NOTHING, plus
from messaging.funnels import Numbers, named
from messaging.periods import quarter_start

# So many bars can still be told apart; a longer period has one for each seven days.
MOST_DAYS = 62

# What a bar is made of, from the bottom up: the counter that its link names, and its colour.
PARTS: tuple[tuple[str, str, Promise], ...] = (
    ("read", "read", gettext_lazy("Read")),
    ("unread", "delivered", gettext_lazy("Delivered")),
    ("on_the_way", "sent", gettext_lazy("On the way")),
    ("waiting", "queued", gettext_lazy("Waiting")),
    ("unknown", "unknown", gettext_lazy("Unknown")),
    ("failed", "failed", gettext_lazy("Did not arrive")),
    ("canceled", "stopped", gettext_lazy("Canceled")),
)


@dataclass(frozen=True)
class Column:
    """One bar: what it counts, and the link of each of its parts."""

    label: str
    counts: dict[str, int]
    link: Callable[..., str]
    page: str = ""


@dataclass(frozen=True)
class Columns:
    """What a chart and a table show; `title` is the chart's name, `heading` the table's."""

    title: str
    heading: str
    unit: str
    columns: Sequence[Column]


def parts(counts: dict[str, int]) -> dict[str, int]:
    """Every message in exactly one part."""
    unread = counts["delivered"] - counts["read"]
    elsewhere = sum(counts[name] for name in ("delivered", "waiting", "unknown", "failed", "canceled"))
    return counts | {"unread": unread, "on_the_way": counts["count"] - elsewhere}


def by_time(numbers: Numbers, rows: Rows, page: Callable[..., str]) -> Columns:
    """Days; of a single day its hours, of many days weeks. Its name leads to the page of that time alone."""
    if numbers.period.is_one_day:
        hours = [
            Column(date_format(at, "H:i"), numbers.within(stretch), rows.within(stretch).url)
            for at, stretch in numbers.period.hours()
        ]
        return Columns(_("Messages by hour"), _("By hour"), _("Hour"), hours)
    is_long = numbers.period.length > MOST_DAYS
    columns = [
        Column(
            date_format(part.first, "j/n"),
            numbers.within(part.stretch),
            rows.within(part.stretch).url,
            page(period="", since=part.first.isoformat(), until=part.last.isoformat()),
        )
        for part in numbers.period.parts(7 if is_long else 1)
    ]
    if is_long:
        return Columns(_("Messages by week"), _("By week"), _("From"), columns)
    return Columns(_("Messages by day"), _("By day"), _("Day"), columns)


def by_hour_of_day(numbers: Numbers, rows: Rows) -> Columns:
    """What was handed over at this hour of the clock, on all days together."""
    sums = dict.fromkeys(range(24), NOTHING)
    for quarter, counts in numbers.series.items():
        hour = quarter_start(quarter).astimezone(numbers.period.zone).hour
        sums[hour] = plus(sums[hour], counts)
    zone = str(numbers.period.zone)
    hours = [
        Column(f"{hour}", named(counts), partial(rows.url, hour=str(hour), zone=zone))
        for hour, counts in sums.items()
    ]
    return Columns(_("Messages by hour of the day"), _("By hour of the day"), _("Hour"), hours)


def bars(data: Columns) -> Bars:
    """The chart of these columns."""
    columns, values = data.columns, [parts(column.counts) for column in data.columns]
    return Bars(
        title=data.title,
        unit=data.unit,
        labels=[column.label for column in columns],
        links=list(filter(None, (column.link("count") for column in columns))),
        pages=[column.page for column in columns],
        series=[
            Series(
                str(label),
                colour,
                [one[name] for one in values],
                [column.link(name) for column in columns],
            )
            for name, colour, label in _present(values)
        ],
    )


def _present(values: Iterable[dict[str, int]]) -> list[tuple[str, str, Promise]]:
    """Parts that are nowhere would only make the legend longer; the ordinary ones always stand in it."""
    found = {name for one in values for name, count in one.items() if count}
    return [part for number, part in enumerate(PARTS) if number < 3 or part[0] in found]
