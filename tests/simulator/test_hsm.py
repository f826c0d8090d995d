"""Template calls that the real one would refuse."""

from typing import Any

import pytest

from tests.simulating import BOT, Simulator
from tests.simulator.conftest import NUMBER, Jelou

LINK = {"type": "URL", "text": "Seguir", "url": "https://tienda.example.com/{{1}}"}
REPLY = {"type": "QUICK_REPLY", "text": "Sí"}
URL_VALUE = {"type": "URL", "payload": {"text": "ORD-1"}, "param": 0}


def fields(response: Any) -> set[str]:
    assert response.status_code == 422, response.text
    return set(response.json()["validationError"])


def reason(response: Any) -> str:
    assert response.status_code == 400, response.text
    assert response.json()["error"]["code"] == "notification_could_not_be_send"
    return response.json()["message"][0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"elementName": None}, "elementName"),
        ({"parameters": None}, "parameters"),
        ({"parameters": "María"}, "parameters"),
        ({"parameters": [1]}, "parameters.0"),
        ({"parameters": [""]}, "parameters.0"),
        ({"parameters": ["a\nb"]}, "parameters.0"),
        ({"parameters": ["a\tb"]}, "parameters.0"),
        ({"parameters": ["a     b"]}, "parameters.0"),
        ({"destinations": []}, "destinations"),
        ({"destinations": NUMBER}, "destinations"),
        ({"destinations": ["+593990000321"]}, "destinations.0"),
        ({"destinations": ["0990000321"]}, "destinations.0"),
        ({"destinations": ["593 99 000 0321"]}, "destinations.0"),
        ({"destinations": ["123456"]}, "destinations.0"),
        ({"destinations": ["1234567890123456"]}, "destinations.0"),
        ({"destinations": [593990000321]}, "destinations.0"),
        ({"type": "TEXT"}, "type"),
        ({"language": 1}, "language"),
        ({"language": "fr"}, "language"),
        ({"fileName": "a.pdf"}, "fileName"),
        ({"headerParameters": ["a", "b"]}, "headerParameters"),
        ({"buttonPayloads": [{"flowId": "1", "action": "Sí"}]}, "buttonPayloads.0.flowId"),
        ({"buttonParameters": [{"type": "URL", "payload": {"text": "a"}}]}, "buttonParameters.0.param"),
        ({"buttonParameters": [{**URL_VALUE, "type": "LINK"}]}, "buttonParameters.0.type"),
        ({"buttonParameters": [{**URL_VALUE, "payload": "a"}]}, "buttonParameters.0.payload"),
        ({"expirationTime": 1767225600000}, "expirationTime"),
        ({"actions": {"actions": {}}}, "actions.actions"),
        ({"idempotencyKey": "a"}, "idempotencyKey"),
    ],
)
def test_it_names_the_field_that_is_wrong(jelou: Jelou, changes: dict[str, Any], field: str) -> None:
    assert field in fields(jelou.hsm(**changes))


@pytest.mark.parametrize("parameters", [[], ["María"], ["María", "ORD-1", "más"]])
def test_it_counts_the_parameters(jelou: Jelou, parameters: list[str]) -> None:
    assert "parameters" in reason(jelou.hsm(elementName="aviso_pedido", parameters=parameters))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"type": "image"},
        {"type": "text", "mediaUrl": "https://cdn.example.com/a.png"},
        {"type": "image", "mediaUrl": "http://cdn.example.com/a.png"},
        {"type": "image", "mediaUrl": "https://cdn.example.com/a.gif"},
        {"type": "image", "mediaUrl": "https://user:pass@cdn.example.com/a.png"},
        {"type": "image", "mediaUrl": "https://cdn.example.com/a.png", "filename": "a.png"},
    ],
)
def test_an_image_template_needs_its_image(jelou: Jelou, changes: dict[str, Any]) -> None:
    assert reason(jelou.hsm(elementName="promo_imagen", parameters=["María"], **changes))


