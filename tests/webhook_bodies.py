"""What Jelou posts to us, with only what differs said by the test."""

from typing import Any

Json = dict[str, Any]


def status(provider_id: str, event: str, **more: Any) -> Json:
    """ASSUMED, like our reading of it: see messaging/providers/jelou_webhooks.py."""
    return {"id": provider_id, "event": event, "timestamp": "2026-01-15T10:30:00.000Z", **more}


def inbound(sender: str, text: str = "Hola", **more: Any) -> Json:
    """https://docs.jelou.ai/webhook/messages-events"""
    return {
        "messageId": "in-1",
        "bubble": {"type": "text", "text": text},
        "names": "María Pérez",
        "userId": sender,
        "botId": "test-bot",
        "received": 1768473000000,
        "status": "created",
        "owner": "user",
        **more,
    }
