"""Which listed message is which of our rows, where only the person, the template and the time tell.

Nothing is read or written here. A match that is not certain is none: then a person decides.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings

from messaging import phones
from messaging.models import Attempt, Message
from messaging.providers.evidence import Evidence
from messaging.statuses import Status

# By how much a provider's clock may differ from ours.
TOLERANCE = dt.timedelta(minutes=2)
# Rows that lie further apart are asked about by themselves, and those of so long a time at most together:
# a busy bot's list has thousands of lines.
MAX_GAP = dt.timedelta(minutes=10)
MAX_SPELL = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Doubt:
    """A row that may have reached the provider, and between which times that would have been.

    `reference` is what we called the attempt, for providers that keep it.
    """

    message: Message
    since: dt.datetime
    until: dt.datetime
    reference: str = ""

    @property
    def person(self) -> str:
        return phones.canonical(self.message.to)

    def may_be(self, evidence: Evidence) -> bool:
        """What is listed without a time may have been taken at any; a reference settles it."""
        if evidence.reference is not None:
            return evidence.reference == self.reference
        return evidence.taken_at is None or self.since <= evidence.taken_at <= self.until


def doubt(message: Message, attempt: Attempt) -> Doubt:
    since, until = attempt.started_at - TOLERANCE, end_of(attempt) + TOLERANCE
    return Doubt(message, since, until, reference=str(attempt.public_id))


def end_of(attempt: Attempt) -> dt.datetime:
    """When the provider took it at the latest. A dead worker's call lasted no longer than its lease."""
    return attempt.ended_at or attempt.started_at + dt.timedelta(seconds=settings.SEND_LEASE_SECONDS)


Rivals = list[Doubt]


def rivalries(doubts: Iterable[Doubt]) -> list[Rivals]:
    """Groups of rows that one and the same listed message may belong to: one person, times that overlap."""
    groups: list[Rivals] = []
    ends = dt.datetime.min.replace(tzinfo=dt.UTC)
    for one in sorted(doubts, key=lambda one: (one.person, one.since)):
        if not groups or groups[-1][0].person != one.person or one.since > ends:
            groups.append([])
            ends = one.until
        groups[-1].append(one)
        ends = max(ends, one.until)
    return groups


@dataclass(frozen=True)
class Spell:
    """Rivalries so close in time that one listing answers for all."""

    rivalries: Sequence[Rivals]

    @property
    def since(self) -> dt.datetime:
        return min(one.since for rivals in self.rivalries for one in rivals)

    @property
    def until(self) -> dt.datetime:
        return max(one.until for rivals in self.rivalries for one in rivals)

    @property
    def people(self) -> set[str]:
        return {rivals[0].person for rivals in self.rivalries}


def spells(groups: Iterable[Rivals]) -> list[Spell]:
    """The fewest listings that are still short."""
    found: list[list[Rivals]] = []
    begin = end = dt.datetime.min.replace(tzinfo=dt.UTC)
    for rivals in sorted(groups, key=lambda rivals: rivals[0].since):
        since = rivals[0].since
        if not found or since - end > MAX_GAP or since - begin > MAX_SPELL:
            found.append([])
            begin = end = since
        found[-1].append(rivals)
        end = max(end, *(one.until for one in rivals))
    return [Spell(part) for part in found]


def named(rivals: Rivals, listed: Sequence[Evidence]) -> list[tuple[Doubt, Evidence]]:
    """The rows that a listed message names by their reference, each of them certain by itself."""
    known = {one.reference: one for one in listed if one.provider_id and one.reference}
    return [(one, known[one.reference]) for one in rivals if one.reference in known]


def pairs(rivals: Rivals, listed: Sequence[Evidence]) -> list[tuple[Doubt, Evidence]]:
    """Which row is which listed message, or nothing if that is not certain.

    As many listed as rows, and they are interchangeable: the same person got the same template. They are
    then paired in the order of time. While one of the rows is still being sent, its answer is waited for.
    """
    known = [one for one in listed if one.provider_id and one.taken_at]
    if len(listed) != len(rivals) or len(known) != len(listed):
        return []
    if any(one.message.status == Status.SENDING for one in rivals):
        return []
    in_order = sorted(known, key=lambda one: one.taken_at or one.at or dt.datetime.max)
    found = list(zip(sorted(rivals, key=lambda one: one.since), in_order, strict=True))
    return found if all(one.may_be(evidence) for one, evidence in found) else []
