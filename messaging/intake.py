"""What providers report, from the stored webhook to the rows: statuses, replies, and what contacts write."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from messaging import failures, linking, phones
from messaging.content import unsaid
from messaging.events import REPLY, News, adopt, earliest, keep, not_future, record_status
from messaging.models import (
    Bot,
    Contact,
    Conversation,
    DeliveryState,
    Direction,
    Message,
    Source,
    WebhookDelivery,
)
from messaging.models.conversations import WINDOW
from messaging.providers import PROVIDERS
from messaging.providers.base import Event, InboundMessage, ReplyEvent, StatusEvent
from messaging.providers.fields import storable
from messaging.statuses import Status


def apply_delivery(delivery: WebhookDelivery) -> DeliveryState:
    """Read a stored webhook and apply each event in it; applying it again changes nothing.

    Returns, and stores, what became of it. An exception is our own bug: the delivery is marked as failed
    and can be applied again once the bug is mended.
    """
    try:
        state = _apply_all(delivery.bot, parsed(delivery))
    except Exception as error:
        _mark(delivery, DeliveryState.FAILED, f"{type(error).__name__}: {error}")
        raise
    _mark(delivery, state)
    return state


def parsed(delivery: WebhookDelivery) -> list[Event]:
    """What a stored webhook says, without applying it."""
    try:
        data = storable(json.loads(bytes(delivery.body)))
    except (ValueError, RecursionError):
        return []
    return PROVIDERS[delivery.bot.account.kind].parse(data)


def unsaid_in(delivery: WebhookDelivery, text: str) -> str:
    """`text` without the one-time codes of the messages that this webhook is about."""
    keys = [event.provider_id for event in parsed(delivery)]
    about = Message.objects.filter(bot=delivery.bot_id, provider_id__in=keys).select_related("version")
    for message in about:
        text = unsaid(message.loaded, text)
    return text


def _apply_all(bot: Bot, events: Iterable[Event]) -> DeliveryState:
    matched = [apply_event(bot, event) for event in events]
    if not matched:
        return DeliveryState.UNREADABLE
    return DeliveryState.APPLIED if all(matched) else DeliveryState.UNMATCHED


def _mark(delivery: WebhookDelivery, state: DeliveryState, error: str = "") -> None:
    delivery.state, delivery.error, delivery.applied_at = state, error[:1000], timezone.now()
    delivery.save(update_fields=["state", "error", "applied_at"])


def apply_event(bot: Bot, event: Event, source: Source = Source.WEBHOOK) -> bool:
    """Returns whether it belonged to a message or a contact we know or now know."""
    if isinstance(event, InboundMessage):
        receive(bot, event)
        return True
    return _apply_news(bot, event, _news(event, source))


def _news(event: StatusEvent | ReplyEvent, source: Source) -> News:
    news = News(None, source, REPLY, event.provider_id, event.at, raw=dict(event.raw))
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
        keep(bot, news)
        message = _find(bot, news.provider_id)  # the send call may have stored it meanwhile
        if message is None:
            return False
        adopt(message)
    elif not record_status(message, news):
        adopt(message)  # it may be a repeat of what came before the id was stored
    if isinstance(event, ReplyEvent):
        open_window(bot, message.contact, not_future(event.at) or timezone.now(), unread=0)
    return True


def _find(bot: Bot, provider_id: str) -> Message | None:
    return Message.objects.filter(bot=bot, provider_id=provider_id).select_related("contact").first()


# -- Inbound -------------------------------------------------------------------------------------


def receive(bot: Bot, inbound: InboundMessage) -> Message:
    """Store what a contact wrote, open the window, and link it to what it most likely answers.

    The same message again changes nothing. An unknown sender becomes a contact.
    """
    provider_id = identity_of(inbound)
    at = not_future(inbound.at) or timezone.now()
    with transaction.atomic():
        contact = _sender(inbound)
        answers, answers_by = linking.answered(bot, contact, inbound, at)
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
                "answers": answers,
                "answers_by": answers_by,
            },
        )
        if created:
            open_window(bot, contact, at, unread=1)
            if answers is not None and answers.direction == Direction.OUT:
                Message.objects.filter(pk=answers.pk).update(replied_at=earliest("replied_at", at))
    return message


def identity_of(inbound: InboundMessage) -> str:
    """What the provider calls it; of one that it does not name, a name made of all that it says."""
    if inbound.provider_id:
        return inbound.provider_id
    raw = json.dumps(inbound.raw, sort_keys=True)
    return "raw:" + hashlib.sha256(raw.encode()).hexdigest()


def _sender(inbound: InboundMessage) -> Contact:
    """The contact of this number, in whatever form we have it; never refused, because it did write."""
    forms = [inbound.sender, *phones.variants(inbound.sender)]
    same = Contact.objects.filter(wa_id__in=forms)
    known = min(same, key=lambda contact: forms.index(contact.wa_id or ""), default=None)
    if known is None:
        known, _created = Contact.objects.get_or_create(
            wa_id=inbound.sender, defaults={"name": inbound.name, "as_entered": inbound.sender}
        )
    elif inbound.name and not known.name:
        Contact.objects.filter(pk=known.pk, name="").update(name=inbound.name)
    return known


def open_window(bot: Bot, contact: Contact, at: dt.datetime, *, unread: int) -> None:
    """Late news never shortens a window that newer news has opened."""
    Conversation.objects.bulk_create([Conversation(bot=bot, contact=contact)], ignore_conflicts=True)
    Conversation.objects.filter(Q(bot=bot, contact=contact)).update(
        last_inbound_at=Greatest(Coalesce("last_inbound_at", at), at),
        window_ends_at=Greatest(Coalesce("window_ends_at", at + WINDOW), at + WINDOW),
        unread=F("unread") + unread,
        state=Conversation.State.OPEN,
    )
