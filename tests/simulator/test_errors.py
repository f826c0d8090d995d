"""The documented refusals, compared with the reference."""

from typing import Any

import pytest
import requests

from tests.simulating import BOT, Simulator
from tests.simulator.conftest import EXAMPLES, NUMBER, Jelou


def without_texts(body: dict[str, Any]) -> dict[str, Any]:
    """The reference leaves out the sentences for people inside `error`."""
    sentences = ("developerMessages", "clientMessages", "description")
    return {**body, "error": {key: value for key, value in body["error"].items() if key not in sentences}}


def test_it_refuses_wrong_credentials(simulator: Simulator) -> None:
    response = requests.get(
        f"{simulator.url}/v1/bots/{BOT}/templates", auth=("test-client", "no"), timeout=10
    )
    assert response.status_code == 401
    assert response.json() == EXAMPLES["error_401"]["response"]


@pytest.mark.parametrize(
    "header", ["", "Bearer abc", "Basic", "Basic ???", "basic dGVzdC1jbGllbnQ6dGVzdC1zZWNyZXQ="]
)
def test_it_takes_basic_authorization_only(simulator: Simulator, header: str) -> None:
    response = requests.get(
        f"{simulator.url}/v1/bots/{BOT}/templates", headers={"Authorization": header}, timeout=10
    )
    assert response.status_code == 401


def test_it_does_not_know_every_bot(jelou: Jelou) -> None:
    response = jelou.get("/v1/bots/nobody/templates")
    assert response.status_code == 404
    expected = EXAMPLES["error_404_bot"]["response"]
    assert without_texts(response.json()) == without_texts(expected)
    assert response.json()["error"]["description"] == expected["error"]["description"]
    assert response.json()["error"]["clientMessages"].keys() == expected["error"]["clientMessages"].keys()


def test_it_keeps_companies_apart(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_company("other", "other-client", "other-secret")
    simulator.add_bot("other-bot", company="other")
    response = jelou.get("/v1/bots/other-bot/templates")
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "forbidden_bot"


def test_it_names_the_field_that_is_wrong(jelou: Jelou) -> None:
    response = jelou.get(f"/v1/bots/{BOT}/templates", status="approved")
    body, expected = response.json(), EXAMPLES["error_422_validator"]["response"]
    assert response.status_code == 422
    assert body["message"] == expected["message"]
    assert (body["error"]["code"], body["error"]["key"]) == ("E0422", "VALIDATOR_ERROR")
    assert body["validationError"]["status"][0].keys() == {"en", "es", "pt"}
    assert body.keys() == expected.keys()


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "DISABLED", "DELETED", None])
def test_it_refuses_a_template_that_is_not_approved(
    simulator: Simulator, jelou: Jelou, status: str | None
) -> None:
    simulator.add_bot("BOT_ID", name="Bot Demo")
    if status:
        simulator.add_template("BOT_ID", elementName="no_existe", template="{{1}} y {{2}}", status=status)
    example = EXAMPLES["hsm_error_template_missing"]
    response = jelou.post("/v2/whatsapp/BOT_ID/hsm", example["payload"])
    assert response.status_code == example["status"]
    assert response.json() == example["response"]


def test_it_refuses_a_session_message_outside_the_window(jelou: Jelou) -> None:
    response = jelou.say(type="text", text="Hola")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "message_could_not_be_send"
    assert response.json()["statusMessage"] == "failed"


def test_the_window_closes_after_a_day(simulator: Simulator, jelou: Jelou) -> None:
    simulator.inbound(NUMBER)
    simulator.advance(24 * 3600 - 60)
    assert jelou.say(type="text", text="Hola").status_code == 200
    simulator.advance(120)
    assert jelou.say(type="text", text="Hola").status_code == 400


def test_a_window_is_of_one_bot(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_bot("second")
    simulator.inbound(NUMBER, bot="second")
    assert jelou.say(type="text", text="Hola").status_code == 400


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'"text"'])
def test_it_refuses_what_is_not_a_json_object(jelou: Jelou, content: bytes) -> None:
    url = f"{jelou.url}/v2/whatsapp/{BOT}/hsm"
    response = jelou.session.post(url, content, headers={"Content-Type": "application/json"}, timeout=10)
    assert response.status_code == 422
    assert "body" in response.json()["validationError"]


def test_it_wants_the_content_type(jelou: Jelou) -> None:
    response = jelou.session.post(f"{jelou.url}/v2/whatsapp/{BOT}/hsm", b"{}", timeout=10)
    assert response.status_code == 422
    assert "Content-Type" in response.json()["validationError"]


def test_it_answers_other_addresses_in_json(jelou: Jelou) -> None:
    assert jelou.get("/v3/anything").json() == {"message": "Not Found"}
    assert jelou.get(f"/v2/whatsapp/{BOT}/hsm").status_code == 405


def test_it_refuses_more_calls_than_the_rate(simulator: Simulator, jelou: Jelou) -> None:
    simulator.add_bot(BOT, rate=2)
    simulator.add_template(elementName="bienvenida", template="Hola")
    statuses = [jelou.hsm().status_code for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    assert simulator.counters()["acceptedTotal"] == 2
