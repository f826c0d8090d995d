"""What `make run` begins with."""

import pytest

from tests.simulating import Simulator
from tests.simulator.conftest import Jelou

BOTS = ("demo-soporte", "demo-ventas", "demo-clinica")


@pytest.fixture
def demo(simulator: Simulator) -> Jelou:
    simulator.reset("demo")
    client = Jelou(simulator.url)
    client.session.auth = ("demo-client", "demo-secret")
    return client


def templates(demo: Jelou, **query: str) -> list[dict]:
    return [row for bot in BOTS for row in demo.get(f"/v1/bots/{bot}/templates", **query).json()["results"]]


def test_there_are_templates_of_every_kind(demo: Jelou) -> None:
    rows = templates(demo, status="APPROVED")
    assert len(rows) >= 12
    assert {row["language"] for row in rows} == {"ES", "EN", "pt_BR"}
    assert {row["type"] for row in rows} == {"HSM", "IMAGE", "VIDEO", "DOCUMENT", "CATALOG", "CAROUSEL"}
    assert {row["category"] for row in rows} == {"UTILITY", "MARKETING", "AUTHENTICATION"}
    assert {row["interactiveAction"] for row in rows} == {"NONE", "CALL_TO_ACTION", "QUICK_REPLY", "OTP"}


def test_some_templates_may_not_be_sent(demo: Jelou) -> None:
    assert {row["status"] for row in templates(demo)} == {"APPROVED", "PENDING", "REJECTED", "DISABLED"}


def test_every_variable_has_a_label_and_an_example(demo: Jelou) -> None:
    for row in templates(demo):
        assert row["paramsNumber"] == len(row["params"])
        assert all(param["label"] and param["example"] for param in row["params"])


def test_every_approved_template_can_be_sent_with_its_examples(demo: Jelou) -> None:
    for row in templates(demo, status="APPROVED"):
        response = demo.post(f"/v2/whatsapp/{row['botId']}/hsm", example_call(row))
        assert response.status_code == 200, response.text


def test_its_files_are_there(demo: Jelou) -> None:
    for url in {row["mediaUrl"] for row in templates(demo) if row["mediaUrl"]}:
        assert url.startswith(demo.url)
        assert demo.session.get(url, timeout=10).status_code == 200


def example_call(row: dict) -> dict:
    body = {
        "elementName": row["elementName"],
        "destinations": ["593990000001"],
        "language": row["language"],
        "type": {"HSM": "text"}.get(row["type"], row["type"].lower()),
        "parameters": [param["example"] for param in row["params"]],
    }
    if row["mediaUrl"]:
        body["mediaUrl"] = row["mediaUrl"]
    if "{{" in (row["header"] or ""):
        body["headerParameters"] = [param["example"] for param in row["headerParams"]]
    body["buttonParameters"] = [
        parameter(button["type"], index)
        for index, button in enumerate(row["buttons"] or [])
        if button.get("example")
    ]
    if row["type"] == "CAROUSEL":
        body["cards"] = [example_card(card) for card in row.get("cards") or [{"template": ""}] * 2]
    if row.get("limitedTimeOffer"):
        body["ltoParams"] = {"expirationTime": 4_000_000_000_000}
    return body


def parameter(kind: str, index: int) -> dict:
    payload = {"code": "A1"} if kind == "COPY_CODE" else {"text": "a1"}
    return {"type": kind, "payload": payload, "param": index}


def example_card(card: dict) -> dict:
    links = [parameter("URL", 0) for button in card.get("buttons", []) if "{{" in button.get("url", "")]
    params = ["1"] * card["template"].count("{{")
    return {"mediaUrl": "https://cdn.example.com/1.png", "params": params, "buttonParameters": links}
