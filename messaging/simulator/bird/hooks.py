"""Where webhooks are subscribed: https://docs.bird.com/api/notifications-api/api-reference/webhook-subscriptions"""

import uuid

from messaging.simulator.bird import errors
from messaging.simulator.bird.gate import Call, Said
from messaging.simulator.bird.paging import page
from messaging.simulator.bird.wording import hook
from messaging.simulator.rows import Json, iso
from messaging.simulator.shapes import Choice, ListOf, Nullable, Object, OpenObject, Shape, Text
from messaging.simulator.world import WORLD

SERVICES = ("channels", "templates")
EVENTS = (
    *("whatsapp.inbound", "whatsapp.outbound", "whatsapp.interaction"),
    *("channel.created", "channel.updated"),
    *("template.created", "template.updated", "template.deleted"),
)
KEYS = ("channelId", "messageStatus", "interactionType", "platformId", "channelStatus")
MOST_ALIKE = 5

URL = Text(rule=hook)
FILTERS = Nullable(ListOf(Object({"key": Choice(KEYS), "value": Text()}), unique="key"))
SUBSCRIPTION = Object(
    {"service": Choice(SERVICES), "event": Choice(EVENTS), "url": URL},
    {"signingKey": Text(least=0), "eventFilters": FILTERS, "template": Nullable(OpenObject())},
)
CHANGES: dict[str, Shape] = {
    "url": URL,
    "signingKey": Text(least=0),
    "eventFilters": FILTERS,
    "status": Choice(("active", "inactive")),
}


def subscribe(call: Call) -> Said:
    call.refuse_unless(SUBSCRIPTION)
    now = iso(WORLD.now())
    row = {
        "id": str(uuid.uuid4()),
        "organizationId": str(uuid.uuid5(uuid.NAMESPACE_URL, call.workspace.name)),
        "workspaceId": call.workspace.name,
        **call.body,
        "status": "active",
        "createdAt": now,
        "updatedAt": now,
    }
    with WORLD.lock:
        mine = WORLD.hooks[call.workspace.name]
        if len([other for other in mine if _alike(other) == _alike(row)]) >= MOST_ALIKE:
            raise errors.refused(409, f"There are {MOST_ALIKE} subscriptions with the same filters already.")
        mine.append(row)
    return Said(201, row)


def subscriptions(call: Call) -> Json:
    with WORLD.lock:
        return page([_shown(row) for row in WORLD.hooks[call.workspace.name]], call.query, 100)


def one(call: Call, hook_id: str) -> Json:
    return _shown(_find(call, hook_id))


def change(call: Call, hook_id: str) -> Json:
    call.refuse_unless(Object(optional=CHANGES))
    row = _find(call, hook_id)
    row.update(call.body, updatedAt=iso(WORLD.now()))
    return _shown(row)


def forget(call: Call, hook_id: str) -> Said:
    with WORLD.lock:
        WORLD.hooks[call.workspace.name].remove(_find(call, hook_id))
    return Said(204)


def _find(call: Call, hook_id: str) -> Json:
    for row in WORLD.hooks[call.workspace.name]:
        if row["id"] == hook_id:
            return row
    raise errors.not_found("webhook subscription")


def _shown(row: Json) -> Json:
    """The key is told once, when it is set."""
    return {name: value for name, value in row.items() if name != "signingKey"}


def _alike(row: Json) -> tuple[str, str, frozenset[tuple[str, str]]]:
    filters = row.get("eventFilters") or []
    return row["service"], row["event"], frozenset((item["key"], item["value"]) for item in filters)
