"""What leaves: one HTTP call, and the attempts it stands for, which are written down before it may."""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from messaging.content import shown
from messaging.models import Attempt, Bot, Lane, Message
from messaging.providers.base import JointResult, Outbound, Provider, Request, SendResult
from messaging.releasing import give_up


@dataclass
class Call:
    """One HTTP call that may leave now, and the attempts it stands for.

    There are several where the provider takes one content for many people. `leave_by` is in seconds of
    `time.monotonic`: past it the lease is too short for an answer, and the call must not be made.
    """

    provider: Provider
    request: Request
    attempts: list[Attempt]
    leave_by: float = field(default_factory=lambda: time.monotonic() + longest_wait())

    @property
    def is_campaign(self) -> bool:
        return self.attempts[0].message.lane == Lane.CAMPAIGN

    @property
    def is_joint(self) -> bool:
        return len(self.attempts) > 1

    def send(self) -> SendResult | JointResult:
        """The one call, never repeated. Raises ProviderError."""
        return self.provider.send_joint(self.request) if self.is_joint else self.provider.send(self.request)


def longest_wait() -> float:
    """Seconds a claimed row may wait before its call, so that the answer still comes within the lease."""
    return settings.SEND_LEASE_SECONDS - sum(settings.PROVIDER_TIMEOUT)


def prepare(bot: Bot, provider: Provider, messages: Sequence[Message]) -> list[Call]:
    """One call for each row, or for several that say the same, where the account allows it."""
    earlier = _earlier_attempts(messages)
    groups: dict[object, list[Message]] = {}
    for message in messages:
        groups.setdefault(_likeness(provider, message, alone=message.pk in earlier), []).append(message)
    calls = []
    for alike in groups.values():
        for start in range(0, len(alike), provider.most_together):
            part = alike[start : start + provider.most_together]
            try:
                calls.append(_call(bot, provider, part, earlier))
            except Exception:  # these rows alone: `give_up` logs it and counts it against them
                for message in part:
                    give_up(message)
    return calls


def _likeness(provider: Provider, message: Message, *, alone: bool) -> object:
    """Equal for rows that may share a call. One that was tried before goes alone: it may be to blame."""
    if alone or provider.most_together == 1 or not provider.can_join(message.loaded):
        return message.pk
    return message.version_id, message.lane, json.dumps(message.content, sort_keys=True)


def _earlier_attempts(messages: Sequence[Message]) -> dict[int, int]:
    """How many attempts the rows had that had any."""
    found = Attempt.objects.filter(message__in=messages).order_by()
    return dict(found.values_list("message").annotate(Max("number")))


def _call(bot: Bot, provider: Provider, messages: Sequence[Message], earlier: Mapping[int, int]) -> Call:
    attempts = [_attempt(message, earlier.get(message.pk, 0) + 1) for message in messages]
    outbounds = [_outbound(bot, attempt) for attempt in attempts]
    requests = [provider.build(outbound) for outbound in outbounds]
    for attempt, outbound, request in zip(attempts, outbounds, requests, strict=True):
        _describe(attempt, provider, outbound, request)
    if len(attempts) == 1:
        return Call(provider, requests[0], attempts)
    return Call(provider, provider.build_joint(outbounds), attempts)


def _attempt(message: Message, number: int) -> Attempt:
    assert message.claim_id is not None
    return Attempt(
        public_id=uuid.uuid5(message.public_id, str(number)),
        message=message,
        number=number,
        claim_id=message.claim_id,
        started_at=timezone.now(),
    )


def _outbound(bot: Bot, attempt: Attempt) -> Outbound:
    message = attempt.message
    return Outbound(message.loaded, message.to, bot.provider_id, reference=str(attempt.public_id))


def rebuilt(attempt: Attempt) -> Request:
    """The request as today's code would make it, and as history keeps it: without one-time codes.

    Raises ProviderError if the account's credentials cannot be read.
    """
    bot = attempt.message.bot
    outbound = _outbound(bot, attempt)
    return bot.account.provider.build(replace(outbound, content=shown(outbound.content)))


def as_kept(request: Request) -> dict[str, Any]:
    """What `Attempt.request` holds of it."""
    return {"method": request.method, "path": request.path, "body": request.body}


def _describe(attempt: Attempt, provider: Provider, outbound: Outbound, request: Request) -> None:
    """The request as history keeps it: without one-time codes, which even a digest would give away."""
    visible = shown(outbound.content)
    if visible is not outbound.content:
        request = provider.build(replace(outbound, content=visible))
    attempt.request = as_kept(request)
    attempt.request_digest = request.digest()


# -- Written down --------------------------------------------------------------------------------

# One statement for all: it costs a fraction of a bulk_create, and it proves the claim by itself, for whoever
# lost it writes nothing. Nobody needs the primary keys.
_INSERT = """
    INSERT INTO messaging_attempt (public_id, message_id, number, claim_id, started_at, outcome, request,
        request_digest, answer, error)
    SELECT {public_id}, m.id, new.column3, m.claim_id, {started_at}, 'started', {request}, new.column5, '', ''
    FROM (VALUES {rows}) AS new JOIN messaging_message AS m ON m.id = new.column2
    WHERE m.claim_id = {claim_id} AND m.status = 'sending' {lock} ON CONFLICT DO NOTHING
"""
_WORDS = {
    "sqlite": {
        "public_id": "new.column1",
        "request": "new.column4",
        "claim_id": "new.column6",
        "started_at": "%s",
        "lock": "",
    },
    "postgresql": {
        "public_id": "new.column1::uuid",
        "request": "new.column4::jsonb",
        "claim_id": "new.column6::uuid",
        "started_at": "%s::timestamptz",
        "lock": "FOR UPDATE OF m",
    },
}


def write_down(calls: Sequence[Call]) -> list[Call]:
    """Write that these calls are about to be made; returns those whose rows are still ours.

    From here on only evidence says that nothing left. To be called in a transaction; doing it again, after
    one whose end nobody saw, writes nothing twice.
    """
    attempts = [attempt for call in calls for attempt in call.attempts]
    rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(attempts))
    values = [connection.ops.adapt_datetimefield_value(timezone.now())]
    for attempt in attempts:
        values += _values(attempt)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(rows=rows, **_WORDS[connection.vendor]), values)
        if cursor.rowcount == len(attempts):
            return list(calls)
    return [call for call in calls if all(_is_written(attempt) for attempt in call.attempts)]


def _values(attempt: Attempt) -> tuple[Any, ...]:
    request = json.dumps(attempt.request)
    ids = attempt.public_id.hex, attempt.message_id, attempt.number
    return *ids, request, attempt.request_digest, attempt.claim_id.hex


def _is_written(attempt: Attempt) -> bool:
    return Attempt.objects.filter(public_id=attempt.public_id, claim_id=attempt.claim_id).exists()
