"""Where the parts of a stacked bar chart stand.

Across, everything is a share of the width in percent, so that the chart fits any card while its words keep
their size; up and down it is whole pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil

HEIGHT, TOP, BOTTOM = 280, 10, 26
STEPS = 4
# As many labels as fit below the bars on a wide page; a narrow card shows every second of them.
MOST_LABELS = 16
# How much of its place a bar fills.
FILLED = 0.7


@dataclass(frozen=True)
class Series:
    """One colour of every bar; `key` is the end of the class `chart__bar--<key>`.

    `links` is empty or has one address per value.
    """

    name: str
    key: str
    values: Sequence[int]
    links: Sequence[str] = ()


@dataclass(frozen=True)
class Bars:
    """What a chart shows: for each label one bar, made of one segment per series, from the bottom up.

    `unit` says what a label is. `links` and `pages` are empty or have one address per label: of what is
    counted, and of a page about it alone.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    links: Sequence[str] = ()
    pages: Sequence[str] = ()
    unit: str = ""


@dataclass
class Segment:
    key: str
    name: str
    value: int
    y: int
    height: int


@dataclass
class Bar:
    """`x`, `width` and `center` are text: some languages write a number with a comma."""

    label: str
    x: str
    width: str
    center: str
    total: int
    link: str = ""
    labelled: bool = True
    minor: bool = False
    segments: list[Segment] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A line of the chart's table; `cells` are pairs of a value and its link."""

    label: str
    page: str
    link: str
    total: int
    cells: Sequence[tuple[int, str]]


def ceiling(data: Bars) -> int:
    """The smallest round number that no bar exceeds and that divides evenly into the grid's steps."""
    step = max(ceil(max(map(sum, columns(data)), default=0) / STEPS), 1)
    power = 10 ** (len(str(step)) - 1)
    return STEPS * next(digit * power for digit in (1, 2, 3, 4, 5, 6, 8, 10) if digit * power >= step)


def grid(data: Bars) -> list[dict[str, int]]:
    """The horizontal lines: the value of each, and where it is."""
    top = ceiling(data)
    values = [top * step // STEPS for step in range(STEPS + 1)]
    return [{"value": value, "y": height_of(value, top)} for value in values]


def bars(data: Bars) -> list[Bar]:
    top, slot = ceiling(data), 100 / max(len(data.labels), 1)
    every = ceil(len(data.labels) / MOST_LABELS)
    return [
        Bar(
            label=data.labels[index],
            x=percent(slot * (index + (1 - FILLED) / 2)),
            width=percent(slot * FILLED),
            center=percent(slot * (index + 0.5)),
            total=sum(column),
            link=data.links[index] if data.links else "",
            labelled=index % every == 0,
            minor=index % (2 * every) != 0,
            segments=list(segments(data.series, column, top)),
        )
        for index, column in enumerate(columns(data))
    ]


def segments(series: Sequence[Series], column: Sequence[int], top: int) -> Iterator[Segment]:
    """The parts of one bar that are not empty. Edges are rounded, not heights, so that the parts touch."""
    below = 0
    for one, value in zip(series, column, strict=True):
        lower, upper = height_of(below, top), height_of(below + value, top)
        below += value
        if value:
            yield Segment(one.key, one.name, value, upper, max(lower - upper, 1))


def rows(data: Bars) -> list[Row]:
    """The same as a table: for each label its values, and the sum of them."""
    return [
        Row(
            label,
            data.pages[index] if data.pages else "",
            data.links[index] if data.links else "",
            sum(one.values[index] for one in data.series),
            [(one.values[index], one.links[index] if one.links else "") for one in data.series],
        )
        for index, label in enumerate(data.labels)
    ]


def columns(data: Bars) -> list[tuple[int, ...]]:
    """For each label the values of all series."""
    return list(zip(*(one.values for one in data.series), strict=True))


def height_of(value: int, top: int) -> int:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top)


def percent(share: float) -> str:
    return f"{share:.3f}%"
