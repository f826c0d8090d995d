"""Every request of the reference is accepted, and answered in the documented shape."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulating import CHANNEL, PROJECT, VERSION, WORKSPACE, Simulator, wait_for
from tests.simulator.bird.conftest import EXAMPLES, NUMBER, Bird

IMAGE = {"type": "image", "url": "{{imageURL}}"}
OPEN = {"type": "link", "text": "Open", "url": "https://shop.example.com/"}
TRACK = {"type": "link", "text": "Open", "url": "https://shop.example.com/{{url}}"}

# The templates that the examples speak of, where it is another than the usual one.
CONTENT: dict[str, Any] = {
    "template.image_with_button_and_variables": {"header": IMAGE, "body": "New!", "buttons": [OPEN]},
    "template.image_with_variable_in_button": {
        "header": {"type": "image", "url": "https://cdn.example.com/wa/photo-1.jpg"},
        "body": "Hello {{name}}.",
        "buttons": [TRACK],
    },
}
SENT = [
    kind
    for kind, row in EXAMPLES.items()
    if row["endpoint"].endswith("/channels/{channelId}/messages") and row["response_status"] == 202
]


def prepared(simulator: Simulator, kind: str) -> dict[str, Any]:
    """The payload, with the ids of things that are there and a moment that is still to come."""
    payload = {**EXAMPLES[kind]["payload"]}
    if kind in CONTENT:
        simulator.add_bird_template(
            id=VERSION, projectId=PROJECT, name="greeting", content={"en": CONTENT[kind]}
        )
    inbound = simulator.inbound(NUMBER, bot=CHANNEL)
    if "replyTo" in payload:
        payload["replyTo"] = {**payload["replyTo"], "id": inbound["id"]}
    if "scheduledFor" in payload:
        payload["scheduledFor"] = (datetime.now(UTC) + timedelta(days=1)).isoformat(timespec="seconds")
    if kind == "options.receiver_by_contact_id":
        contact = simulator.tell("bird/contacts", workspace=WORKSPACE, number=NUMBER)
        payload["receiver"] = {"contacts": [contact]}
    return payload


@pytest.mark.parametrize("kind", SENT)
def test_it_accepts_every_message_of_the_reference(bird_simulator: Simulator, bird: Bird, kind: str) -> None:
    payload = prepared(bird_simulator, kind)
    response = bird.post(payload)
    assert response.status_code == 202, response.text

    answer, expected = response.json(), EXAMPLES[kind]["response"]
    assert answer.keys() >= expected.keys() and answer.keys() - expected.keys() <= {"body", "meta"}
    assert (answer["status"], answer["direction"]) == (expected["status"], "outgoing")
    [contact] = answer["receiver"]["contacts"]
    assert (contact["identifierValue"], contact["type"]) == (f"+{NUMBER}", "to")
    assert answer.get("template") == payload.get("template")
    assert "template" in payload or answer["body"] == payload["body"]
    assert bird_simulator.accepted(CHANNEL) == {NUMBER: 1}


@pytest.mark.parametrize("kind", SENT)
def test_every_message_can_be_looked_at(bird_simulator: Simulator, bird: Bird, kind: str) -> None:
    bird.post(prepared(bird_simulator, kind))
    page = bird.session.get(f"{bird_simulator.url}/phones/{CHANNEL}/{NUMBER}/", timeout=10)
    assert page.status_code == 200
    assert page.text.count("<article") == (1 if kind == "options.scheduled" else 2)


@pytest.mark.parametrize("kind", [kind for kind in SENT if not kind.startswith("options.scheduled")])
def test_every_message_arrives(bird_simulator: Simulator, bird: Bird, kind: str) -> None:
    sent = bird.post(prepared(bird_simulator, kind)).json()
    wait_for(lambda: bird_simulator.messages(id=sent["id"])[0]["status"] == "READ")
    read = bird.get(f"/messages/{sent['id']}").json()
    assert read["status"] == "delivered"
    assert read["parts"][0]["platformReference"].startswith("wamid.")
    assert read.keys() - {"body", "meta"} >= EXAMPLES["read.message"]["response"].keys() - {"body"}


def test_a_template_answers_what_it_says_too(bird: Bird) -> None:
    answer = bird.hsm().json()
    assert answer["body"] == {"type": "text", "text": {"text": "Hello Ana, your order is ready."}}


def test_a_template_puts_its_values_everywhere(bird_simulator: Simulator, bird: Bird) -> None:
    answer = bird.post(prepared(bird_simulator, "template.image_with_variable_in_button")).json()
    [action] = answer["body"]["image"]["actions"]
    assert action["link"]["url"] == "https://shop.example.com/?ref=abc123"
    assert answer["body"]["image"]["text"] == "Hello Ana."


def test_tags_come_back_in_lower_case(bird: Bird) -> None:
    assert bird.hsm().json().get("tags") is None
    answer = bird.say(tags=["Promo 2025", "vip_list"]).json()
    assert answer["tags"] == ["promo 2025", "vip_list"]
