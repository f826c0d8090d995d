"""What the webhooks say, and how they are signed."""

import hashlib
import hmac
from functools import partial

from messaging.simulator.jelou import assumed
from messaging.simulator.letters import Letter
from messaging.simulator.rows import Bot, Json, Message
from messaging.simulator.world import WORLD

JOURNEY: tuple[str, ...] = ("DELIVERED_CHANNEL", "DELIVERED_USER", "READ")
ONLY_200 = range(200, 201)

# https://docs.jelou.ai/whatsapp/hsm/subscriptions
NAMES = {
    "DELIVERED_CHANNEL": "delivered_channel",
    "DELIVERED_USER": "delivered_user",
    "READ": "read",
    "REPLY": "reply",
    "FAILED": "failed",
}


def said(text: str) -> Json:
    return {"type": "text", "text": text}


def fate(message: Message) -> str | None:
    """Nothing: what cannot arrive is refused at once."""
    return None


def status(message: Message, status: str, now: float) -> list[Letter]:
    if message.kind != "hsm" and not WORLD.switches.session_statuses:
        return []
    bot, event = WORLD.bots[message.bot], NAMES.get(status, "")
    return _letters(bot, bot.subscriptions.get(event, ""), event, assumed.status_event(message, event, now))


def pressed(message: Message, text: str, now: float) -> list[Letter]:
    """Nothing: that somebody answered is a status here."""
    return []


def inbound(message: Message) -> list[Letter]:
    """https://docs.jelou.ai/webhook/messages-events"""
    bot = WORLD.bots[message.bot]
    body = {
        "messageId": message.id,
        "bubble": message.body,
        "names": WORLD.phone(message.bot, message.number).name or message.number,
        "userId": message.number,
        "botId": message.bot,
        "received": int(message.created * 1000),
        "status": "created",
        "owner": "user",
    }
    return _letters(bot, bot.inbound_url, "inbound", body)


def _letters(bot: Bot, url: str, event: str, body: Json) -> list[Letter]:
    """https://docs.jelou.ai/webhook/webhook: only 200 says that it arrived."""
    return [Letter(url, event, body, partial(signature, bot), ONLY_200)] if url else []


def signature(bot: Bot, content: bytes) -> dict[str, str]:
    """https://docs.jelou.ai/en/api/pma-custom/firma-hmac: over the exact bytes, when there is a secret."""
    if not bot.signing_secret:
        return {}
    digest = hmac.new(bot.signing_secret.encode(), content, hashlib.sha256).hexdigest()
    return {"X-Jelou-Signature": f"sha256={digest}"}
