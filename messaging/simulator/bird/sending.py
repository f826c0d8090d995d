"""Taking messages: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages"""

from messaging.simulator import lifecycle
from messaging.simulator.bird import assumed, errors, messages, templates
from messaging.simulator.bird.bodies import CARRIED
from messaging.simulator.bird.gate import Call, Said
from messaging.simulator.bird.rows import message_object
from messaging.simulator.bird.wording import seconds
from messaging.simulator.rows import Json, Message, Template
from messaging.simulator.wording import public
from messaging.simulator.world import WORLD

# Less ahead than this is sent at once.
LEAST_AHEAD = 600


def send(call: Call) -> Said:
    """POST /workspaces/{ws}/channels/{ch}/messages: 202, or a refusal."""
    if problems := messages.problems(call.body, WORLD.now()):
        raise errors.invalid(problems)
    number = _number(call)
    message = _template_message(call, number) if call.body.get("template") else _free(call, number)
    message.due = _due(call.body, message.created)
    message.answers = _answered(call, number)
    # Nothing moves on before the answer is written.
    with WORLD.lock:
        return Said(202, message_object(lifecycle.send(message)))


def _number(call: Call) -> str:
    """The digits of the one contact, who may be named by the id of an earlier answer."""
    contact = call.body["receiver"]["contacts"][0]
    if "identifierValue" in contact:
        return str(contact["identifierValue"]).lstrip("+")
    number = WORLD.contacts.get((call.workspace.name, contact["id"]))
    if number is None:
        raise errors.wrong("contact not found", "receiver", "contacts", 0, "id")
    return number


def _template_message(call: Call, number: str) -> Message:
    asked = call.body["template"]
    row = templates.chosen(call.bot, asked)
    given = templates.values(asked, row)
    # What the phone shows is what was approved now, not what the template becomes later.
    kept: Template = {**row, "values": given, "rendered": templates.rendered(row, given)}
    message = Message("hsm", call.bot.id, number, call.body, WORLD.now(), template=kept)
    url = templates.media_url(row, given)
    if url is not None and public(url):
        message.fate = assumed.MEDIA_REFUSED
    return message


def _free(call: Call, number: str) -> Message:
    message = Message("session", call.bot.id, number, call.body, WORLD.now())
    if call.body["body"]["type"] not in CARRIED:
        message.fate = assumed.UNSUPPORTED_TYPE
    return message


def _due(body: Json, now: float) -> float:
    if "scheduledFor" not in body:
        return 0.0
    due = seconds(body["scheduledFor"])
    return due if due - now >= LEAST_AHEAD else 0.0


def _answered(call: Call, number: str) -> str | None:
    """Only what this person wrote on this channel can be answered."""
    reply_to = call.body.get("replyTo")
    if reply_to is None or reply_to["type"] != "message":
        return None
    answered = WORLD.messages.get(reply_to["id"])
    here = (call.bot.id, number, "inbound")
    if answered is None or (answered.bot, answered.number, answered.kind) != here:
        raise errors.wrong("message not found", "replyTo", "id")
    return answered.id
