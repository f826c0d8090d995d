"""Once a minute: what a dead worker left behind, what nobody was woken for, and what is due again."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from messaging import applying, canceling, events, exporting, sending
from messaging.events import News, record_status
from messaging.models import Message, Source
from messaging.releasing import after, backoff, held, release
from messaging.settling import mark_unknown
from messaging.statuses import Status

# Rows looked at in one go; the next minute takes the rest.
BATCH = 1000


def sweep() -> None:
    """Settle what died, and wake somebody if something is due. May run twice at once."""
    for message in _expired_leases():
        _end_lease(message)
    _quarantine()
    applying.apply_left_behind()
    events.adopt_stragglers(since=timezone.now() - dt.timedelta(hours=1))
    sending.wake_if_due()
    exporting.sweep()
    canceling.go_on()


def _expired_leases() -> Sequence[Message]:
    expired = Message.objects.filter(status=Status.SENDING, lease_until__lt=timezone.now())
    return list(expired.order_by("lease_until")[:BATCH])


def _end_lease(message: Message) -> None:
    """Its worker died. Whether the request left is known only if no attempt was written.

    A worker that was merely slow may go on this very moment: then the lease is a new one, not ours to end.
    """
    assert message.claim_id is not None
    with transaction.atomic():
        if not held(message).filter(lease_until=message.lease_until).select_for_update().first():
            return
        attempt = message.attempts.filter(claim_id=message.claim_id).first()
        if attempt is None:
            release(message, due_at=after(backoff(message)))
        else:
            attempt.message = message
            mark_unknown(attempt, "worker_died", "")


def _quarantine() -> None:
    """A row that was started too often without ever being settled may be what kills its worker."""
    worn = Message.objects.filter(status=Status.QUEUED, starts__gte=settings.SEND_MAX_STARTS)
    for message in worn[:BATCH]:
        record_status(message, News(Status.FAILED, Source.WORKER, reason="too_many_starts"))
