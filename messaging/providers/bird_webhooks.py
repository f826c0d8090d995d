"""Reading what Bird posts to us: `{service, event, payload}`, as real deliveries in public code show it.

Inbound bodies: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/receiving-messages
Interactions: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/message-interactions
No sample of `whatsapp.outbound` is published, so only its id and its status are relied on.
"""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from messaging.content import Content, InboundContent, TextContent
from messaging.statuses import Status

from .base import JSON, Event, InboundMessage, ReplyEvent, StatusEvent, WebhookRejected
from .bird_errors import failure
from .fields import Fields, digits, first, identity, mapping, moment, rows

# Bird's words in ours. `read` is none of them, but an interaction.
STATUSES = {
    "accepted": Status.ACCEPTED,
    "processing": Status.ACCEPTED,
    "scheduled": Status.ACCEPTED,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "rejected": Status.FAILED,
    "sending_failed": Status.FAILED,
    "delivery_failed": Status.FAILED,
    # Bird's own rules (quiet hours, caps) held it back after it was taken, so for us it failed.
    "skipped": Status.FAILED,
    "deleted": Status.FAILED,
}
# A retry hours later carries the first timestamp again. What is replayed within that time changes nothing.
OLDEST = dt.timedelta(hours=24)
MAX_AHEAD = dt.timedelta(minutes=5)


# -- Signature -----------------------------------------------------------------------------------


def signature(secret: str, timestamp: str, url: str, body: bytes) -> str:
    """https://docs.bird.com/api/notifications-api/api-reference/webhook-subscriptions/verifying-a-webhook-subscription"""
    signed = f"{timestamp}\n{url}\n".encode() + hashlib.sha256(body).digest()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def verify(headers: Mapping[str, str], body: bytes, secret: str, url: str) -> None:
    """Raises WebhookRejected for what is not signed with our secret, or is older than Bird's last retry."""
    timestamp = headers.get("messagebird-request-timestamp", "")
    given = headers.get("messagebird-signature", "")
    if not secret or not constant_time_compare(given, signature(secret, timestamp, url, body)):
        raise WebhookRejected
    sent = moment({"at": timestamp}, "at")
    if sent is None or not -MAX_AHEAD <= timezone.now() - sent <= OLDEST:
        raise WebhookRejected


# -- Events --------------------------------------------------------------------------------------


def parse(body: JSON) -> list[Event]:
    """The event of a webhook's JSON, or nothing if it cannot be read; it is kept in the raw delivery."""
    envelope = mapping(body)
    payload = mapping(envelope.get("payload"))
    read = EVENTS.get(first(envelope, "event"))
    event = read(payload) if read else None
    return [event] if event else []


def _outbound(payload: Fields) -> Event | None:
    provider_id, word = identity(payload, "id"), first(payload, "status").lower()[:60]
    if not provider_id or not word or first(payload, "direction") == "incoming":
        return None
    status = STATUSES.get(word)
    # What was said may be a one-time code; history has it already, hidden where it must be.
    payload = {name: value for name, value in payload.items() if name not in ("body", "template")}
    code, detail = failure(payload) if status == Status.FAILED else ("", "")
    return StatusEvent(
        provider_id, word, status, payload, moment(payload, "lastStatusAt", "updatedAt"), code, detail
    )


def interaction(payload: Fields) -> Event | None:
    """A pressed button answers, and what it said comes as a message too; a followed link only proves that
    the message was read."""
    provider_id, word = identity(payload, "messageId"), first(payload, "type").lower()[:60]
    if not provider_id or not word:
        return None
    at = moment(payload, "createdAt")
    button = mapping(payload.get("metadata")).get("button")
    if word == "clicked" and isinstance(button, dict):
        number = next((_number(row) for row in rows(mapping(payload.get("receiver")).get("contacts"))), "")
        return ReplyEvent(provider_id, number, payload, at, first(button, "payload")[:1000])
    status = Status.READ if word in ("read", "clicked") else None
    return StatusEvent(provider_id, word, status, payload, at)


def inbound(payload: Fields) -> Event | None:
    contact = mapping(mapping(payload.get("sender")).get("contact"))
    number = _number(contact)
    if not number or first(payload, "direction") == "outgoing":
        return None
    return InboundMessage(
        provider_id=identity(payload, "id"),
        sender=number,
        content=_content(payload),
        raw=payload,
        name=first(mapping(contact.get("annotations")), "name").strip()[:200],
        at=moment(payload, "createdAt", "updatedAt"),
        quotes=identity(mapping(payload.get("replyTo")), "id"),
    )


def _number(contact: Fields) -> str:
    """The digits of a person's number. Somebody known by another id only cannot be written to yet."""
    keyed = [contact, *rows(contact.get("identifiers"))]
    numbers = [row for row in keyed if first(row, "identifierKey") in ("", "phonenumber")]
    return next(filter(None, (digits(first(row, "identifierValue")) for row in numbers)), "")


EVENTS = {
    "whatsapp.outbound": _outbound,
    "whatsapp.interaction": interaction,
    "whatsapp.inbound": inbound,
}


# -- What a contact wrote ------------------------------------------------------------------------


def _content(payload: Fields) -> Content:
    body = mapping(payload.get("body"))
    of = first(body, "type").lower()[:40]
    said = mapping(body.get(of))
    text = first(said, "text")
    if of == "text" and text:
        return TextContent(body=text)
    if of == "location":
        return InboundContent(of=of, body=_place(said))
    file = next(iter(rows(said.get("images")) or rows(said.get("files"))), {})
    return InboundContent(
        of=_kind(of, file) or "unknown",
        body=text or first(file, "filename"),
        media_url=first(file, "mediaUrl")[:2000],
    )


def _kind(of: str, file: Fields) -> str:
    """Of a file, what it is for WhatsApp: https://docs.bird.com has stickers, films and sounds as files."""
    kind = first(file, "contentType").lower()
    if of != "file":
        return of
    if kind == "image/webp":
        return "sticker"
    family = kind.partition("/")[0]
    return family if family in ("image", "video", "audio") else "document"


def _place(said: Fields) -> str:
    place, point = mapping(said.get("location")), mapping(said.get("coordinates"))
    degrees = [point.get(name) for name in ("latitude", "longitude")]
    where = ", ".join(str(one) for one in degrees if isinstance(one, int | float))
    return "\n".join(filter(None, [first(place, "label"), first(place, "address"), where]))
