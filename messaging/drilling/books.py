"""Our rows against what the simulator took and reported. Pure, so that it can be shown to notice.

Every row carries an order number of its own into the message, so a message says which row it belongs to,
whatever id was stored.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from messaging.statuses import ORDER, Status

# Under which heading of the books a row stands.
HEADINGS = {
    "accepted": (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ),
    "failed": (Status.FAILED,),
    "unknown": (Status.UNKNOWN,),
    "waiting": (Status.PLANNED, Status.QUEUED, Status.SENDING),
    "skipped": (Status.SKIPPED,),
    "canceled": (Status.CANCELED,),
}
# A row in one of these may have been taken without knowing it yet.
OPEN = (Status.UNKNOWN, Status.SENDING)


@dataclass(frozen=True)
class Row:
    """One of ours as it stands in the end."""

    order: str
    person: str
    status: str
    provider_id: str = ""
    # Its contact is blocked, so a rule must refuse it.
    is_blocked: bool = False
    # A machine of ours died or stood still while its request was on the way.
    in_flight: bool = False


@dataclass(frozen=True)
class Taken:
    """One message that the simulator took, how far it came, and what of that its webhooks have told us."""

    order: str
    person: str
    id: str
    status: Status = Status.ACCEPTED
    reported: frozenset[Status] = frozenset()


@dataclass(frozen=True)
class Books:
    """`lost`, `doubled` and `behind` are sentences, one for each case. Behind is a row that a webhook told
    more about than it says; `reported` counts the messages that any webhook told about.

    `uncertain` counts the simulator's answers that cannot tell whether a message was taken; beyond those,
    only what was in flight may be unknown. `refused` counts the answers that certainly took nothing; without
    them, only what failed at the simulator may have failed here. `taken_back` counts the rows of which people
    were told that they are canceled; those and no others are. `unknown_taken` are the unknown rows that
    the simulator's list could have settled.
    """

    planned: int
    counts: dict[str, int]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    behind: tuple[str, ...]
    misruled: tuple[str, ...]
    unexplained: int
    unknown_taken: int
    uncertain: int
    groundless: int
    refused: int
    taken_back: int
    reported: int

    @property
    def objections(self) -> list[str]:
        """Why these books do not balance; empty when they do."""
        found = [*self.lost, *self.doubled, *self.behind, *self.misruled]
        if sum(self.counts.values()) != self.planned:
            found.append(f"{self.planned} were planned, and {sum(self.counts.values())} are there")
        if self.unexplained > self.uncertain:
            why = f"only {self.uncertain} answers were uncertain"
            found.append(f"{self.unexplained} are unknown that were in flight at no kill, and {why}")
        if self.groundless > self.refused:
            found.append(f"{self.groundless} failed without being taken, and {self.refused} were refused")
        if self.counts["canceled"] != self.taken_back:
            found.append(f"people canceled {self.taken_back}, and {self.counts['canceled']} are canceled")
        if self.counts["waiting"]:
            found.append(f"{self.counts['waiting']} still wait though nothing is in their way")
        return found

    def figures(self) -> dict[str, Any]:
        return {
            "figure": "drill",
            "planned": self.planned,
            **self.counts,
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "behind": len(self.behind),
            "reported": self.reported,
            "uncertain": self.uncertain,
            "unknown_taken": self.unknown_taken,
        }


def balance(
    planned: Collection[str],
    rows: Iterable[Row],
    taken: Iterable[Taken],
    *,
    uncertain: int,
    refused: int,
    taken_back: int,
) -> Books:
    """Compare, row by row. `planned` names every order that was to be sent."""
    rows = list(rows)
    by_order: dict[str, list[Taken]] = defaultdict(list)
    by_id = {}
    for message in taken:
        by_order[message.order].append(message)
        by_id[message.id] = message
    unknown = [row for row in rows if row.status == Status.UNKNOWN]
    return Books(
        planned=len(planned),
        counts=_counts(rows),
        lost=tuple(_lost(planned, rows, by_order, by_id)),
        doubled=tuple(_doubled(by_order)),
        behind=tuple(_behind(rows, by_id)),
        misruled=tuple(f"{row.order} is {row.status} against the rules" for row in rows if _misruled(row)),
        unexplained=sum(not row.in_flight for row in unknown),
        unknown_taken=sum(row.order in by_order for row in unknown),
        uncertain=uncertain,
        groundless=sum(row.status == Status.FAILED and row.order not in by_order for row in rows),
        refused=refused,
        taken_back=taken_back,
        reported=sum(bool(message.reported) for message in by_id.values()),
    )


def _counts(rows: Iterable[Row]) -> dict[str, int]:
    statuses = Counter(row.status for row in rows)
    return {heading: sum(statuses[status] for status in group) for heading, group in HEADINGS.items()}


def _doubled(by_order: dict[str, list[Taken]]) -> Iterator[str]:
    for order, messages in by_order.items():
        for again in messages[1:]:
            yield f"{order} was taken {len(messages)} times: {messages[0].id} and {again.id}"


def _behind(rows: Iterable[Row], by_id: Mapping[str, Taken]) -> Iterator[str]:
    for row in rows:
        named = by_id.get(row.provider_id)
        told = max(named.reported, key=ORDER.index, default=None) if named else None
        if told and _rank(row.status) < _rank(told):
            yield f"{row.order} is {row.status}, and a webhook said that {row.provider_id} is {told}"


def _rank(status: str) -> int:
    """How far to the right; what never left stands left of everything."""
    return ORDER.index(Status(status)) if status in ORDER else -1


def _lost(
    planned: Collection[str],
    rows: Collection[Row],
    by_order: Mapping[str, list[Taken]],
    by_id: Mapping[str, Taken],
) -> Iterator[str]:
    wanted, there = set(planned), {row.order for row in rows}
    yield from (f"{order} is gone" for order in sorted(wanted - there))
    yield from (f"{order} was taken, and never planned" for order in sorted(by_order.keys() - wanted))
    for row in rows:
        if mistake := _mistake(row, by_order.get(row.order, []), by_id.get(row.provider_id)):
            yield f"{row.order} {mistake}"


def _misruled(row: Row) -> bool:
    """Only what must be skipped is, and all of it that nobody canceled before."""
    return row.is_blocked != (row.status == Status.SKIPPED) and row.status != Status.CANCELED


def _mistake(row: Row, own: Collection[Taken], named: Taken | None) -> str:
    """What this row says that is not so; empty if it speaks the truth.

    The provider's list does not tell two messages to one person apart, so rows may have each other's ids.
    """
    if row.provider_id and (named is None or named.person != row.person):
        return f"has the id {row.provider_id}, which is no message to this person"
    if row.status in HEADINGS["accepted"]:
        if named and _rank(row.status) > _rank(named.status):
            return f"is {row.status}, and {named.id} is only {named.status}"
        return "" if own else f"is {row.status}, and was never taken"
    if not own or row.status in OPEN:
        return ""
    if row.status != Status.FAILED:
        return f"was taken, and counts as {row.status}"
    return (
        "" if named and named.status == Status.FAILED else "was taken and did not fail, and counts as failed"
    )
