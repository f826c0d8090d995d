"""What became of template messages, in the current words and in the older ones.

Current: https://docs.jelou.ai/en/api/campanas/notificaciones
Older: https://docs.jelou.ai/whatsapp/hsm/messages
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from messaging.simulator.jelou.assumed import notification_not_found
from messaging.simulator.jelou.gate import Call
from messaging.simulator.jelou.listing import PAGING, paged
from messaging.simulator.rows import Json, Message, iso
from messaging.simulator.shapes import Choice, Text
from messaging.simulator.wording import day, phone
from messaging.simulator.world import WORLD

WHEN = {"from": Text(rule=day), "to": Text(rule=day)}
FILTERS = {"campaignId": Text(), "elementName": Text(), **WHEN, **PAGING}
OLD_STATUSES = ("CREATED", "DELIVERED_CHANNEL", "DELIVERED_USER", "FAILED")


def list_current(call: Call) -> Json:
    """GET /v1/external/bots/{botId}/notifications"""
    call.refuse_query_unless(messageId=Text(), **FILTERS)
    rows, pagination = paged(_chosen(call), call.query)
    return {"pagination": pagination, "results": [current_row(row) for row in rows], "_metadata": {}}


def list_older(call: Call) -> Json:
    """GET /v1/bots/{botId}/notifications"""
    more = {
        "status": Choice(OLD_STATUSES),
        "destination": Text(rule=phone),
        "origin": Text(),
        "download": Text(),
    }
    call.refuse_query_unless(**more, **FILTERS)
    chosen = _chosen(call)
    rows, pagination = paged(chosen, call.query)
    metadata = {"stats": _stats(chosen)}
    return {"pagination": pagination, "results": [older_row(row) for row in rows], "_metadata": metadata}


def one_older(call: Call, notification_id: str) -> Json:
    """GET /v1/bots/{botId}/notifications/{notificationId}"""
    message = WORLD.messages.get(notification_id)
    if message is None or message.bot != call.bot.id or message.kind != "hsm":
        raise notification_not_found()
    return older_row(message)


def current_row(message: Message) -> Json:
    """The page names some fields and is cut off; the rest is the older row's."""
    times = message.times
    return {
        **older_row(message),
        "sentStatus": message.status,
        "deliveryChannelAt": iso(times.get("DELIVERED_CHANNEL")),
        "deliveryUserAt": iso(times.get("DELIVERED_USER")),
        "readAt": iso(times.get("READ")),
        "message": message.answer,
        **({"metadata": {"actions": message.body.get("actions")}} if WORLD.switches.echo_actions else {}),
    }


def older_row(message: Message) -> Json:
    """Here reading is a flag beside the status, and replying is not told at all."""
    return {
        "wasRead": "READ" in message.times,
        "destination": message.number,
        "sentStatus": _old_status(message),
        "origin": "API",
        "createdAt": iso(message.created),
        "sentDate": iso(message.created),
        "elementName": message.element_name,
        "campaignId": message.body.get("campaignId"),
        "error": message.error,
        "internalId": f"int-{message.id}",
        "id": message.id,
    }


def _old_status(message: Message) -> str:
    return "DELIVERED_USER" if message.status in ("READ", "REPLY") else message.status


def _chosen(call: Call) -> list[Message]:
    query = call.query
    begin = _moment(query.get("from")) or 0.0
    end = _moment(query.get("to"), end=True) or float("inf")
    rows = [row for row in WORLD.newest(call.bot.id) if row.kind == "hsm" and begin <= row.created <= end]
    return [row for row in rows if _fits(row, query)]


def _fits(message: Message, query: dict[str, str]) -> bool:
    facts: dict[str, Any] = {
        "messageId": message.id,
        "campaignId": message.body.get("campaignId"),
        "elementName": message.element_name,
        "destination": message.number,
        "status": _old_status(message),
        "origin": "API",
    }
    return all(facts[name] == query[name] for name in facts if name in query)


def _moment(written: str | None, end: bool = False) -> float | None:
    """Seconds since 1970. A date alone means its beginning, or its end."""
    if written is None:
        return None
    moment = datetime.fromisoformat(written)
    if end and len(written) <= len("2026-01-15"):
        moment += timedelta(days=1, microseconds=-1)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _stats(messages: list[Message]) -> Json:
    counts = Counter(_old_status(message) for message in messages)
    return {
        "TOTAL_HSM": len(messages),
        "TOTAL_DELIVERED": counts["DELIVERED_CHANNEL"] + counts["DELIVERED_USER"],
        "DELIVERED_CHANNEL": counts["DELIVERED_CHANNEL"],
        "DELIVERED_USER": counts["DELIVERED_USER"],
        "FAILED": counts["FAILED"],
        "USER_READ": sum("READ" in message.times for message in messages),
        "USER_REPLIED": sum("REPLY" in message.times for message in messages),
    }
