"""What leaves: one HTTP call, and the attempts it stands for, which are written down before it may."""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from uuid_utils.compat import uuid7

from messaging.claimed import Claimed
from messaging.content import Content, shown
from messaging.models import Attempt, Bot, Message
from messaging.providers.base import JointResult, Outbound, Provider, Request, SendResult
from messaging.releasing import give_up, put_back
from messaging.value_table import value_table


@dataclass(slots=True)
class PendingAttempt:
    """An attempt before its answer; `write_down` makes the row. `request` is what history keeps, as JSON."""

    row: Claimed
    number: int
    public_id: uuid.UUID
    request: str = ""
    request_digest: str = ""

    @classmethod
    def of(cls, row: Claimed) -> "PendingAttempt":
        number = row.tried + 1
        return cls(row, number, uuid7())

    @property
    def message(self) -> Message:
        return self.row.message


@dataclass(slots=True)
class Call:
    """One HTTP call that may leave now, and the attempts it stands for.

    There are several where the provider takes one content for many people. `leave_by` is in seconds of
    `time.monotonic`: past it the lease is too short for an answer, and the call must not be made.
    """

    provider: Provider
    request: Request
    attempts: list[PendingAttempt]
    leave_by: float

    @property
    def is_campaign(self) -> bool:
        return self.attempts[0].row.is_campaign

    @property
    def is_joint(self) -> bool:
        return len(self.attempts) > 1

    def send(self) -> SendResult | JointResult:
        """The one call, never repeated. Raises ProviderError."""
        return self.provider.send_joint(self.request) if self.is_joint else self.provider.send(self.request)


def longest_wait() -> float:
    """Seconds a claimed row may wait before its call, so that the answer still comes within the lease."""
    return settings.SEND_LEASE_SECONDS - sum(settings.PROVIDER_TIMEOUT)


def prepare(provider: Provider, rows: Sequence[Claimed]) -> list[Call]:
    """One call for each row, or for several that say the same, where the account allows it."""
    leave_by = time.monotonic() + longest_wait()
    calls = []
    for part in _parts(rows, provider):
        try:
            calls.append(_call(provider, part, leave_by))
        except Exception:  # these rows alone: `give_up` logs it and counts it against them
            for row in part:
                give_up(row.message)
    return calls


def _parts(rows: Sequence[Claimed], provider: Provider) -> Iterator[Sequence[Claimed]]:
    """Rows that share a call."""
    most = provider.most_together
    groups: dict[object, list[Claimed]] = {}
    for row in rows:
        groups.setdefault(row.pk if most == 1 else _likeness(provider, row), []).append(row)
    for alike in groups.values():
        for start in range(0, len(alike), most):
            yield alike[start : start + most]


def _likeness(provider: Provider, row: Claimed) -> object:
    """Equal for rows that may share a call. One that was tried before goes alone: it may be to blame."""
    if row.tried or not provider.can_join(row.loaded):
        return row.pk
    said = json.dumps(json.loads(row.content), sort_keys=True)
    return row.version.pk if row.version else None, row.lane, said


def _call(provider: Provider, rows: Sequence[Claimed], leave_by: float) -> Call:
    attempts = [PendingAttempt.of(row) for row in rows]
    outbounds = [
        _outbound(attempt.row.bot, attempt.row.loaded, attempt.row.to, attempt.public_id)
        for attempt in attempts
    ]
    requests = [provider.build(outbound) for outbound in outbounds]
    for attempt, outbound, request in zip(attempts, outbounds, requests, strict=True):
        _describe(attempt, provider, outbound, request)
    request = requests[0] if len(attempts) == 1 else provider.build_joint(outbounds)
    return Call(provider, request, attempts, leave_by)


def _outbound(bot: Bot, content: Content, to: str, attempt_id: uuid.UUID) -> Outbound:
    return Outbound(content, to, bot.provider_id, reference=str(attempt_id))


def rebuilt(attempt: Attempt) -> Request:
    """The request as today's code would make it, and as history keeps it: without one-time codes.

    Raises ProviderError if the account's credentials cannot be read.
    """
    message = attempt.message
    outbound = _outbound(message.bot, shown(message.loaded), message.to, attempt.public_id)
    return message.bot.account.provider.build(outbound)


def _describe(attempt: PendingAttempt, provider: Provider, outbound: Outbound, request: Request) -> None:
    """The request as history keeps it: without one-time codes, which even a digest would give away."""
    visible = shown(outbound.content)
    if visible is not outbound.content:
        request = provider.build(replace(outbound, content=visible))
    attempt.request = request.kept()
    attempt.request_digest = request.digest()


# -- Written down --------------------------------------------------------------------------------

# One statement for all: it costs a fraction of a bulk_create, and it proves the claim by itself, for whoever
# lost it writes nothing. Nobody needs the primary keys. `status || ''` leaves only the key to find a row by:
# as rows pass through that state, PostgreSQL's index of it fills with what is gone.
_INSERT = """
    INSERT INTO messaging_attempt (public_id, message_id, number, claim_id, started_at, outcome, request,
        request_digest, answer, error)
    SELECT new.public_id, m.id, new.number, m.claim_id, {now}, 'started', new.request, new.digest, '', ''
    FROM {new} JOIN messaging_message AS m ON m.id = new.message_id
    WHERE m.claim_id = new.claim_id AND m.status || '' = 'sending' {lock} ON CONFLICT DO NOTHING
"""
_COLUMNS = {
    "public_id": "uuid",
    "message_id": "bigint",
    "number": "int",
    "request": "jsonb",
    "digest": "text",
    "claim_id": "uuid",
}
_NOW = {"sqlite": "%s", "postgresql": "%s::timestamptz"}
_LOCK = {"sqlite": "", "postgresql": "FOR UPDATE OF m"}


def write_down(calls: Sequence[Call]) -> list[Call]:
    """Write that these calls are about to be made; returns those whose rows are still ours.

    From here on only evidence says that nothing left. A call that several share is not made if one of them
    was lost; the others go back to the queue. To be called in a transaction; doing it again, after one whose
    end nobody saw, writes nothing twice.
    """
    rows = [_values(attempt) for call in calls for attempt in call.attempts]
    new, values = value_table(_COLUMNS, rows)
    statement = _INSERT.format(new=new, now=_NOW[connection.vendor], lock=_LOCK[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(statement, [connection.ops.adapt_datetimefield_value(timezone.now()), *values])
        if cursor.rowcount == len(rows):
            return list(calls)
    return [call for call in calls if _is_whole(call)]


def _values(attempt: PendingAttempt) -> tuple[Any, ...]:
    ids = attempt.public_id.hex, attempt.row.pk, attempt.number
    return *ids, attempt.request, attempt.request_digest, attempt.row.claim_id.hex


def _is_whole(call: Call) -> bool:
    if all(_is_written(attempt) for attempt in call.attempts):
        return True
    put_back(attempt.message for attempt in call.attempts)
    return False


def _is_written(attempt: PendingAttempt) -> bool:
    return Attempt.objects.filter(public_id=attempt.public_id, claim_id=attempt.row.claim_id).exists()
