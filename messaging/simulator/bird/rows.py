"""The objects that Bird answers: https://docs.bird.com/api/channels-api/api-reference/messaging"""

import uuid

from messaging.simulator.bird import assumed
from messaging.simulator.bird.bodies import actions_of, inside, label
from messaging.simulator.rows import Json, Message, iso
from messaging.simulator.world import WORLD

# https://docs.bird.com/api/channels-api/message-status-and-interactions: that it was read is no status.
WORDS = {
    "SCHEDULED": "scheduled",
    "CREATED": "accepted",
    "PROCESSING": "processing",
    "DELIVERED_CHANNEL": "sent",
    "DELIVERED_USER": "delivered",
    "READ": "delivered",
    "REPLY": "delivered",
    "FAILED": "delivery_failed",
}
ARRIVED = ("DELIVERED_CHANNEL", "DELIVERED_USER", "READ", "REPLY")
# What the answer repeats of the request, as it came.
ECHOED = ("meta", "replyTo", "shortLinks", "scheduledFor", "template")


def status(message: Message) -> str:
    return "delivered" if message.kind == "inbound" else WORDS[message.status]


def contact_id(workspace_id: str, number: str) -> str:
    """A contact is made for every number the first time it is spoken of."""
    made = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{workspace_id}/{number}"))
    WORLD.contacts.setdefault((workspace_id, made), number)
    return made


def contact(message: Message) -> Json:
    workspace = WORLD.bots[message.bot].company
    name = WORLD.phone(message.bot, message.number).name
    return {
        "id": contact_id(workspace, message.number),
        "identifierKey": "phonenumber",
        "identifierValue": f"+{message.number}",
        **({"annotations": {"name": name}} if name else {}),
    }


def message_object(message: Message) -> Json:
    """Of both directions."""
    incoming = message.kind == "inbound"
    given = message.body
    return {
        "id": message.id,
        "channelId": message.bot,
        **ends(message),
        **({"body": body_of(message)} if body_of(message) else {}),
        **{name: given[name] for name in ECHOED if given.get(name) is not None},
        **({"meta": {"extraInformation": {"timestamp": str(int(message.created))}}} if incoming else {}),
        **({"tags": tags(message)} if "tags" in given else {}),
        "reference": given.get("reference", ""),
        "parts": parts(message),
        **outcome(message),
        "direction": "incoming" if incoming else "outgoing",
        **times(message),
    }


def ends(message: Message) -> Json:
    """Sender and receiver."""
    connector = {"id": connector_id(message.bot), "identifierValue": ""}
    if message.kind == "inbound":
        return {"sender": {"contact": contact(message)}, "receiver": {"connector": connector}}
    return {
        "sender": {"connector": connector},
        "receiver": {"contacts": [{**contact(message), "type": "to"}]},
    }


def outcome(message: Message) -> Json:
    """https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-codes"""
    if message.error is None:
        return {"status": status(message), "reason": ""}
    code, title, source, source_code = assumed.failure(message.error)
    return {
        "status": status(message),
        "reason": f"details: message undeliverable; reason: {title}; code: {source_code}",
        "details": title,
        "failure": {
            "code": code,
            "description": message.error,
            "source": {"name": source, "code": source_code},
        },
    }


def times(message: Message) -> Json:
    moments = [moment for state, moment in message.times.items() if state not in ("READ", "REPLY")]
    last = iso(max([message.created, *moments]))
    return {"lastStatusAt": last, "createdAt": iso(message.created), "updatedAt": last}


def body_of(message: Message) -> Json | None:
    """What was said, also by a template, in Bird's words."""
    return (message.template or {}).get("rendered") or message.body.get("body")


def tags(message: Message) -> list[str]:
    return [tag.lower() for tag in message.body.get("tags", [])]


def parts(message: Message) -> list[Json]:
    """WhatsApp's ids, once it has them."""
    if message.kind != "inbound" and message.status not in ARRIVED:
        return []
    said = body_of(message)
    content = inside(said) if said else {}
    files = len(content.get("images") or content.get("files") or [0])
    return [{"platformReference": f"wamid.{message.id}.{number}"} for number in range(files)]


def connector_id(channel_id: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{channel_id}/connector"))


def interactions(message: Message) -> list[Json]:
    """https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/message-interactions"""
    found = [interaction(message, "read", message.times["READ"])] if "READ" in message.times else []
    return found + [row for moment, text in message.presses for row in click(message, text, moment)]


def click(message: Message, text: str, moment: float) -> list[Json]:
    """One, or none when nothing in the message reads so."""
    said = body_of(message)
    for index, action in enumerate(actions_of(said) if said else []):
        kind = action["type"]
        if kind in ("reply", "postback") and label(action) == text:
            payload = {"button": {"payload": action[kind].get("payload", text)}}
            more = {"details": f"item_{index}_clicked", "metadata": payload}
            return [{**interaction(message, "clicked", moment), **more}]
    return []


def interaction(message: Message, kind: str, moment: float) -> Json:
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{message.id}/{kind}/{moment}")),
        "messageId": message.id,
        "channelId": message.bot,
        "platformId": "whatsapp",
        "type": kind,
        "messageReference": message.body.get("reference", ""),
        "messagePartsCount": len(parts(message)),
        "messageTags": tags(message),
        "receiver": {"contacts": [contact(message)]},
        "createdAt": iso(moment),
    }
