"""Session messages that the real one would refuse."""

from copy import deepcopy
from typing import Any

import pytest

from tests.simulating import BOT, Simulator
from tests.simulator.conftest import EXAMPLES, NUMBER, Jelou


def changed(kind: str, path: str, value: Any) -> dict[str, Any]:
    """An example of the reference with one field changed, e.g. at `options.0.title`."""
    body = deepcopy(EXAMPLES[kind]["payload"])
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = body
    for part in way:
        place = place[part]
    place[last] = value
    return body


def refusal(simulator: Simulator, jelou: Jelou, body: dict[str, Any]) -> Any:
    simulator.inbound(NUMBER)
    return jelou.post(f"/v1/bots/{BOT}/messages", body)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("text", "text", ""),
        ("text", "text", "x" * 4097),
        ("text", "text", 1),
        ("text", "userId", "+593990000321"),
        ("text", "type", "TEXT"),
        ("text", "type", "reaction"),
        ("text", "botId", "another"),
        ("text", "preview_url", True),
        ("text_with_options", "options", []),
        ("text_with_options", "options", [{"title": str(number)} for number in range(11)]),
        ("text_with_options", "options.0.title", "x" * 25),
        ("text_with_options", "options.0.description", "x" * 73),
        ("text_with_options", "options.0.payload", "SALDO"),
        ("text_with_options", "options.1.id", "saldo"),
        ("text_with_options", "buttonText.text", "x" * 21),
        ("text_with_options_nested", "buttons.options.0.id", "saldo"),
        ("text_with_options_nested", "buttons.options.0.title", "x" * 25),
        ("quick_reply", "title", "x" * 21),
        ("quick_reply", "quick_replies", []),
        ("quick_reply", "quick_replies", [{"title": str(number)} for number in range(4)]),
        ("quick_reply", "quick_replies.0.title", "x" * 21),
        ("quick_reply", "quick_replies.0.title", ""),
        ("quick_reply", "quick_replies.0.title", "Sí 👍"),
        ("quick_reply", "quick_replies.0.title", "*Sí*"),
        ("quick_reply", "quick_replies.0.title", "No"),
        ("quick_reply", "quick_replies.0.id", "si"),
        ("image", "text", "x" * 1025),
        ("image", "mediaUrl", None),
        ("audio", "text", "no caption here"),
        ("file", "fileName", "a.pdf"),
        ("sticker", "text", "no caption here"),
        ("location", "coordinates.lat", "-2.1"),
        ("location", "coordinates.lat", 91),
        ("location", "coordinates.lng", 1.5),
        ("contacts", "contacts", []),
        ("contacts", "contacts.0.phones.0.phone", "593990000678"),
        ("location_request", "text", ""),
        ("cta_url", "parameters.url", "javascript:alert(1)"),
        ("cta_url", "parameters.display_text", "x" * 21),
        ("cta_url", "title", "x" * 61),
        ("cta_url", "header", "the other kinds' word"),
        ("flow", "parameters.flow_id", 1234567890),
        ("flow", "parameters.flow_message_version", 3),
        ("voice_call", "title", "the other kinds' word"),
        ("carousel", "parameters.cards.0.body.text", "x" * 161),
        ("carousel", "parameters.cards.0.header.image.link", "http://cdn.example.com/a.png"),
        ("carousel", "parameters.cards.0.type", "product"),
        ("carousel", "type", "carousel"),
    ],
)
def test_it_refuses_what_is_not_documented(
    simulator: Simulator, jelou: Jelou, kind: str, path: str, value: Any
) -> None:
    response = refusal(simulator, jelou, changed(kind, path, value))
    assert response.status_code == 422, response.text
    assert simulator.counters()["acceptedTotal"] == 0


@pytest.mark.parametrize(
    ("kind", "url", "key"),
    [
        ("image", "http://cdn.example.com/menu.jpg", "INVALID_MEDIA_URL"),
        ("image", "cdn.example.com/menu.jpg", "INVALID_MEDIA_URL"),
        ("image", "https://cdn.example.com/menu.webp", "UNSUPPORTED_MEDIA_TYPE"),
        ("audio", "https://cdn.example.com/nota.wav", "UNSUPPORTED_MEDIA_TYPE"),
        ("video", "https://cdn.example.com/demo.mov", "UNSUPPORTED_MEDIA_TYPE"),
        ("sticker", "https://cdn.example.com/gracias.png", "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
def test_it_refuses_media_by_the_documented_code(
    simulator: Simulator, jelou: Jelou, kind: str, url: str, key: str
) -> None:
    response = refusal(simulator, jelou, changed(kind, "mediaUrl", url))
    assert response.status_code == 400
    assert response.json()["error"]["key"] == key


@pytest.mark.parametrize("indexes", [(0, 0), (1, 2), (1, 0)])
def test_cards_are_counted_from_zero(simulator: Simulator, jelou: Jelou, indexes: tuple[int, int]) -> None:
    body = changed("carousel", "parameters.cards.0.card_index", indexes[0])
    body["parameters"]["cards"][1]["card_index"] = indexes[1]
    response = refusal(simulator, jelou, body)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "message_could_not_be_send"


def test_a_carousel_has_two_cards_at_least(simulator: Simulator, jelou: Jelou) -> None:
    body = changed("carousel", "text", "Ofertas")
    del body["parameters"]["cards"][1]
    assert refusal(simulator, jelou, body).status_code == 422


def test_the_legacy_address_has_nested_lists_only(simulator: Simulator, jelou: Jelou) -> None:
    simulator.inbound(NUMBER)
    body = {**EXAMPLES["text_with_options"]["payload"], "botId": BOT}
    assert jelou.post("/v1/whatsapp/messages", body).status_code == 422


def test_the_legacy_address_needs_the_bot_in_the_body(jelou: Jelou) -> None:
    response = jelou.post("/v1/whatsapp/messages", {"type": "text", "text": "Hola", "userId": NUMBER})
    assert "botId" in response.json()["validationError"]
