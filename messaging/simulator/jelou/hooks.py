"""Where webhooks are subscribed."""

from messaging.simulator.jelou.events import NAMES
from messaging.simulator.jelou.gate import Call
from messaging.simulator.rows import Json
from messaging.simulator.shapes import Choice, ListOf, Object, Text
from messaging.simulator.wording import public
from messaging.simulator.world import WORLD

EVENTS = ListOf(Choice(tuple(NAMES.values())), least=1)
SUBSCRIPTIONS = Object({"webhooks": ListOf(Object({"url": Text(rule=public), "events": EVENTS}), least=1)})
INBOUND = Object({"webhookUrl": Text(rule=public)})


def subscribe(call: Call) -> Json:
    """POST /v1/bots/{botId}/events/webhook: https://docs.jelou.ai/whatsapp/hsm/subscriptions"""
    call.refuse_unless(SUBSCRIPTIONS)
    with WORLD.lock:
        for webhook in call.body["webhooks"]:
            call.bot.subscriptions.update(dict.fromkeys(webhook["events"], webhook["url"]))
    return _success("Webhooks created successfully!", call.body["webhooks"])


def subscriptions(call: Call) -> Json:
    """GET of the same: one address for each event. The message is spelled so."""
    return _success("Webhooks retrieved succesfully!", dict(call.bot.subscriptions))


def set_inbound(call: Call) -> Json:
    """POST /v1/bots/{botId}/webhook/: https://docs.jelou.ai/webhook/webhook"""
    call.refuse_unless(INBOUND)
    call.bot.inbound_url = call.body["webhookUrl"]
    return {"message": [{"webhookUrl": call.bot.inbound_url}], "status": "success"}


def _success(message: str, data: object) -> Json:
    return {"message": [message], "statusMessage": "success", "status": 1, "data": data}
