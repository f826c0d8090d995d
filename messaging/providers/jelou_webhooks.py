"""Reading what Jelou posts to us.

The body of a status webhook is documented nowhere we could read, so it is ASSUMED here and only here:
the names of the keys come from the console's list of notifications, and any of their spellings will do.
Inbound messages are documented: https://docs.jelou.ai/webhook/messages-events
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterator
from itertools import islice

from django.utils.crypto import constant_time_compare

from messaging.content import Content, InboundContent, TextContent
from messaging.statuses import Status

from .base import JSON, Event, InboundMessage, ReplyEvent, StatusEvent
from .fields import Fields, digits, dump, first, identity, moment

# Jelou's words in our order; `played` and the like are not theirs.
STATUSES = {
    "CREATED": Status.ACCEPTED,
    "DELIVERED_CHANNEL": Status.SENT,
    "DELIVERED_USER": Status.DELIVERED,
    "READ": Status.READ,
    "FAILED": Status.FAILED,
}
REPLIES = {"REPLY", "REPLIED"}
MAX_EVENTS = 1000


def parse(body: JSON) -> list[Event]:
    """Every event of a webhook's JSON. What cannot be read gives none, and is kept in the raw delivery."""
    return [event for item in islice(_items(body), MAX_EVENTS) if (event := _event(item))]


def _items(body: JSON) -> Iterator[Fields]:
    """One event, a list of them, or either inside an envelope."""
    for item in body if isinstance(body, list) else [body]:
        if not isinstance(item, dict):
            continue
        inner = next(
            (item[key] for key in ("data", "events", "results") if _holds_events(item.get(key))), None
        )
        if inner is None:
            yield item
        else:
            yield from (
                part for part in ([inner] if isinstance(inner, dict) else inner) if isinstance(part, dict)
            )


def _holds_events(value: object) -> bool:
    return isinstance(value, dict | list) and bool(value)


def _event(item: Fields) -> Event | None:
    if isinstance(item.get("bubble"), dict):
        return _inbound(item)
    provider_id = identity(item, "id", "messageId", "notificationId")
    word = first(item, "event", "sentStatus", "status").upper()
    if not provider_id or not word:
        return None
    if word in REPLIES:
        sender = first(item, "destination", "userId")
        return ReplyEvent(provider_id, sender, item, at=_time(item))
    code, detail = failure(item.get("error"))
    return StatusEvent(provider_id, word, STATUSES.get(word), item, _time(item, word), code, detail)


def _inbound(item: Fields) -> InboundMessage | None:
    sender = digits(first(item, "userId"))
    if not sender or item.get("owner", "user") != "user":
        return None
    return InboundMessage(
        provider_id=identity(item, "messageId", "id"),
        sender=sender,
        content=_content(item["bubble"]),
        raw=item,
        name=first(item, "names", "name").strip()[:200],
        at=_time(item),
        quotes=_quoted(item) or _quoted(item["bubble"]),
        pressed=first(item["bubble"], "payload")[:200],
    )


def _quoted(item: Fields) -> str:
    """ASSUMED: the documentation shows no quote. WhatsApp says `context.id`; others will do."""
    context = item.get("context")
    inside = identity(context, "id", "messageId") if isinstance(context, dict) else ""
    return inside or identity(item, "quotedMessageId", "replyTo", "replyToMessageId")


def _content(bubble: Fields) -> Content:
    of = first(bubble, "type").lower()
    text = first(bubble, "text")
    if of == "text" and text:
        return TextContent(body=text)
    return InboundContent(of=of[:40] or "unknown", body=text, media_url=first(bubble, "mediaUrl")[:2000])


def failure(error: object) -> tuple[str, str]:
    """Code and text of a failure; Jelou documents only that the field is there."""
    if isinstance(error, dict):
        detail = first(error, "message", "description", "title") or dump(error)
        return first(error, "code", "key")[:100], detail
    return "", "" if error is None else str(error)


# Which of a notification row's times belongs to a word.
TIMES = {
    "DELIVERED_CHANNEL": "deliveryChannelAt",
    "DELIVERED_USER": "deliveryUserAt",
    "READ": "readAt",
    "CREATED": "createdAt",
}


def _time(item: Fields, word: str = "") -> dt.datetime | None:
    names = [TIMES[word]] if word in TIMES else []
    return moment(item, *names, "timestamp", "received", "date", "updatedAt", "createdAt")


def subscribed(body: JSON) -> dict[str, str]:
    """The address of each event in the list of subscriptions; empty for what cannot be read."""
    data = body.get("data") if isinstance(body, dict) else None
    return {name: url for name, url in data.items() if isinstance(url, str)} if isinstance(data, dict) else {}


def is_signed(body: bytes, secret: str, given: str) -> bool:
    """Whether that is the signature of these bytes, or of the same JSON written again compactly."""
    return any(constant_time_compare(given, _signature(secret, form)) for form in _signed_forms(body))


def _signature(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _signed_forms(body: bytes) -> Iterator[bytes]:
    yield body
    try:
        yield json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return
