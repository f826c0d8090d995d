"""Every request of the reference is accepted, and answered in the documented shape."""

from typing import Any

import pytest

from tests.simulating import BOT, Simulator
from tests.simulator.conftest import EXAMPLES, NUMBER, Jelou

LINK = {"type": "URL", "text": "Seguir", "url": "https://tienda.example.com/{{1}}"}
STATIC = {"type": "URL", "text": "Visitar", "url": "https://tienda.example.com/"}
COUPON = {"type": "COPY_CODE", "text": "Copiar código"}
OTP = {"type": "OTP", "text": "Copiar código"}
REPLIES = [{"type": "QUICK_REPLY", "text": text} for text in ("Más información", "Contactar asesor")]

# The templates that the examples speak of.
TEMPLATES: list[dict[str, Any]] = [
    {"elementName": "confirmacion_pedido", "template": "Hola {{1}}, tu pedido {{2}} por {{3}} está listo."},
    {"elementName": "promo_imagen", "template": "Hola {{1}}.", "type": "IMAGE"},
    {"elementName": "promo_video", "template": "Hola {{1}}.", "type": "VIDEO"},
    {"elementName": "envio_factura", "template": "Hola {{1}}, tu factura de {{2}}.", "type": "DOCUMENT"},
    {"elementName": "visita_web", "template": "Hola {{1}}.", "buttons": [STATIC]},
    {"elementName": "seguimiento_envio", "template": "Hola {{1}}.", "buttons": [LINK]},
    {"elementName": "encuesta_visita", "template": "Hola {{1}}.", "buttons": REPLIES},
    {"elementName": "recordatorio_cita", "template": "Hola {{1}}, el {{2}}.", "header": "Cita en {{1}} hoy"},
    {"elementName": "catalogo_completo", "template": "Hola {{1}}.", "type": "CATALOG"},
    {"elementName": "oferta_limitada", "template": "Hola {{1}}.", "type": "IMAGE", "buttons": [COUPON]},
    {
        "elementName": "codigo_verificacion",
        "template": "{{1}} es tu código.",
        "category": "AUTHENTICATION",
        "buttons": [OTP],
    },
    {"elementName": "carrusel_productos", "template": "Hola {{1}}.", "type": "CAROUSEL"},
    {"elementName": "aviso_pago", "template": "Hola {{1}}."},
]


def kinds(endpoint: str) -> list[str]:
    return [
        kind
        for kind, row in EXAMPLES.items()
        if row["endpoint"].startswith(endpoint) and row["status"] == 200 and row["payload"]
    ]


@pytest.mark.parametrize("kind", kinds("POST /v2/whatsapp/"))
def test_it_accepts_every_template_call_of_the_reference(
    simulator: Simulator, jelou: Jelou, kind: str
) -> None:
    for template in TEMPLATES:
        simulator.add_template(**template)

    response = jelou.post(f"/v2/whatsapp/{BOT}/hsm", EXAMPLES[kind]["payload"])

    assert response.status_code == 200, response.text
    [row] = response.json()
    assert row.keys() == {"id", "destination"} and row["destination"] == NUMBER


@pytest.mark.parametrize("kind", kinds("POST /v1/bots/{botId}/messages"))
def test_it_accepts_every_session_message_of_the_reference(
    simulator: Simulator, jelou: Jelou, kind: str
) -> None:
    simulator.inbound(NUMBER)
    response = jelou.post(f"/v1/bots/{BOT}/messages", EXAMPLES[kind]["payload"])
    assert response.status_code == 200, response.text
    assert response.json() == {"success": True, "messageId": simulator.messages(kind="session")[0]["id"]}


@pytest.mark.parametrize("kind", kinds("POST /v1/whatsapp/messages"))
def test_it_accepts_every_legacy_message_of_the_reference(
    simulator: Simulator, jelou: Jelou, kind: str
) -> None:
    simulator.inbound(NUMBER)
    response = jelou.post("/v1/whatsapp/messages", {**EXAMPLES[kind]["payload"], "botId": BOT})
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer.keys() == {"messageId", "bubble", "botId", "userId", "received", "status"}
    assert answer["botId"] == BOT and answer["userId"] == NUMBER and answer["status"] == "created"


def test_the_legacy_answer_has_the_bubble(simulator: Simulator, jelou: Jelou) -> None:
    simulator.inbound(NUMBER)
    response = jelou.post("/v1/whatsapp/messages", {**EXAMPLES["legacy_text"]["payload"], "botId": BOT})
    assert response.json()["bubble"] == EXAMPLES["legacy_text"]["response"]["bubble"]


@pytest.mark.parametrize(
    ("kind", "path"), [("status_subscription", "events/webhook"), ("inbound_webhook_set", "webhook/")]
)
def test_it_answers_subscriptions_word_for_word(jelou: Jelou, kind: str, path: str) -> None:
    response = jelou.post(f"/v1/bots/{BOT}/{path}", EXAMPLES[kind]["payload"])
    assert response.status_code == 200
    assert response.json() == EXAMPLES[kind]["response"]


def test_it_retrieves_one_address_for_each_event(jelou: Jelou) -> None:
    jelou.post(f"/v1/bots/{BOT}/events/webhook", EXAMPLES["status_subscription"]["payload"])
    body = jelou.get(f"/v1/bots/{BOT}/events/webhook").json()
    assert body["message"] == ["Webhooks retrieved succesfully!"]
    assert body["data"]["read"] == "https://app.example.com/jelou/status"
    assert body["data"].keys() == {"read", "reply", "failed", "delivered_user", "delivered_channel"}
