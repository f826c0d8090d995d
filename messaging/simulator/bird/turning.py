"""What tests and the demo turn for Bird; see `control.py` for the rest, which counts for both.

    POST bird/workspaces        {"id", "key"}
    POST bird/channels          {"id", "workspace", "name", "number", "country", "language", "rate"}
    POST bird/templates         {"workspace", "template": {"name", "content": {locale: {"body", …}}, …}}
    POST bird/templates/status  {"workspace", "id", "status"}: a version's id, or a project's for all of it
    POST bird/contacts          {"workspace", "number"}: answers {"id"}
    POST bird/inbound           {"bot", "number", "body", "name"}: a person sends a picture, a place, …

A channel is a bot everywhere else: in `inbound`, `look`, `counters`, `messages`, `deliveries`.
"""

from dataclasses import asdict

from messaging.simulator import lifecycle
from messaging.simulator.bird import rows, templates
from messaging.simulator.bird.bodies import BODY
from messaging.simulator.bird.wording import is_uuid
from messaging.simulator.rows import Json
from messaging.simulator.shapes import problems_of
from messaging.simulator.wording import phone as not_a_phone
from messaging.simulator.world import WORLD


def add_workspace(given: Json) -> Json:
    _refuse_unless_uuid(given["id"])
    return asdict(WORLD.add_company(given["id"], given["id"], given["key"], provider="bird"))


def add_channel(given: Json) -> Json:
    _refuse_unless_uuid(given["id"])
    more = {name: value for name, value in given.items() if name != "workspace"}
    return asdict(WORLD.add_bot(company=given["workspace"], provider="bird", **more))


def add_template(given: Json) -> Json:
    return templates.add(given["workspace"], given["template"])


def set_template_status(given: Json) -> Json:
    return templates.set_status(given["workspace"], given["id"], given["status"])


def add_contact(given: Json) -> Json:
    if not_a_phone(given["number"]):
        raise ValueError("number is 7 to 15 digits with its country code.")
    return {"id": rows.contact_id(WORLD.companies[given["workspace"]].name, given["number"])}


def inbound(given: Json) -> Json:
    """`body` as in https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/receiving-messages"""
    if problems := problems_of(BODY, given["body"]):
        raise ValueError(f"body is wrong: {problems[0]}.")
    channel, body = WORLD.bots[given["bot"]], {"body": given["body"]}
    name = given.get("name", "")
    return rows.message_object(lifecycle.receive(channel.id, given["number"], "", name, body=body))


def _refuse_unless_uuid(value: str) -> None:
    if not is_uuid(value):
        raise ValueError("id is a UUID.")
