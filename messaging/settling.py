"""From a provider's answer to what the row says: accepted, failed, unknown, or back to the queue.

What may be repeated depends on the kind of error alone. Answers that accept are stored many at once.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from messaging import connecting, events, failures
from messaging.calls import Call, PendingAttempt
from messaging.content import unsaid
from messaging.events import News, record_status
from messaging.models import Attempt, Message, Outcome, Source
from messaging.providers.base import (
    Answer,
    JointResult,
    Kind,
    Provider,
    ProviderError,
    Scope,
    SendResult,
    unnamed,
)
from messaging.releasing import after, backoff, release
from messaging.statuses import Status
from messaging.value_table import value_table

logger = logging.getLogger(__name__)

# What a call came to: an exception that is no ProviderError is a mistake of our own.
Result = SendResult | JointResult | Exception


@dataclass(frozen=True)
class Accepted:
    """The provider took one message and named it."""

    attempt: PendingAttempt
    provider_id: str
    answer: Answer
    provider: Provider


def settle(results: Sequence[tuple[Call, Result]]) -> None:
    """Store what calls came to. Doing it twice changes nothing.

    What goes wrong with one row is logged and makes that row unknown; only a database that is away raises.
    """
    taken: list[Accepted] = []
    for call, result in results:
        if isinstance(result, Exception):
            _each(call.attempts, partial(_settle_exception, call, result))
        else:
            taken += _named(call, result)
    _settle_taken(taken)


def _each(attempts: Iterable[PendingAttempt], action: Callable[[PendingAttempt], None]) -> None:
    for attempt in attempts:
        try:
            action(attempt)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # this row alone; the answers of the others must still be stored
            logger.exception("What became of message %s could not be stored", attempt.message.public_id)
            mark_unknown(attempt, "internal_error", "")


def _named(call: Call, result: SendResult | JointResult) -> list[Accepted]:
    """The rows that the answer names; exactly the others are unknown."""
    if isinstance(result, SendResult):
        return [Accepted(call.attempts[0], result.provider_id, result.answer, call.provider)]
    named, rest = [], []
    for attempt in call.attempts:
        provider_id = result.ids.get(attempt.row.to, "")
        if provider_id:
            named.append(Accepted(attempt, provider_id, result.answer, call.provider))
        else:
            rest.append(attempt)
    _each(rest, partial(_settle_exception, call, unnamed(result.answer)))
    return named


# -- Taken ---------------------------------------------------------------------------------------

# One statement for all each: what an answer costs here decides how many there can be in a second. As in
# `calls`, `status || ''` leaves only the key to find a row by.
_ACCEPT = """
    UPDATE messaging_message
    SET status = 'accepted', provider_id = new.name, accepted_at = %s, claim_id = NULL, lease_until = NULL,
        reason = '', provider_code = '', detail = '', checks = 0
    FROM {new}
    WHERE id = new.message AND provider_id = '' AND accepted_at IS NULL
        AND status || '' IN ('sending', 'unknown')
"""
_END = """
    UPDATE messaging_attempt
    SET outcome = 'accepted', ended_at = %s, http_status = new.status, answer = new.said, error = ''
    FROM {new}
    WHERE message_id = new.message AND number = new.attempt
