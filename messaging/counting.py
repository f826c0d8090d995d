"""What the numbers of the dashboard mean, and how they are counted from rows.

Everything that is ever summed up, drawn, linked or checked is counted by `of_rows`, so that a summary and its
rows can differ by their age alone.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.db.models import Case, CharField, Count, F, Func, IntegerField, Q, QuerySet, Value, When

from messaging.models import Direction, Facet, Message
from messaging.periods import QUARTER, quarter_start
from messaging.statuses import EXPLAINED, WAITING, Status

ON_THE_PHONE = (Status.DELIVERED, Status.READ)
STILL_HERE = (*sorted(WAITING), Status.SENDING)

# How far a message came. Who was answered with a failure later was accepted all the same.
STAGES: dict[str, Q] = {
    "accepted": Q(accepted_at__isnull=False),
    "delivered": Q(status__in=ON_THE_PHONE),
    "read": Q(status=Status.READ),
    "replied": Q(replied_at__isnull=False),
}
# Where a message is now that is neither on the phone nor on its way there.
PLACES: dict[str, Q] = {
    "waiting": Q(status__in=STILL_HERE),
    "unknown": Q(status=Status.UNKNOWN),
    "failed": Q(status__in=EXPLAINED),
    "canceled": Q(status=Status.CANCELED),
}
COUNTERS = ("count", *STAGES, *PLACES)

# What is counted, by facet, quarter, bot and key.
Place = tuple[str, int, int, str]
Counts = tuple[int, ...]
Cells = dict[Place, Counts]

NOTHING: Counts = (0,) * len(COUNTERS)


class Quarter(Func):
    """The number of the quarter of an hour, since 1970, that a time is in."""

    output_field = IntegerField()
    template = f"CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / {QUARTER}) AS INTEGER)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Without the fraction, which SQLite would round up."""
        seconds = "CAST(STRFTIME('%%%%s', SUBSTR(%(expressions)s, 1, 19)) AS INTEGER)"
        return super().as_sql(compiler, connection, template=f"{seconds} / {QUARTER}", **context)


WHY = Case(When(PLACES["failed"], then=F("reason")), default=Value(""), output_field=CharField())


def of_rows(rows: QuerySet) -> Cells:
    """Count these messages, in one query."""
    counters = {"count": Count("pk")} | {
        name: Count("pk", filter=meaning) for name, meaning in (STAGES | PLACES).items()
    }
    keys = (Quarter("created_at"), "bot_id", "direction", "template_id", "created_by_id", "kind", WHY)
    cells: Cells = {}
    for row in rows.order_by().values_list(*keys).annotate(**counters):
        for place in _places(*row[: len(keys)]):
            cells[place] = plus(cells.get(place, NOTHING), row[len(keys) :])
    return cells


def _places(
    quarter: int, bot: int, direction: str, template: int | None, agent: int | None, kind: str, why: str
) -> Iterator[Place]:
    if direction == Direction.IN:
        yield Facet.RECEIVED.value, quarter, bot, ""
        return
    yield Facet.SENT.value, quarter, bot, ""
    yield Facet.TEMPLATE.value, quarter, bot, str(template or "")
    yield Facet.AGENT.value, quarter, bot, str(agent or "")
    yield Facet.KIND.value, quarter, bot, kind
    if why:
        yield Facet.REASON.value, quarter, bot, why


def plus(one: Counts, other: Iterable[int]) -> Counts:
    return tuple(map(int.__add__, one, other))


def minus(one: Counts, other: Iterable[int]) -> Counts:
    return tuple(map(int.__sub__, one, other))


# -- Rows of some quarters -------------------------------------------------------------------------


def made_in(quarters: Collection[int], bots: Collection[int] | None = None) -> QuerySet:
    """The messages of these quarters, and of these bots if there are any.

    Found by the index of their times: asked for a bot as such, SQLite reads all that it ever sent.
    """
    wanted = Q(pk__in=[])
    for first, last in stretches(quarters):
        wanted |= Q(created_at__gte=quarter_start(first), created_at__lt=quarter_start(last + 1))
    rows = Message.objects.filter(wanted)
    return rows if bots is None else rows.alias(owner=F("bot_id") + 0).filter(owner__in=bots)


def stretches(quarters: Collection[int]) -> list[tuple[int, int]]:
    """The same as pairs of the first and the last of what is adjacent: `{1, 2, 5}` is `(1, 2), (5, 5)`."""
    found: list[tuple[int, int]] = []
    for quarter in sorted(set(quarters)):
        if found and found[-1][1] == quarter - 1:
            found[-1] = (found[-1][0], quarter)
        else:
            found.append((quarter, quarter))
    return found


def quarters_of(rows: QuerySet, field: str = "created_at") -> QuerySet:
    return rows.order_by().values_list(Quarter(field), flat=True)
