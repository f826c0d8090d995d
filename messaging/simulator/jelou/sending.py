"""Taking messages."""

from messaging.simulator import lifecycle
from messaging.simulator.jelou import errors, session
from messaging.simulator.jelou.assumed import window_closed
from messaging.simulator.jelou.gate import Call
from messaging.simulator.jelou.hsm import BODY, disagreements
from messaging.simulator.rows import Json, Message, Template
from messaging.simulator.world import WORLD

LANGUAGES = ("en", "es", "pt")


def send_template(call: Call) -> list[Json]:
    """POST /v2/whatsapp/{botId}/hsm: one id for each destination."""
    call.refuse_unless(BODY)
    if len(call.body["destinations"]) > WORLD.switches.max_destinations:
        raise errors.invalid_field("destinations", "many", most=WORLD.switches.max_destinations)
    template = _approved(call)
    if reasons := disagreements(call.body, template):
        raise errors.notification_could_not_be_send(" ".join(reasons))
    return [_take(call, number, template) for number in call.body["destinations"]]


def send_session(call: Call) -> Json:
    """POST /v1/bots/{botId}/messages"""
    session.refuse_unless_good(call.body, call.bot.id)
    return {"success": True, "messageId": _take_session(call).id}


def send_legacy(call: Call) -> Json:
    """POST /v1/whatsapp/messages: https://docs.jelou.ai/whatsapp/sending_messages"""
    session.refuse_unless_good(call.body, call.bot.id, flat_lists=False)
    message = _take_session(call)
    return {
        "messageId": message.id,
        "bubble": {key: value for key, value in call.body.items() if key not in ("userId", "botId")},
        "botId": call.bot.id,
        "userId": message.number,
        "received": int(message.created * 1000),
        "status": "created",
    }


def _approved(call: Call) -> Template:
    language = call.body.get("language", "")
    template = WORLD.find_template(call.bot.id, call.body["elementName"], language)
    if template is not None and template["status"] == "APPROVED":
        return template
    if language and template is None and language.lower().split("_")[0] not in LANGUAGES:
        raise errors.invalid_field("language", "choice", options=LANGUAGES)
    raise errors.template_does_not_exist(call.body, call.bot)


def _take(call: Call, number: str, template: Template) -> Json:
    # What the phone shows is what was approved now, not what the template becomes later.
    message = Message("hsm", call.bot.id, number, call.body, WORLD.now(), template=dict(template))
    lifecycle.send(message)
    return {"id": message.id, "destination": number}


def _take_session(call: Call) -> Message:
    number = call.body["userId"]
    if not WORLD.window_open(call.bot.id, number):
        raise window_closed()
    return lifecycle.send(Message("session", call.bot.id, number, call.body, WORLD.now()))