"""
_NAMED = {"message": "bigint", "name": "text"}
_ENDED = {"message": "bigint", "attempt": "int", "status": "int", "said": "text"}


class _Unusual(Exception):
    """Some row is not as the send path left it."""


def _settle_taken(taken: Sequence[Accepted]) -> None:
    """Store that the provider took these, in one transaction; one by one where something is unusual.

    The ids come first: they are what later news is matched by.
    """
    try:
        _settle_together(taken)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one of them is unusual, or the database refuses a value of it
        by_row = {one.attempt.row.pk: one for one in taken}
        _each((one.attempt for one in taken), lambda attempt: settle_one(by_row[attempt.row.pk]))
        return
    early = events.early([(one.attempt.row.bot.pk, one.provider_id) for one in taken])
    for one in taken:
        if (one.attempt.row.bot.pk, one.provider_id) in early:
            one.attempt.message.provider_id = one.provider_id
            events.adopt(one.attempt.message)


def _settle_together(taken: Sequence[Accepted]) -> None:
    if not taken:
        return
    # All that can be is made ready before others have to wait for the lock.
    at = timezone.now()
    named = value_table(_NAMED, [(one.attempt.row.pk, one.provider_id) for one in taken])
    ended = value_table(_ENDED, [_ending(one) for one in taken])
    lines = [events.accepted_line(one.attempt.row.bot.pk, one.attempt.row.pk, _news(one)) for one in taken]
    with transaction.atomic():
        if _update(_ACCEPT, at, named) != len(taken):
            raise _Unusual
        _update(_END, at, ended)
        events.write_accepted(lines, at)


def _update(statement: str, at: dt.datetime, table: tuple[str, list[Any]]) -> int:
    """Returns how many rows were changed."""
    new, values = table
    with connection.cursor() as cursor:
        cursor.execute(statement.format(new=new), [connection.ops.adapt_datetimefield_value(at), *values])
        return cursor.rowcount


def _ending(one: Accepted) -> tuple[int, int, int, str]:
    return one.attempt.row.pk, one.attempt.number, one.answer.status, _kept(one)


def _kept(one: Accepted) -> str:
    return _storable(_safe(one.attempt, one.provider, one.answer.text))


def _news(one: Accepted) -> News:
    raw = {"attempt": one.attempt.number}
    return News(Status.ACCEPTED, Source.ANSWER, provider_id=one.provider_id, raw=raw)


def settle_one(one: Accepted) -> None:
    """The same for one row, whatever happened to it meanwhile."""
    message = one.attempt.message
    with transaction.atomic():
        _end(one.attempt, Outcome.ACCEPTED, one.answer.status, _kept(one))
        Message.objects.filter(pk=message.pk, provider_id="").update(provider_id=one.provider_id)
        record_status(message, _news(one))
    message.provider_id = one.provider_id
    events.adopt(message)


# -- Not taken, or nobody knows ------------------------------------------------------------------


def _settle_exception(call: Call, error: Exception, attempt: PendingAttempt) -> None:
    if isinstance(error, ProviderError):
        settle_error(call, attempt, error)
        return
    logger.error("Message %s: a mistake of our own", attempt.message.public_id, exc_info=error)
    mark_unknown(attempt, "internal_error", "")


def settle_error(call: Call, attempt: PendingAttempt, error: ProviderError) -> None:
    """The provider did not say yes. What may be repeated depends on the kind of error alone."""
    message, answer, provider = attempt.message, error.answer, call.provider
    detail = _safe(attempt, provider, error.message)
    text = _safe(attempt, provider, answer.text) if answer else ""
    _end(attempt, Outcome(error.kind.value), answer.status if answer else None, text, detail)
    if error.kind == Kind.UNKNOWN:
        mark_unknown(attempt, error.code, detail)
    elif error.kind == Kind.REFUSED and call.is_joint:
        release(message, due_at=timezone.now())  # it may be another's fault: next time alone
    elif error.kind == Kind.REFUSED:
        _fail(attempt, error, detail)
    elif error.scope == Scope.BOT:
        connecting.stop(message.bot, error)
        release(message, due_at=timezone.now(), counted=False)
    elif message.starts >= settings.SEND_MAX_STARTS:
        _fail(attempt, error, detail)
    else:
        reason = failures.reason_for(error.code, detail)
        release(message, due_at=after(error.retry_after or backoff(message)), reason=reason)


def _end(attempt: PendingAttempt, outcome: Outcome, status: int | None, answer: str, error: str = "") -> None:
    _row(attempt).update(
        outcome=outcome,
        http_status=status,
        ended_at=timezone.now(),
        answer=_storable(answer),
        error=error[:1000],
    )


def _row(attempt: Attempt | PendingAttempt) -> QuerySet[Attempt]:
    """Attempts are written in bulk, so that one may not know its primary key."""
    return Attempt.objects.filter(message=attempt.message, number=attempt.number)


def _storable(text: str) -> str:
    return text[:20000].replace("\x00", "")


def _safe(attempt: PendingAttempt, provider: Provider, text: str) -> str:
    """What the provider wrote, without our credentials and without the one-time code it may repeat."""
    return unsaid(attempt.row.loaded, provider.redact(text))


def _fail(attempt: PendingAttempt, error: ProviderError, detail: str) -> None:
    reason = failures.reason_for(error.code, detail)
    _record(attempt, Status.FAILED, Source.ANSWER, reason=reason, code=error.code, detail=detail)


def mark_unknown(attempt: Attempt | PendingAttempt, code: str, detail: str) -> None:
    """The request may have reached the provider, and nobody here knows."""
    _row(attempt).filter(outcome=Outcome.STARTED).update(outcome=Outcome.UNKNOWN)
    _record(attempt, Status.UNKNOWN, Source.WORKER, reason="no_answer", code=code, detail=detail)


def _record(attempt: Attempt | PendingAttempt, status: Status, source: Source, **why: Any) -> None:
    record_status(attempt.message, News(status, source, raw={"attempt": attempt.number}, **why))
