"""From a queued row to a provider's answer. The row is the truth; the queue only wakes somebody up.

    claim    win rows by one conditional UPDATE: QUEUED → SENDING, with a lease
    start    prove that the claim still holds, and write the attempt, before the request may leave
    settle   accepted, failed or unknown by the provider's answer; or released, when nothing left

A request that may have reached the provider is never repeated here.
"""

import datetime as dt
import logging
import math
import time
import uuid
from dataclasses import replace

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from messaging import connecting, events, failures, queueing
from messaging.content import shown, unsaid
from messaging.events import News, record_status
from messaging.models import Attempt, Bot, Message, MessageEvent, Outcome, Source
from messaging.providers.base import Kind, Outbound, Provider, ProviderError, Request, Scope, SendResult
from messaging.statuses import Status

logger = logging.getLogger(__name__)

# Rows won at once: few, so that other workers find some too.
CLAIM_SIZE = 10
# A task gives its worker back after so many seconds, and wakes the next one if work is left.
SLICE_SECONDS = 20
MAX_BACKOFF_SECONDS = 600


def pump(bot_id: int) -> int:
    """Send what is due of one bot until nothing is, something is in the way, or the slice of time is used.

    Returns how many rows were tried. Running it twice at once sends nothing twice.
    """
    tried = 0
    ends = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < ends:
        bot = _bot(bot_id)
        if bot.obstacle or not (messages := claim(bot)):
            return tried
        for message in messages:
            tried += _deliver_in_time(_bot(bot_id), message, ends)
    queueing.wake(bot_id)
    return tried


def _bot(bot_id: int) -> Bot:
    return Bot.objects.select_related("account").get(pk=bot_id)


def _deliver_in_time(bot: Bot, message: Message, ends: float) -> bool:
    """Give the row back untried if the one before it took all the time, or stopped the bot."""
    if bot.obstacle or time.monotonic() >= ends:
        release(message, delay=0, counted=False)
        return False
    deliver(bot, message, until=ends)
    return True


def claim(bot: Bot, size: int = CLAIM_SIZE) -> list[Message]:
    """Win the right to send up to `size` due rows, for the time of a lease."""
    claim_id = uuid.uuid4()
    with transaction.atomic():
        due = Message.objects.due().filter(bot=bot, starts__lt=settings.SEND_MAX_STARTS)
        rows = due.select_for_update(skip_locked=True).values("pk")[:size]
        Message.objects.filter(pk__in=list(rows.values_list("pk", flat=True)), status=Status.QUEUED).update(
            status=Status.SENDING, claim_id=claim_id, lease_until=_lease(), starts=F("starts") + 1
        )
    won = Message.objects.filter(claim_id=claim_id, status=Status.SENDING)
    won = won.select_related("contact", "template", "version").order_by("lane", "due_at", "pk")
    messages = list(won)
    for message in messages:
        message.bot = bot
    return messages


def deliver(bot: Bot, message: Message, *, until: float = math.inf) -> None:
    """Take one claimed row as far as it goes now, or back if the bot's rate has no slot for it `until` then.

    An error of our own concerns this row alone: it is logged, and the row is either released or, once the
    request may have left, unknown.
    """
    attempt = None
    try:
        if refusal := objection(bot, message):
            skip(message, refusal)
            return
        provider = bot.account.provider
        request = provider.build(_outbound(bot, message))
        if not wait_for_slot(bot, until):
            release(message, delay=0, counted=False)
            return
        attempt = start(message, request)
        if attempt is not None:
            _send(bot, message, attempt, provider, request)
    except ProviderError as error:
        connecting.stop(bot, error)
        release(message, delay=0, counted=False)
    except Exception:
        logger.exception("Message %s could not be sent", message.public_id)
        if attempt is None:
            release(message, delay=backoff(message))
        else:
            mark_unknown(message, attempt, "internal_error", "")


def _send(bot: Bot, message: Message, attempt: Attempt, provider: Provider, request: Request) -> None:
    try:
        result = provider.send(request)
    except ProviderError as error:
        settle_error(bot, message, attempt, error, provider)
    else:
        settle(message, attempt, result, provider)


def _outbound(bot: Bot, message: Message) -> Outbound:
    return Outbound(message.loaded, message.to, bot.provider_id, reference=str(message.public_id))


# -- Before it leaves ----------------------------------------------------------------------------


def objection(bot: Bot, message: Message) -> str:
    """Why this row may not leave after all, as a key of `failures`; empty if it may.

    Asked now and not when the message was written: consent, blocks and templates change in between.
    """
    if message.contact.is_blocked:
        return "contact_blocked"
    if message.expires_at and message.expires_at <= timezone.now():
        return "expired"
    if message.template is not None and not message.template.is_sendable:
        return "template_not_approved"
    if message.loaded.needs_window and not _is_window_open(bot, message):
        return "window_closed"
    return ""


def _is_window_open(bot: Bot, message: Message) -> bool:
    return bot.conversations.filter(contact=message.contact_id, window_ends_at__gt=timezone.now()).exists()


def wait_for_slot(bot: Bot, until: float = math.inf) -> bool:
    """Hold the bot's rate. One conditional UPDATE takes a slot, so that all workers share the limit.

    Returns False if none came `until` then, in seconds of `time.monotonic`.
    """
    interval = dt.timedelta(seconds=1 / bot.rate)
    while True:
        now = timezone.now()
        free = Q(next_slot_at=None) | Q(next_slot_at__lte=now)
        if Bot.objects.filter(free, pk=bot.pk).update(next_slot_at=now + interval):
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(min(interval.total_seconds(), 0.05))


