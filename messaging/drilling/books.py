"""Our rows against what the simulator took and reported. Pure, so that it can be shown to notice.

Every row carries an order number of its own into the message, so a message says which row it belongs to,
whatever id was stored.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

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
            values = {"planned": self.planned, "there": sum(self.counts.values())}
            found.append(_("%(planned)s were planned, and %(there)s are there") % values)
        if self.unexplained > self.uncertain:
            text = _(
                "%(count)s are unknown that were in flight at no kill, and only %(uncertain)s answers were"
                " uncertain"
            )
            found.append(text % {"count": self.unexplained, "uncertain": self.uncertain})
        if self.groundless > self.refused:
            text = _("%(count)s failed without being taken, and %(refused)s were refused")
            found.append(text % {"count": self.groundless, "refused": self.refused})
        if self.counts["canceled"] != self.taken_back:
            values = {"told": self.taken_back, "there": self.counts["canceled"]}
            found.append(_("people canceled %(told)s, and %(there)s are canceled") % values)
        if self.counts["waiting"]:
            text = _("%(count)s still wait though nothing is in their way")
            found.append(text % {"count": self.counts["waiting"]})
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
        misruled=tuple(_misruled(rows)),
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
            values = {"order": order, "count": len(messages), "first": messages[0].id, "again": again.id}
            yield _("%(order)s was taken %(count)s times: %(first)s and %(again)s") % values


def _behind(rows: Iterable[Row], by_id: Mapping[str, Taken]) -> Iterator[str]:
    for row in rows:
        named = by_id.get(row.provider_id)
        told = max(named.reported, key=ORDER.index, default=None) if named else None
        if told and _rank(row.status) < _rank(told):
            text = _("%(order)s is %(status)s, and a webhook said that %(id)s is %(told)s")
            yield text % _about(row, id=row.provider_id, told=_word(told))


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
    for order in sorted(wanted - there):
        yield _("%(order)s is gone") % {"order": order}
    for order in sorted(by_order.keys() - wanted):
        yield _("%(order)s was taken, and never planned") % {"order": order}
    for row in rows:
        if mistake := _mistake(row, by_order.get(row.order, []), by_id.get(row.provider_id)):
            yield mistake


def _misruled(rows: Iterable[Row]) -> Iterator[str]:
    """Only what must be skipped is, and all of it that nobody canceled before."""
    for row in rows:
        if row.is_blocked != (row.status == Status.SKIPPED) and row.status != Status.CANCELED:
            yield _("%(order)s is %(status)s against the rules") % _about(row)


def _mistake(row: Row, own: Collection[Taken], named: Taken | None) -> str:
    """What this row says that is not so; empty if it speaks the truth.

    The provider's list does not tell two messages to one person apart, so rows may have each other's ids.
    """
    if row.provider_id and (named is None or named.person != row.person):
        text = _("%(order)s has the id %(id)s, which is no message to this person")
        return text % _about(row, id=row.provider_id)
    if row.status in HEADINGS["accepted"]:
        if named and _rank(row.status) > _rank(named.status):
            text = _("%(order)s is %(status)s, and %(id)s is only %(real)s")
            return text % _about(row, id=named.id, real=_word(named.status))
        return "" if own else _("%(order)s is %(status)s, and was never taken") % _about(row)
    if not own or row.status in OPEN:
        return ""
    if row.status != Status.FAILED:
        return _("%(order)s was taken, and counts as %(status)s") % _about(row)
    has_failed = named is not None and named.status == Status.FAILED
    return "" if has_failed else _("%(order)s was taken and did not fail, and counts as failed") % _about(row)


def _about(row: Row, **more: str) -> dict[str, str]:
    return {"order": row.order, "status": _word(row.status), **more}


def _word(status: str) -> str:
    """As it stands in the middle of a sentence."""
    return Status(status).label.lower()
