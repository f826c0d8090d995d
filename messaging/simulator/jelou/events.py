"""What the webhooks say, and how they are signed."""

import hashlib
import hmac

from messaging.simulator.jelou import assumed
from messaging.simulator.rows import Bot, Json, Message

# https://docs.jelou.ai/whatsapp/hsm/subscriptions
NAMES = {
    "DELIVERED_CHANNEL": "delivered_channel",
    "DELIVERED_USER": "delivered_user",
    "READ": "read",
    "REPLY": "reply",
    "FAILED": "failed",
}


def status(message: Message, event: str, now: float) -> Json:
    return assumed.status_event(message, event, now)


def inbound(message: Message, name: str) -> Json:
    """https://docs.jelou.ai/webhook/messages-events"""
    return {
        "messageId": message.id,
        "bubble": message.body,
        "names": name,
        "userId": message.number,
        "botId": message.bot,
        "received": int(message.created * 1000),
        "status": "created",
        "owner": "user",
    }


def signature(bot: Bot, content: bytes) -> dict[str, str]:
    """https://docs.jelou.ai/en/api/pma-custom/firma-hmac: over the exact bytes, when there is a secret."""
    if not bot.signing_secret:
        return {}
    digest = hmac.new(bot.signing_secret.encode(), content, hashlib.sha256).hexdigest()
    return {"X-Jelou-Signature": f"sha256={digest}"}
