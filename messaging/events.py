"""What we learn about a message, from wherever: each piece of news is one line of history, once.

`record_status` is the ratchet. Nothing else moves a message that has left our hands.
"""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from messaging import failures, phones
from messaging.models import (
    Bot,
    Contact,
    Conversation,
    DeliveryState,
    Direction,
    Message,
    MessageEvent,
    Source,
    WebhookDelivery,
)
from messaging.models.conversations import WINDOW
from messaging.providers import PROVIDERS
from messaging.providers.base import Event, InboundMessage, ReplyEvent, StatusEvent, storable
from messaging.statuses import Status, left_of

logger = logging.getLogger(__name__)

REPLY = "REPLY"

# The column that keeps when a state was reached.
STAMPS = {
    Status.ACCEPTED: "accepted_at",
    Status.SENT: "sent_at",
    Status.DELIVERED: "delivered_at",
    Status.READ: "read_at",
    Status.FAILED: "failed_at",
}


@dataclass(frozen=True)
class News:
    """One thing that became known. `status` is empty for a word that says nothing about the state."""

    status: Status | None
    source: Source
    word: str = ""
    provider_id: str = ""
    at: dt.datetime | None = None
    reason: str = ""
    code: str = ""
    detail: str = ""
    raw: dict[str, Any] = field(default_factory=dict)

    def key(self, subject: str) -> str:
        """Equal for a repeat: same message, same word, same time; without a time, the same body."""
        when = self.at.isoformat() if self.at else json.dumps(self.raw, sort_keys=True)
        parts = [subject, self.word or str(self.status), self.source if not self.provider_id else "", when]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def record_status(message: Message, news: News) -> bool:
    """Write `news` into the history of `message` and move the row if that is a step to the right.

    Returns whether the row moved. A repeat changes nothing. `message` itself is not refreshed.
    """
    with transaction.atomic():
        event = _event(message.bot_id, news, subject=news.provider_id or str(message.public_id))
        event.message = message
        return _insert(event) and _move(message.pk, news)


def _event(bot_id: int, news: News, subject: str) -> MessageEvent:
    return MessageEvent(
        bot_id=bot_id,
        provider_id=news.provider_id,
        key=news.key(subject),
        status=news.status or "",
        word=news.word[:60],
        source=news.source,
        reason=news.reason,
        provider_code=news.code[:100],
        detail=news.detail[:2000],
        provider_time=_not_future(news.at),
        raw=news.raw,
    )


def _insert(event: MessageEvent) -> bool:
    """Returns False for a repeat, and leaves the line that is there alone."""
    if MessageEvent.objects.filter(bot_id=event.bot_id, key=event.key).exists():
        return False
    MessageEvent.objects.bulk_create([event], ignore_conflicts=True)
    return True


def _move(message_id: int, news: News) -> bool:
    rows = Message.objects.filter(pk=message_id)
    when = _not_future(news.at) or timezone.now()
    if news.word == REPLY:
        rows.update(replied_at=_earliest("replied_at", when))
    if news.status is None:
        return False
    if column := STAMPS.get(news.status):
        rows.update(**{column: _earliest(column, when)})
    changes: dict[str, Any] = {"status": news.status, "claim_id": None, "lease_until": None}
    if news.reason or news.status in (Status.FAILED, Status.SKIPPED):
        changes |= {
            "reason": news.reason or failures.UNLISTED,
            "provider_code": news.code[:100],
            "detail": news.detail[:2000],
        }
    elif news.status != Status.UNKNOWN:
        changes |= {"reason": "", "provider_code": "", "detail": ""}
    return bool(rows.filter(status__in=left_of(news.status)).update(**changes))


def _earliest(column: str, when: dt.datetime) -> Least:
    """The time a state was first reached, in whatever order the news of it comes."""
    return Least(Coalesce(column, when), when)


def _not_future(at: dt.datetime | None) -> dt.datetime | None:
    """A provider's clock that runs ahead must not keep a window open longer than it is."""
    return min(at, timezone.now()) if at else None


def adopt(message: Message) -> None:
    """Give `message` the news that came before its provider id was stored.

    To be called after the transaction that stored the id, so that no webhook falls between the two.
    """
    waiting = MessageEvent.objects.filter(bot=message.bot_id, provider_id=message.provider_id, message=None)
    for event in waiting:
        with transaction.atomic():
            if MessageEvent.objects.filter(pk=event.pk, message=None).update(message=message):
                _move(message.pk, _news_of(event))


def adopt_stragglers(since: dt.datetime) -> None:
    """Adopt what a worker died before adopting. News of messages that others sent is left where it is."""
    ours = Message.objects.filter(bot=OuterRef("bot"), provider_id=OuterRef("provider_id"))
    waiting = MessageEvent.objects.filter(message=None, arrived_at__gte=since).exclude(provider_id="")
    pairs = waiting.filter(Exists(ours)).order_by().values_list("bot_id", "provider_id").distinct()[:1000]
    for bot_id, provider_id in pairs:
        adopt(Message.objects.get(bot=bot_id, provider_id=provider_id))


def _news_of(event: MessageEvent) -> News:
    return News(
        status=Status(event.status) if event.status else None,
        source=Source(event.source),
        word=event.word,
        provider_id=event.provider_id,
        at=event.provider_time,
        reason=event.reason,
        code=event.provider_code,
        detail=event.detail,
        raw=event.raw,
    )


# -- Webhooks ------------------------------------------------------------------------------------


