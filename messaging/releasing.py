"""Giving claimed rows back: only while the request certainly did not take effect.

A row whose lease ran out may have left, so it never goes back to the queue by itself: `sweeping`.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from messaging import events
from messaging.events import News, record_status
from messaging.models import Message, MessageEvent, Source
from messaging.statuses import Status

logger = logging.getLogger(__name__)

MAX_BACKOFF_SECONDS = 600


def held(message: Message) -> QuerySet[Message]:
    """The row, as long as the claim that `message` was won with is the one in force."""
    return Message.objects.filter(pk=message.pk, status=Status.SENDING, claim_id=message.claim_id)


def skip(message: Message, reason: str) -> None:
    """A rule refuses it at the last moment; whoever lost the claim decides nothing any more."""
    with transaction.atomic():
        if held(message).select_for_update().first():
            record_status(message, News(Status.SKIPPED, Source.WORKER, reason=reason))


def release(
    message: Message, *, due_at: dt.datetime | None = None, reason: str = "", counted: bool = True
) -> None:
    """Back to the queue: the request certainly did not take effect. Whoever lost the claim changes nothing.

    `reason` says why it waits until `due_at`; without one it is due as it was. A start that failed for
    reasons of the whole bot is not counted against the row.
    """
    with transaction.atomic():
        if _requeue(message, due_at=due_at, reason=reason, counted=counted):
            _note_release(message, due_at, reason)


def _requeue(message: Message, *, due_at: dt.datetime | None, reason: str, counted: bool) -> bool:
    """Returns whether the row was still ours."""
    released = held(message).update(
        status=Status.QUEUED,
        claim_id=None,
        lease_until=None,
        due_at=due_at or F("due_at"),
        reason=reason,
        starts=F("starts") - (0 if counted else 1),
    )
    return bool(released)


def _note_release(message: Message, due_at: dt.datetime | None, reason: str) -> None:
    """One line of history, and one alone while the same thing keeps the row until the same time."""
    raw = {"until": due_at.isoformat() if due_at else ""} if reason else {"claim": str(message.claim_id)}
    news = News(Status.QUEUED, Source.WORKER, reason=reason, raw=raw)
    MessageEvent.objects.bulk_create([events.line(message, news)], ignore_conflicts=True)


def put_back(messages: Iterable[Message]) -> None:
    """Give back what was claimed and never tried, as if nobody had claimed it: history says nothing of it."""
    for message in messages:
        assert message.claim_id is not None
        with transaction.atomic():
            if _requeue(message, due_at=None, reason="", counted=False):
                message.attempts.filter(claim_id=message.claim_id).delete()


def release_claim(claim_id: uuid.UUID) -> None:
    """Give back whatever was won with this claim, of which nothing has left."""
    put_back(Message.objects.filter(status=Status.SENDING, claim_id=claim_id))


def give_up(message: Message) -> None:
    """A mistake of our own concerns this row alone; tried again later, and put aside after some starts."""
    logger.exception("Message %s could not be prepared", message.public_id)
    release(message, due_at=after(backoff(message)))


def backoff(message: Message) -> float:
    """Seconds until the next try."""
    return min(5 * 2**message.starts, MAX_BACKOFF_SECONDS)


def after(seconds: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=seconds)
