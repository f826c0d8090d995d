"""What the webhooks say, and how they are signed."""

import base64
import hashlib
import hmac
from functools import partial

from messaging.simulator.bird import assumed, rows
from messaging.simulator.letters import Letter
from messaging.simulator.rows import Json, Message
from messaging.simulator.world import WORLD

JOURNEY: tuple[str, ...] = ("PROCESSING", "DELIVERED_CHANNEL", "DELIVERED_USER", "READ")


def said(text: str) -> Json:
    """A pressed button arrives so too, with its title:
    https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/receiving-messages
    """
    return {"body": {"type": "text", "text": {"text": text}}}


def fate(message: Message) -> str | None:
    """https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages
    only says that free-form messages need an open window.
    """
    closed = message.kind == "session" and not WORLD.window_open(message.bot, message.number)
    return assumed.WINDOW_CLOSED if closed else None


def inbound(message: Message) -> list[Letter]:
    return _letters(message, "whatsapp.inbound", rows.message_object(message))


def status(message: Message, status: str, now: float) -> list[Letter]:
    """That it was read is an interaction, that it was answered is nothing of its own."""
    if status == "REPLY":
        return []
    if status == "READ":
        read = rows.interaction(message, "read", now)
        return _letters(message, "whatsapp.interaction", read, interactionType="read")
    payload = outbound(message)
    return _letters(message, "whatsapp.outbound", payload, messageStatus=payload["status"])


def pressed(message: Message, text: str, now: float) -> list[Letter]:
    moment = message.presses[-1][0]
    return [
        letter
        for payload in rows.click(message, text, moment)
        for letter in _letters(message, "whatsapp.interaction", payload, interactionType="clicked")
    ]


def outbound(message: Message) -> Json:
    """No sample is published: what public clients ask for, and the failure."""
    return {
        "id": message.id,
        "channelId": message.bot,
        "sender": rows.ends(message)["sender"],
        "receiver": {"contacts": [rows.contact(message)]},
        "reference": message.body.get("reference", ""),
        "direction": "outgoing",
        **rows.outcome(message),
        "messageTags": rows.tags(message),
        **rows.times(message),
        "batchId": None,
    }


def signature(url: str, key: str, timestamp: str, content: bytes) -> dict[str, str]:
    """https://docs.bird.com/api/notifications-api/api-reference/webhook-subscriptions/verifying-a-webhook-subscription"""
    signed = f"{timestamp}\n{url}\n".encode() + hashlib.sha256(content).digest()
    digest = hmac.new(key.encode(), signed, hashlib.sha256).digest()
    return {
        "messagebird-signature": base64.b64encode(digest).decode(),
        "messagebird-request-timestamp": timestamp,
    }


def _letters(message: Message, event: str, payload: Json, **facts: str) -> list[Letter]:
    """One for each address that wants it."""
    workspace = WORLD.bots[message.bot].company
    known = {"channelId": message.bot, "platformId": "whatsapp", **facts}
    hooks = [row for row in WORLD.hooks[workspace] if row["status"] == "active"]
    wanted = {row["url"]: row for row in hooks if _wants(row, event, known)}
    own = message.body.get("notification", {}).get("url")
    if own and hooks and own not in wanted:
        wanted[own] = hooks[0]
    body = {"service": "channels", "event": event, "payload": payload}
    return [Letter(url, event, body, _signer(url, row)) for url, row in wanted.items()]


def _wants(row: Json, event: str, known: dict[str, str]) -> bool:
    filters = row.get("eventFilters") or []
    named = (row["service"], row["event"]) == ("channels", event)
    return named and all(known.get(item["key"]) == item["value"] for item in filters)


def _signer(url: str, row: Json) -> "partial[dict[str, str]]":
    """The moment is that of the event: every retry carries it again."""
    if not row.get("signingKey"):
        return partial(_unsigned)
    return partial(signature, url, row["signingKey"], str(int(WORLD.now())))


def _unsigned(content: bytes) -> dict[str, str]:
    return {}