def test_a_text_template_takes_no_image(jelou: Jelou) -> None:
    assert "no mediaUrl" in reason(jelou.hsm(mediaUrl="https://cdn.example.com/a.png"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8001/media/promo.png", "http://localhost:8001/media/promo.png"]
)
def test_media_of_this_machine_need_no_https(jelou: Jelou, url: str) -> None:
    response = jelou.hsm(elementName="promo_imagen", parameters=["María"], type="image", mediaUrl=url)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("header", "given"), [("Cita en {{1}} hoy", None), ("Cita", ["Norte"]), (None, ["Norte"])]
)
def test_a_header_parameter_is_there_exactly_when_wanted(
    simulator: Simulator, jelou: Jelou, header: str | None, given: list[str] | None
) -> None:
    simulator.add_template(elementName="cita", template="Hola", header=header)
    assert "header" in reason(jelou.hsm(elementName="cita", headerParameters=given))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"buttonParameters": [URL_VALUE, URL_VALUE]},
        {"buttonParameters": [URL_VALUE], "dynamicUrlParameter": ["ORD-1"]},
        {"buttonParameters": [{**URL_VALUE, "payload": {"text": " "}}]},
        {"buttonParameters": [{**URL_VALUE, "type": "QUICK_REPLY"}]},
    ],
)
def test_a_dynamic_link_needs_its_end(simulator: Simulator, jelou: Jelou, changes: dict[str, Any]) -> None:
    simulator.add_template(elementName="envio", template="Hola", buttons=[LINK])
    assert reason(jelou.hsm(elementName="envio", **changes))


def test_a_template_without_links_takes_no_end_of_one(jelou: Jelou) -> None:
    assert reason(jelou.hsm(buttonParameters=[URL_VALUE]))


def test_a_payload_belongs_to_a_button_of_the_template(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_template(elementName="encuesta", template="Hola", buttons=[REPLY])
    assert "quick reply" in reason(
        jelou.hsm(elementName="encuesta", buttonPayloads=[{"flowId": 1, "action": "No"}])
    )
    assert jelou.hsm(elementName="encuesta", buttonPayloads=[{"flowId": 1, "action": "Sí"}]).ok


def test_a_code_has_at_most_15_characters(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_template(elementName="codigo", template="{{1}} es tu código.", category="AUTHENTICATION")
    assert jelou.hsm(elementName="codigo", parameters=["1" * 15]).ok
    assert "15" in reason(jelou.hsm(elementName="codigo", parameters=["1" * 16]))


def test_other_parameters_may_be_longer(jelou: Jelou) -> None:
    assert jelou.hsm(elementName="aviso_pedido", parameters=["María de los Ángeles", "ORD-1"]).ok


def test_the_filled_body_has_at_most_1024_characters(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_template(elementName="largo", template="Hola {{1}}")
    assert jelou.hsm(elementName="largo", parameters=["x" * 1019]).ok
    assert "1024" in reason(jelou.hsm(elementName="largo", parameters=["x" * 1020]))


@pytest.mark.parametrize(
    ("listed", "sent", "status"),
    [
        ("ES", "es", 200),
        ("ES", "ES", 200),
        ("ES", None, 200),
        ("pt_BR", "pt_BR", 200),
        ("pt_BR", "PT_br", 200),
        ("pt_BR", "pt", 200),
        ("pt_BR", None, 200),
        ("ES", "es_EC", 400),
        ("ES", "en", 400),
        ("pt_BR", "pt_PT", 400),
    ],
)
def test_it_finds_the_language(
    simulator: Simulator, jelou: Jelou, listed: str, sent: str | None, status: int
) -> None:
    simulator.add_template(elementName="idioma", template="Hola", language=listed)
    assert jelou.hsm(elementName="idioma", language=sent).status_code == status


def test_it_gives_one_id_to_each_destination(simulator: Simulator, jelou: Jelou) -> None:
    rows = jelou.hsm(destinations=["593990000001", "593990000002"]).json()
    assert [row["destination"] for row in rows] == ["593990000001", "593990000002"]
    assert [row["id"] for row in rows] == [row["id"] for row in simulator.messages()]
    assert simulator.accepted() == {"593990000001": 1, "593990000002": 1}


def test_it_limits_how_many_destinations_travel_together(simulator: Simulator, jelou: Jelou) -> None:
    simulator.switch(max_destinations=1)
    assert "destinations" in fields(jelou.hsm(destinations=["593990000001", "593990000002"]))


def test_nothing_refused_is_counted(simulator: Simulator, jelou: Jelou) -> None:
    jelou.hsm(elementName="nadie")
    jelou.hsm(parameters=["de más"])
    assert simulator.counters()["acceptedTotal"] == 0
    assert simulator.messages() == []


def test_a_template_may_be_paused_in_mid_run(simulator: Simulator, jelou: Jelou) -> None:
    assert jelou.hsm().status_code == 200
    simulator.set_template_status("bienvenida", "DISABLED")
    assert jelou.hsm().status_code == 400
    assert simulator.accepted(BOT) == {NUMBER: 1}
