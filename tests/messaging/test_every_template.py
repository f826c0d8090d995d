"""Templates with more than text, from the compose form to the phone of the simulator."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from messaging import sending
from messaging.models import Bot, Contact, Message
from messaging.statuses import Status
from messaging.template_sync import sync_templates
from templates_app.rendering import bubble_html
from tests.factories import make_contact
from tests.messaging.admin.test_compose import inputs, post, preview
from tests.messaging.admin.test_compose_kinds import said_at
from tests.messaging.test_every_kind import NUMBER, phone, without_time
from tests.simulating import BOT, Simulator

SITE = "https://cdn.example.com"
REPLIES = [{"type": "QUICK_REPLY", "text": "Confirmar"}, {"type": "QUICK_REPLY", "text": "Cambiar"}]
BUY = {"type": "URL", "text": "Comprar", "url": "https://tienda.example.com/p/{{1}}"}
PRICED = {"mediaUrl": f"{SITE}/1.png", "template": "Reloj a {{1}}", "buttons": [BUY]}


@dataclass(frozen=True)
class Case:
    """What the provider lists, what a person types, what goes on the wire, and what the phone shows.

    `wrong` are typed texts, each with the field that the page then speaks at.
    """

    listed: dict[str, Any]
    typed: dict[str, str]
    wire: dict[str, Any]
    shown: tuple[str, ...]
    wrong: tuple[tuple[dict[str, str], str], ...] = field(default=())


CASES = {
    "a header with a value": Case(
        {"template": "Hola {{1}}", "header": "Unidad {{1}}"},
        {"value-header.1": "Norte", "value-body.1": "Ana"},
        {"type": "text", "headerParameters": ["Norte"], "parameters": ["Ana"]},
        ("Unidad Norte", "Hola Ana"),
        (({"value-header.1": "x" * 60}, "value-header-1"),),
    ),
    "a document with its name": Case(
        {"template": "Tu factura", "type": "DOCUMENT", "mediaUrl": f"{SITE}/a.pdf"},
        {"media_url": f"{SITE}/a.pdf", "filename": "factura.pdf"},
        {"type": "document", "mediaUrl": f"{SITE}/a.pdf", "filename": "factura.pdf"},
        ("factura.pdf", "Tu factura"),
        (({"filename": ""}, "f-filename"), ({"media_url": "http://a.example.com/a.pdf"}, "f-media_url")),
    ),
    "links, fixed and with an end": Case(
        {"template": "Hola", "buttons": [{"type": "URL", "text": "Ver", "url": SITE}, BUY]},
        {"value-button.1.1": "reloj"},
        {"buttonParameters": [{"type": "URL", "payload": {"text": "reloj"}, "param": 1}]},
        (f'href="{SITE}"', "https://tienda.example.com/p/reloj"),
        (({"value-button.1.1": ""}, "value-button-1-1"),),
    ),
    "quick replies with flows": Case(
        {"template": "¿Vienes?", "buttons": REPLIES},
        {"flows.1": "23838"},
        {"buttonPayloads": [{"flowId": 23838, "action": "Cambiar"}]},
        ("Confirmar", "Cambiar"),
        (({"flows.0": "flow-1"}, "f-flows-0"),),
    ),
    "a catalogue with a picture": Case(
        {"template": "Mira", "type": "CATALOG", "buttons": [{"type": "CATALOG", "text": "Ver catálogo"}]},
        {"thumbnail_url": f"{SITE}/1.png"},
        {"type": "catalog", "thumbnailProduct": f"{SITE}/1.png"},
        ("Ver catálogo", f"{SITE}/1.png"),
        (({"thumbnail_url": "http://a.example.com/1.png"}, "f-thumbnail_url"),),
    ),
    "an offer that ends": Case(
        {
            "template": "Solo hoy",
            "limitedTimeOffer": {"text": "¡Se acaba!"},
            "buttons": [{"type": "COPY_CODE", "text": "Copiar", "example": "X"}, BUY],
        },
        {"value-button.0.code": "HOY25", "value-button.1.1": "oferta", "offer_ends": "2099-12-01T10:00"},
        {
            "ltoParams": {"expirationTime": 4099802400000},
            "buttonParameters": [
                {"type": "COPY_CODE", "payload": {"code": "HOY25"}, "param": 0},
                {"type": "URL", "payload": {"text": "oferta"}, "param": 1},
            ],
        },
        ("¡Se acaba!", "2099-12-01", "HOY25"),
        (
            ({"offer_ends": ""}, "f-offer_ends"),
            ({"offer_ends": "2020-01-01T10:00"}, "f-offer_ends"),
            ({"value-button.0.code": "x" * 21}, "value-button-0-code"),
        ),
    ),
    "a code for one time": Case(
        {
            "template": "*{{1}}* es tu código.",
            "category": "AUTHENTICATION",
            "buttons": [{"type": "OTP", "text": "Copiar código", "url": f"{SITE}/otp{{{{1}}}}"}],
        },
        {"value-body.1": "482913"},
        {
            "parameters": ["482913"],
            "buttonParameters": [{"type": "URL", "payload": {"text": "482913"}, "param": 0}],
        },
        ("482913", "Copiar código"),
        (
            ({"value-body.1": "1" * 16}, "value-body-1"),
            ({"value-body.1": "😀"}, "value-body-1"),
            ({"value-body.1": "a.com"}, "value-body-1"),
        ),
    ),
    "cards that are listed": Case(
        {"template": "Hola", "type": "CAROUSEL", "cards": [PRICED, {**PRICED, "template": "Bolso"}]},
        {
            "cards.0.media_url": f"{SITE}/1.png",
            "cards.0.params.0": "$ 10",
            "cards.0.links.0": "reloj",
            "cards.1.media_url": f"{SITE}/2.png",
            "cards.1.links.0": "bolso",
        },
        {
            "type": "carousel",
            "cards": [
                {
                    "mediaUrl": f"{SITE}/1.png",
                    "params": ["$ 10"],
                    "buttonParameters": [{"type": "URL", "payload": {"text": "reloj"}, "param": 0}],
                },
                {
                    "mediaUrl": f"{SITE}/2.png",
                    "params": [],
                    "buttonParameters": [{"type": "URL", "payload": {"text": "bolso"}, "param": 0}],
                },
            ],
        },
        ("Reloj a $ 10", "Bolso", "https://tienda.example.com/p/bolso"),
        (
            ({"cards.0.params.0": ""}, "f-cards-0-params-0"),
            ({"cards.1.links.0": ""}, "f-cards-1-links-0"),
            ({"cards.1.media_url": ""}, "f-cards-1-media_url"),
            ({"cards.1.media_url": f"{SITE}/2.mp4"}, "f-cards-1-media_url"),
        ),
    ),
    "cards that are not listed": Case(
        {"template": "Hola", "type": "CAROUSEL"},
        {
            "cards.0.media_url": f"{SITE}/1.png",
            "cards.0.params.0": "Reloj",
            "cards.0.params.1": "$ 10",
            "cards.1.media_url": f"{SITE}/2.png",
        },
        {
            "cards": [
                {"mediaUrl": f"{SITE}/1.png", "params": ["Reloj", "$ 10"]},
                {"mediaUrl": f"{SITE}/2.png", "params": []},
            ]
        },
        ("Reloj · $ 10", f"{SITE}/2.png"),
        (
            ({"cards.0.params.1": "a\nb"}, "f-cards-0-params-1"),
            ({f"cards.{number}.media_url": f"{SITE}/1.png" for number in range(11)}, "f-cards"),
        ),
    ),
    "what happens when they answer": Case(
        {"template": "Hola"},
        {
            "answered.menu.0.title": "Ventas",
            "answered.menu.0.flow_id": "23838",
            "answered.menu_seconds": "3600",
            "answered.memory.0.name": "pedido",
            "answered.memory.0.value": "ORD-9",
            "campaign": "navidad",
            "expires": "2031-12-01T10:00",
        },
        {
            "actions": {
                "setState": {
                    "type": "options",
                    "ttl": 3600,
                    "options": [{"index": 1, "type": "flow", "flowId": 23838, "title": "Ventas"}],
                },
                "setMemoryParams": {"pedido": "ORD-9"},
            },
            "campaignId": "navidad",
            "expirationTime": "1953885600000",
        },
        ("Hola",),
        (
            ({"answered.menu.0.flow_id": ""}, "f-answered-menu-0-flow_id"),
            ({"answered.memory.0.name": ""}, "f-answered-memory-0-name"),
            ({"answered.flow_id": "x"}, "f-answered-flow_id"),
            ({"answered.menu_seconds": "soon"}, "f-answered-menu_seconds"),
            ({"campaign": "x" * 101}, "f-campaign"),
            ({"expires": "2020-01-01T10:00"}, "f-expires"),
        ),
    ),
}


@pytest.fixture
def contact(db: None) -> Contact:
    return make_contact(NUMBER, name="Lucía Vega")


def chosen(case: Case, bot: Bot, contact: Contact, simulator: Simulator) -> dict[str, Any]:
    """The template as it came from the provider, with what was typed."""
    simulator.add_template(elementName="caso", **case.listed)
    sync_templates(bot)
    template = bot.templates.get(element_name="caso")
    return {"template": template.pk, "contact": str(contact.public_id)} | case.typed


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_typed_is_previewed_sent_and_on_the_phone(
    agent_client: Client, live_bot: Bot, contact: Contact, simulator: Simulator, case: Case
) -> None:
    fields = chosen(case, live_bot, contact, simulator)
    previewed = without_time(preview(agent_client, **fields))
    assert post(agent_client, **fields).status_code == 302
    sending.pump()
    message = Message.objects.get()
    assert (message.status, message.detail) == (Status.ACCEPTED, "")
    [sent] = simulator.messages()
    assert {name: sent["body"].get(name) for name in case.wire} == case.wire
    is_secret = case.listed.get("category") == "AUTHENTICATION"
    assert is_secret or bubble_html(message.bubble, show_media_from=settings.MEDIA_HOSTS) in previewed
    shown = phone(simulator, BOT)
    assert [text for text in case.shown if text not in shown] == []


WRONG = [(name, change, field) for name, case in CASES.items() for change, field in case.wrong]


@pytest.mark.parametrize(
    ("name", "change", "place"), WRONG, ids=[f"{name} {place}" for name, _change, place in WRONG]
)
def test_what_is_wrong_stands_at_its_field(
    agent_client: Client,
    live_bot: Bot,
    contact: Contact,
    simulator: Simulator,
    name: str,
    change: dict[str, str],
    place: str,
) -> None:
    fields = chosen(CASES[name], live_bot, contact, simulator) | change
    response = post(agent_client, **fields)
    assert (response.status_code, Message.objects.count()) == (422, 0)
    page = response.content.decode()
    assert said_at(place, page)
    typed = {(key, text) for key, text in fields.items() if text and key in CASES[name].typed}
    assert typed <= inputs(page)


def test_more_cards_of_another_template_do_not_stand_in_the_way(
    agent_client: Client, live_bot: Bot, contact: Contact, simulator: Simulator
) -> None:
    fields = chosen(CASES["cards that are listed"], live_bot, contact, simulator)
    left = {"cards.2.media_url": f"{SITE}/3.png", "cards.1.params.0": "x"}
    assert left.items() <= inputs(
        agent_client.post("/admin/messaging/message/compose/", fields | left).content.decode()
    )
    assert post(agent_client, **fields, **left).status_code == 302
