"""Reading what Jelou posts to us.

The body of a status webhook is documented nowhere we could read, so it is ASSUMED here and only here:
the names of the keys come from the console's list of notifications, and any of their spellings will do.
Inbound messages are documented: https://docs.jelou.ai/webhook/messages-events
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from messaging.content import Content, InboundContent, TextContent
from messaging.statuses import Status

from .base import JSON, Event, InboundMessage, ReplyEvent, StatusEvent

Body = Mapping[str, Any]

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
MAX_ID = 200
# WhatsApp began in 2009; a clock that shows less is wrong.
EARLIEST = dt.datetime(2009, 1, 1, tzinfo=dt.UTC)


def parse(body: JSON) -> list[Event]:
    """Every event of a webhook's JSON. What cannot be read gives none, and is kept in the raw delivery."""
    return [event for item in islice(_items(body), MAX_EVENTS) if (event := _event(item))]


def _items(body: JSON) -> Iterator[Body]:
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


def _event(item: Body) -> Event | None:
    if isinstance(item.get("bubble"), dict):
        return _inbound(item)
    provider_id = _id(item, "id", "messageId", "notificationId")
    word = _first(item, "event", "sentStatus", "status").upper()
    if not provider_id or not word:
        return None
    if word in REPLIES:
        sender = _first(item, "destination", "userId")
        return ReplyEvent(provider_id, sender, item, at=_time(item))
    code, detail = _error(item.get("error"))
    return StatusEvent(provider_id, word, STATUSES.get(word), item, _time(item, word), code, detail)


def _inbound(item: Body) -> InboundMessage | None:
    sender = _digits(_first(item, "userId"))
    if not sender or item.get("owner", "user") != "user":
        return None
    return InboundMessage(
        provider_id=_id(item, "messageId", "id"),
        sender=sender,
        content=_content(item["bubble"]),
        raw=item,
        name=_first(item, "names", "name").strip()[:200],
        at=_time(item),
    )


def _content(bubble: Body) -> Content:
    of = _first(bubble, "type").lower()
    text = _first(bubble, "text")
    if of == "text" and text:
        return TextContent(body=text)
    return InboundContent(of=of[:40] or "unknown", body=text, media_url=_first(bubble, "mediaUrl")[:2000])


def _error(error: object) -> tuple[str, str]:
    """Code and text of a failure; Jelou documents only that the field is there."""
    if isinstance(error, dict):
        detail = _first(error, "message", "description", "title") or _dump(error)
        return _first(error, "code", "key")[:100], detail
    return "", "" if error is None else str(error)


# Which of a notification row's times belongs to a word.
_TIMES = {
    "DELIVERED_CHANNEL": "deliveryChannelAt",
    "DELIVERED_USER": "deliveryUserAt",
    "READ": "readAt",
    "CREATED": "createdAt",
}


def _time(item: Body, word: str = "") -> dt.datetime | None:
    names = [_TIMES[word]] if word in _TIMES else []
    for name in [*names, "timestamp", "received", "date", "updatedAt", "createdAt"]:
        moment = _moment(item.get(name))
        if moment is not None and moment >= EARLIEST:
            return moment
    return None


def _moment(value: object) -> dt.datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970. None for anything else."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal()):
            number = float(value)
            return dt.datetime.fromtimestamp(number / 1000 if number > 1e11 else number, dt.UTC)
        if isinstance(value, str):
            moment = dt.datetime.fromisoformat(value)
            return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _first(item: Body, *names: str) -> str:
    """The first of these keys that holds a string or a number, as a string."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def _id(item: Body, *names: str) -> str:
    """Like `_first`, but nothing that is too long to be an id."""
    found = _first(item, *names)
    return found if len(found) <= MAX_ID else ""


def _digits(text: str) -> str:
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    return digits if 6 <= len(digits) <= 20 else ""


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:1000]