def apply_delivery(delivery: WebhookDelivery) -> DeliveryState:
    """Read a stored webhook and apply each event in it; applying it again changes nothing.

    Returns, and stores, what became of it. An exception is our own bug: the delivery is marked as failed
    and can be applied again once the bug is mended.
    """
    try:
        state = _apply_all(delivery.bot, _parsed(delivery))
    except Exception as error:
        _mark(delivery, DeliveryState.FAILED, f"{type(error).__name__}: {error}")
        raise
    _mark(delivery, state)
    return state


def _parsed(delivery: WebhookDelivery) -> list[Event]:
    try:
        data = storable(json.loads(bytes(delivery.body)))
    except (ValueError, RecursionError):
        return []
    return PROVIDERS[delivery.bot.account.kind].parse(data)


def _apply_all(bot: Bot, events: Iterable[Event]) -> DeliveryState:
    matched = [apply_event(bot, event) for event in events]
    if not matched:
        return DeliveryState.UNREADABLE
    return DeliveryState.APPLIED if all(matched) else DeliveryState.UNMATCHED


def _mark(delivery: WebhookDelivery, state: DeliveryState, error: str = "") -> None:
    delivery.state, delivery.error, delivery.applied_at = state, error[:1000], timezone.now()
    delivery.save(update_fields=["state", "error", "applied_at"])


def apply_event(bot: Bot, event: Event) -> bool:
    """Returns whether it belonged to a message or a contact we know or now know."""
    if isinstance(event, InboundMessage):
        receive(bot, event)
        return True
    return _apply_news(bot, event, _news(event))


def _news(event: StatusEvent | ReplyEvent) -> News:
    news = News(None, Source.WEBHOOK, REPLY, event.provider_id, event.at, raw=dict(event.raw))
    if isinstance(event, ReplyEvent):
        return news
    reason = failures.reason_for(event.code, event.detail) if event.status == Status.FAILED else ""
    return replace(
        news, status=event.status, word=event.word, reason=reason, code=event.code, detail=event.detail
    )


def _apply_news(bot: Bot, event: StatusEvent | ReplyEvent, news: News) -> bool:
    """Apply to the message of that id, or keep the news until the send call stores the id."""
    message = _find(bot, news.provider_id)
    if message is None:
        _insert(_event(bot.pk, news, subject=news.provider_id))
        message = _find(bot, news.provider_id)  # the send call may have stored it meanwhile
        if message is None:
            return False
        adopt(message)
    else:
        record_status(message, news)
    if isinstance(event, ReplyEvent):
        _open_window(bot, message.contact, _not_future(event.at) or timezone.now(), unread=0)
    return True


def _find(bot: Bot, provider_id: str) -> Message | None:
    return Message.objects.filter(bot=bot, provider_id=provider_id).select_related("contact").first()


# -- Inbound -------------------------------------------------------------------------------------


def receive(bot: Bot, inbound: InboundMessage) -> Message:
    """Store what a contact wrote, open the window, and link it to what it most likely answers.

    The same message again changes nothing. An unknown sender becomes a contact.
    """
    provider_id = inbound.provider_id or _made_up_id(inbound)
    at = _not_future(inbound.at) or timezone.now()
    with transaction.atomic():
        contact = _sender(inbound)
        answered = _latest_outbound(bot, contact, at)
        message, created = Message.objects.get_or_create(
            bot=bot,
            provider_id=provider_id,
            defaults={
                "contact": contact,
                "direction": Direction.IN,
                "status": Status.RECEIVED,
                "kind": inbound.content.kind,
                "content": inbound.content.stored(),
                "text": inbound.content.text(),
                "created_at": at,
                "answers": answered,
            },
        )
        if created:
            _open_window(bot, contact, at, unread=1)
            if answered is not None:
                Message.objects.filter(pk=answered.pk).update(replied_at=_earliest("replied_at", at))
    return message


def _made_up_id(inbound: InboundMessage) -> str:
    raw = json.dumps(inbound.raw, sort_keys=True)
    return "raw:" + hashlib.sha256(raw.encode()).hexdigest()


def _sender(inbound: InboundMessage) -> Contact:
    """The contact of this number, in whatever form we have it; never refused, because it did write."""
    forms = [inbound.sender, *phones.variants(inbound.sender)]
    known = Contact.objects.filter(wa_id__in=forms).first()
    if known is None:
        known, _created = Contact.objects.get_or_create(
            wa_id=inbound.sender, defaults={"name": inbound.name, "as_entered": inbound.sender}
        )
    elif inbound.name and not known.name:
        Contact.objects.filter(pk=known.pk, name="").update(name=inbound.name)
    return known


def _latest_outbound(bot: Bot, contact: Contact, at: dt.datetime) -> Message | None:
    return (
        Message.objects.filter(bot=bot, contact=contact, direction=Direction.OUT)
        .filter(created_at__range=(at - WINDOW, at))
        .exclude(provider_id="")
        .order_by("-pk")
        .first()
    )


def _open_window(bot: Bot, contact: Contact, at: dt.datetime, *, unread: int) -> None:
    """Late news never shortens a window that newer news has opened."""
    Conversation.objects.bulk_create([Conversation(bot=bot, contact=contact)], ignore_conflicts=True)
    Conversation.objects.filter(Q(bot=bot, contact=contact)).update(
        last_inbound_at=Greatest(Coalesce("last_inbound_at", at), at),
        window_ends_at=Greatest(Coalesce("window_ends_at", at + WINDOW), at + WINDOW),
        unread=F("unread") + unread,
    )
