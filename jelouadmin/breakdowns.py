"""The dashboard's tables: the funnel of each bot, template and agent, and why messages did not arrive."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from jelouadmin.day_charts import Columns
from jelouadmin.drilldown import Rows
from messaging import failures
from messaging.forms.tiles import LABELS
from messaging.funnels import Numbers
from messaging.models import Bot, Facet
from templates_app.models import Template

# Rows that are always seen; the others are a press away.
FEW = 5
MOST = 200
# Each counter, and the one it is a part of.
COLUMNS = (
    ("count", ""),
    ("accepted", "count"),
    ("delivered", "accepted"),
    ("read", "delivered"),
    ("replied", "delivered"),
    ("failed", "count"),
)


@dataclass(frozen=True)
class Cell:
    count: int
    of: int | None
    url: str


@dataclass(frozen=True)
class Line:
    """One row of a table; `page` is the dashboard of it alone, if it has one."""

    name: str
    cells: Sequence[Cell]
    page: str = ""


@dataclass(frozen=True)
class Breakdown:
    title: str
    unit: str
    lines: Sequence[Line]
    more: Sequence[Line]
    # So many rows are not shown at all.
    left_out: int = 0
    # Whether all of it is a press away.
    is_folded: bool = False


@dataclass(frozen=True)
class Reason:
    failure: failures.Failure
    count: int
    of: int
    url: str


def breakdowns(numbers: Numbers, rows: Rows, page: Callable[[int], str]) -> list[Breakdown]:
    return [
        _table(_("By bot"), _("Bot"), _bots(numbers, rows, page)),
        _table(_("By template"), _("Template"), _templates(numbers, rows)),
        replace(_table(_("By agent"), _("Agent"), _agents(numbers, rows)), is_folded=True),
        replace(_table(_("By kind"), _("Kind"), _kinds(numbers, rows)), is_folded=True),
    ]


def by_column(data: Columns) -> Breakdown:
    """In the order of the clock."""
    lines = [
        Line(column.label, _cells(column.counts, column.link), column.page)
        for column in data.columns
        if column.counts["count"]
    ]
    return Breakdown(data.heading, data.unit, lines, (), is_folded=True)


def _table(title: str, unit: str, lines: Iterable[Line]) -> Breakdown:
    """The busiest first; a part without messages is none."""
    busy = sorted(lines, key=lambda line: (-line.cells[0].count, line.name))
    busy = [line for line in busy if line.cells[0].count]
    return Breakdown(title, unit, busy[:FEW], busy[FEW:MOST], max(len(busy) - MOST, 0))


def _bots(numbers: Numbers, rows: Rows, page: Callable[[int], str]) -> Iterable[Line]:
    counted = numbers.by_bot()
    names = Bot.objects.in_bulk(counted)
    for bot, counts in counted.items():
        yield Line(str(names[bot]), _cells(counts, Rows(rows.stretch, names[bot]).url), page(bot))


def _templates(numbers: Numbers, rows: Rows) -> Iterable[Line]:
    counted = numbers.by_key(Facet.TEMPLATE)
    found = Template.objects.in_bulk(_keys(counted))
    for key, counts in counted.items():
        template = found.get(int(key or 0))
        name = f"{template.element_name} · {template.language}" if template else _("Without a template")
        asked = {"template": key} if key else {"template__isnull": "True"}
        yield Line(name, _cells(counts, partial(rows.url, **asked)))


def _agents(numbers: Numbers, rows: Rows) -> Iterable[Line]:
    counted = numbers.by_key(Facet.AGENT)
    found = User.objects.in_bulk(_keys(counted))
    for key, counts in counted.items():
        agent = found.get(int(key or 0))
        name = (agent.get_full_name() or agent.get_username()) if agent else _("Nobody")
        asked = {"created_by": key} if key else {"created_by__isnull": "True"}
        yield Line(name, _cells(counts, partial(rows.url, **asked)))


def _kinds(numbers: Numbers, rows: Rows) -> Iterable[Line]:
    for kind, counts in numbers.by_key(Facet.KIND).items():
        yield Line(str(LABELS.get(kind, kind)), _cells(counts, partial(rows.url, kind=kind)))


def _keys(counted: Mapping[str, object]) -> list[int]:
    return [int(key) for key in counted if key]


def _cells(counts: dict[str, int], link: Callable[..., str]) -> list[Cell]:
    return [Cell(counts[name], counts[of] if of else None, link(name)) for name, of in COLUMNS]


def reasons(numbers: Numbers, rows: Rows) -> list[Reason]:
    """Why messages did not arrive, the most frequent first; each with its share of all that did not."""
    counted = {key: counts["failed"] for key, counts in numbers.by_key(Facet.REASON).items()}
    of = sum(counted.values())
    frequent = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [
        Reason(failures.explain(key), count, of, rows.url("failed", reason=key))
        for key, count in frequent
        if count
    ]
