"""What became of messages, whether a window is open, and which channels there are.

https://docs.bird.com/api/channels-api/api-reference/messaging
"""

from collections.abc import Callable, Iterable

from django.http import QueryDict

from messaging.simulator.bird import errors, rows, templates
from messaging.simulator.bird.gate import Call
from messaging.simulator.bird.paging import Limit, checked, page
from messaging.simulator.bird.rows import WORDS, interactions, message_object
from messaging.simulator.bird.template_rows import channel_template, project
from messaging.simulator.bird.wording import identifier, moment, platform, seconds
from messaging.simulator.rows import Bot, Json, Message, iso
from messaging.simulator.shapes import Choice, Shape, Text
from messaging.simulator.world import WORLD

KINDS = (
    *("text", "html", "image", "file", "gif", "location", "carousel", "list"),
    *("section", "authentication", "template", "action"),
)
STATUSES = (*dict.fromkeys(WORDS.values()), "rejected", "sending_failed", "deleted", "skipped")
WORD = Text(most=100)
WHOLE = Limit(999_999_999)
FILTERS: dict[str, Shape] = {
    "platform": Text(rule=platform),
    "direction": Choice(("incoming", "outgoing")),
    "id": Text(rule=identifier),
    "channelId": Text(rule=identifier),
    "messageType": Choice(KINDS),
    "status": Choice(STATUSES),
    "startAt": Text(rule=moment),
    "endAt": Text(rule=moment),
    "from": WORD,
    "to": WORD,
    "tag": WORD,
    "failureCode": WHOLE,
    "failureSourceCode": WORD,
    "failureSourceName": WORD,
}


def list_messages(call: Call) -> Json:
    """Of one channel, or of all of the workspace."""
    checked(call.query, **FILTERS)
    fits = _asked(call.query)
    with WORLD.lock:
        found = [row for bot in _channels(call) for row in WORLD.newest(bot.id) if fits(row)]
        if call.channel is None:
            found.sort(key=lambda row: row.created, reverse=True)
        listed = page(found, call.query, 1000)
        listed["results"] = [message_object(row) for row in listed["results"]]
    period = {name: call.query.get(name) for name in ("startAt", "endAt")}
    return _without_last_token({**listed, **period})


def one_message(call: Call, message_id: str) -> Json:
    with WORLD.lock:
        return message_object(_message(call, message_id))


def list_interactions(call: Call, message_id: str) -> Json:
    with WORLD.lock:
        return {"results": interactions(_message(call, message_id))}


def contact_details(call: Call, contact_id: str) -> Json:
    """The window: null for who never wrote, in the past when it is over."""
    number = WORLD.contacts.get((call.workspace.name, contact_id))
    if number is None:
        raise errors.not_found("contact")
    end = WORLD.window_end(call.bot.id, number)
    never = end is None
    return {
        "serviceWindowExpireAt": iso(end),
        "isPermanentSession": None if never else False,
        "metadata": None if never else {},
    }


def list_channels(call: Call) -> Json:
    return page([_channel(bot) for bot in _channels(call)], call.query, 100)


def one_channel(call: Call) -> Json:
    return _channel(call.bot)


def list_projects(call: Call) -> Json:
    with WORLD.lock:
        by_project: dict[str, list[Json]] = {}
        for row in WORLD.templates[call.workspace.name]:
            by_project.setdefault(row["projectId"], []).append(row)
        return page([project(found) for found in reversed(by_project.values())], call.query, 100)


def one_project(call: Call, project_id: str) -> Json:
    return project(templates.versions(call.workspace.name, project_id))


def list_channel_templates(call: Call, project_id: str) -> Json:
    checked(call.query, metrics=Choice(("true", "false")))
    found = templates.versions(call.workspace.name, project_id)[::-1]
    return page([channel_template(row) for row in found], call.query, 100)


def one_channel_template(call: Call, project_id: str, template_id: str) -> Json:
    for row in templates.versions(call.workspace.name, project_id):
        if row["id"] == template_id:
            return channel_template(row)
    raise errors.not_found("channel template")


def _channels(call: Call) -> list[Bot]:
    if call.channel is not None:
        return [call.channel]
    mine = [bot for bot in WORLD.bots.values() if bot.company == call.workspace.name]
    wanted = call.query.getlist("channelId")
    return [bot for bot in mine if not wanted or bot.id in wanted]


def _channel(bot: Bot) -> Json:
    return {
        "id": bot.id,
        "name": bot.name,
        "platformId": "whatsapp",
        "status": "active",
        "connectorId": rows.connector_id(bot.id),
        "identifier": bot.number,
    }


def _message(call: Call, message_id: str) -> Message:
    message = WORLD.messages.get(message_id)
    if message is None or message.bot != call.bot.id:
        raise errors.not_found("message")
    return message


def _asked(query: QueryDict) -> Callable[[Message], bool]:
    """Whether a message is what the filters in the query ask for."""
    begin = seconds(query.get("startAt", "1970-01-01T00:00:00Z"))
    end = seconds(query.get("endAt", "9999-01-01T00:00:00Z"))
    wanted = [(FACTS[name], set(query.getlist(name))) for name in query if name in FACTS]

    def fits(message: Message) -> bool:
        return begin <= message.created <= end and all(
            values.intersection(fact(message)) for fact, values in wanted
        )

    return fits


def _kinds(message: Message) -> list[str]:
    said = rows.body_of(message)
    return [*([said["type"]] if said else []), *(["template"] if message.template else [])]


def _numbers(message: Message) -> list[str]:
    return [f"+{message.number}", message.number]


def _failure(message: Message) -> Json:
    failure: Json = rows.outcome(message).get("failure") or {"code": "", "source": {"name": "", "code": ""}}
    return failure


def _incoming(message: Message) -> bool:
    return message.kind == "inbound"


# What a message says to each filter.
FACTS: dict[str, Callable[[Message], Iterable[str]]] = {
    "platform": lambda message: ["whatsapp"],
    "direction": lambda message: ["incoming" if _incoming(message) else "outgoing"],
    "id": lambda message: [message.id],
    "messageType": _kinds,
    "status": lambda message: [rows.status(message)],
    "from": lambda message: _numbers(message) if _incoming(message) else [],
    "to": lambda message: [] if _incoming(message) else _numbers(message),
    "tag": rows.tags,
    "failureCode": lambda message: [str(_failure(message)["code"])],
    "failureSourceCode": lambda message: [_failure(message)["source"]["code"]],
    "failureSourceName": lambda message: [_failure(message)["source"]["name"]],
}


def _without_last_token(listed: Json) -> Json:
    """Of messages the token is missing on the last page, elsewhere it is null."""
    return {name: value for name, value in listed.items() if name != "nextPageToken" or value}