def start(message: Message, request: Request) -> Attempt | None:
    """Write down that the request is about to leave, if the claim still holds.

    Returns None if the lease ran out and somebody else decided about the row: then it must not be sent.
    """
    assert message.claim_id is not None
    record = _record(message, request)
    with transaction.atomic():
        if not held(message).update(lease_until=_lease()):
            return None
        return Attempt.objects.create(
            message=message,
            number=message.attempts.count() + 1,
            claim_id=message.claim_id,
            started_at=timezone.now(),
            request={"method": record.method, "path": record.path, "body": record.body},
            request_digest=record.digest(),
        )


def held(message: Message) -> QuerySet[Message]:
    """The row, as long as the claim that `message` was won with is the one in force."""
    return Message.objects.filter(pk=message.pk, status=Status.SENDING, claim_id=message.claim_id)


def _record(message: Message, request: Request) -> Request:
    """The request as history keeps it: without one-time codes, which even a digest would give away."""
    visible = shown(message.loaded)
    if visible is message.loaded:
        return request
    outbound = replace(_outbound(message.bot, message), content=visible)
    return message.bot.account.provider.build(outbound)


def _lease() -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=settings.SEND_LEASE_SECONDS)


# -- After it left -------------------------------------------------------------------------------


def settle(message: Message, attempt: Attempt, result: SendResult, provider: Provider) -> None:
    """The provider took it. The id is stored before anything else: it is what later news is matched by."""
    with transaction.atomic():
        _end(attempt, Outcome.ACCEPTED, result.answer.status, _safe(message, provider, result.answer.text))
        Message.objects.filter(pk=message.pk, provider_id="").update(provider_id=result.provider_id)
        news = News(
            Status.ACCEPTED, Source.ANSWER, provider_id=result.provider_id, raw={"attempt": attempt.number}
        )
        record_status(message, news)
    message.provider_id = result.provider_id
    events.adopt(message)


def settle_error(
    bot: Bot, message: Message, attempt: Attempt, error: ProviderError, provider: Provider
) -> None:
    """The provider did not say yes. What may be repeated depends on the kind of error alone."""
    answer = error.answer
    detail = _safe(message, provider, error.message)
    text = _safe(message, provider, answer.text) if answer else ""
    _end(attempt, Outcome(error.kind.value), answer.status if answer else None, text, detail)
    if error.kind == Kind.UNKNOWN:
        mark_unknown(message, attempt, error.code, detail)
    elif error.kind == Kind.REFUSED:
        _fail(message, attempt, error, detail)
    elif error.scope == Scope.BOT:
        connecting.stop(bot, error)
        release(message, delay=0, counted=False)
    elif message.starts >= settings.SEND_MAX_STARTS:
        _fail(message, attempt, error, detail)
    else:
        release(message, delay=error.retry_after or backoff(message))


def _end(attempt: Attempt, outcome: Outcome, status: int | None, answer: str, error: str = "") -> None:
    attempt.outcome, attempt.http_status, attempt.ended_at = outcome, status, timezone.now()
    attempt.answer, attempt.error = answer[:20000].replace("\x00", ""), error[:1000]
    attempt.save(update_fields=["outcome", "http_status", "ended_at", "answer", "error"])


def _safe(message: Message, provider: Provider, text: str) -> str:
    """What the provider wrote, without our credentials and without the one-time code it may repeat."""
    return unsaid(message.loaded, provider.redact(text))


def _fail(message: Message, attempt: Attempt, error: ProviderError, detail: str) -> None:
    record_status(
        message,
        News(
            Status.FAILED,
            Source.ANSWER,
            reason=failures.reason_for(error.code, detail),
            code=error.code,
            detail=detail,
            raw={"attempt": attempt.number},
        ),
    )


def mark_unknown(message: Message, attempt: Attempt, code: str, detail: str) -> None:
    Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.STARTED).update(outcome=Outcome.UNKNOWN)
    raw = {"attempt": attempt.number}
    news = News(Status.UNKNOWN, Source.WORKER, reason="no_answer", code=code, detail=detail, raw=raw)
    record_status(message, news)


def skip(message: Message, reason: str) -> None:
    """A rule refuses it at the last moment; whoever lost the claim decides nothing any more."""
    with transaction.atomic():
        if held(message).select_for_update().first():
            record_status(message, News(Status.SKIPPED, Source.WORKER, reason=reason))


def release(message: Message, *, delay: float, counted: bool = True) -> None:
    """Back to the queue: the request certainly did not take effect.

    `delay` is in seconds. A start that failed for reasons of the whole bot is not counted against the row.
    """
    with transaction.atomic():
        released = held(message).update(
            status=Status.QUEUED,
            claim_id=None,
            lease_until=None,
            due_at=timezone.now() + dt.timedelta(seconds=delay),
            starts=F("starts") - (0 if counted else 1),
        )
        if released:
            _note_release(message)


def _note_release(message: Message) -> None:
    news = News(Status.QUEUED, Source.WORKER, raw={"claim": str(message.claim_id)})
    MessageEvent.objects.bulk_create(
        [
            MessageEvent(
                bot_id=message.bot_id,
                message=message,
                key=news.key(str(message.public_id)),
                status=Status.QUEUED,
                source=Source.WORKER,
                raw=news.raw,
            )
        ],
        ignore_conflicts=True,
    )


def backoff(message: Message) -> float:
    return min(5 * 2**message.starts, MAX_BACKOFF_SECONDS)
