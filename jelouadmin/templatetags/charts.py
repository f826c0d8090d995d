"""Where the parts of a stacked bar chart stand, in the units of its SVG.

Everything is a whole number, so that no language writes a coordinate with a comma.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 30
STEPS = 4
# As many labels as fit below the bars on a wide page; a phone shows every second of them.
MOST_LABELS = 16


@dataclass(frozen=True)
class Series:
    """One colour of every bar; `key` is the end of the class `chart__bar--<key>`."""

    name: str
    key: str
    values: Sequence[int]


@dataclass(frozen=True)
class Bars:
    """What a chart shows: for each label one bar, made of one segment per series, from the bottom up.

    `links` is empty or has one address per label.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    links: Sequence[str] = ()


@dataclass
class Segment:
    key: str
    name: str
    value: int
    y: int
    height: int


@dataclass
class Bar:
    label: str
    x: int
    width: int
    center: int
    total: int
    link: str = ""
    labelled: bool = True
    minor: bool = False
    segments: list[Segment] = field(default_factory=list)


def ceiling(value: int) -> int:
    """The smallest round number that is not below `value` and divides evenly into the grid's steps."""
    step = max(ceil(value / STEPS), 1)
    power = 10 ** (len(str(step)) - 1)
    return STEPS * next(round_step * power for round_step in (1, 2, 5, 10) if round_step * power >= step)


def grid(top: int) -> list[dict[str, int]]:
    """The horizontal lines: the value of each, and where it is."""
    return [
        {"value": top * step // STEPS, "y": height_of(top * step // STEPS, top)} for step in range(STEPS + 1)
    ]


def bars(data: Bars) -> list[Bar]:
    totals = [sum(values) for values in zip(*(series.values for series in data.series), strict=True)]
    top, slot = ceiling(max(totals, default=0)), (WIDTH - LEFT - RIGHT) / max(len(data.labels), 1)
    every = ceil(len(data.labels) / MOST_LABELS)
    return [
        Bar(
            label=label,
            x=round(LEFT + slot * index + slot * 0.14),
            width=max(round(slot * 0.72), 2),
            center=round(LEFT + slot * (index + 0.5)),
            total=totals[index],
            link=data.links[index] if data.links else "",
            labelled=index % every == 0,
            minor=index % (2 * every) != 0,
            segments=list(segments(data, index, top)),
        )
        for index, label in enumerate(data.labels)
    ]


def segments(data: Bars, index: int, top: int) -> list[Segment]:
    """The parts of one bar. Edges are rounded, not heights, so that the parts touch."""
    parts, below = [], 0
    for series in data.series:
        value = series.values[index]
        edge, upper = height_of(below, top), height_of(below + value, top)
        below += value
        if value:
            parts.append(Segment(series.key, series.name, value, upper, max(edge - upper, 1)))
    return parts


def height_of(value: int, top: int) -> int:
    return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top)
