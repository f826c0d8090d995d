"""What became of messages, the window of a contact, the channel and its templates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulating import CHANNEL, PROJECT, VERSION, WORKSPACE, Simulator, wait_for
from tests.simulator.bird.conftest import EXAMPLES, NUMBER, RECEIVER, Bird, details

UNKNOWN = "b1d1b1d1-0000-4000-8000-000000000000"


def settled(simulator: Simulator, status: str = "READ") -> None:
    """Not asked of Bird, which lets 50 reads a second through."""
    wait_for(lambda: all(row["status"] == status for row in simulator.messages() if row["kind"] != "inbound"))


def test_a_message_outside_the_window_fails_later(bird_simulator: Simulator, bird: Bird) -> None:
    sent = bird.say()
    assert (sent.status_code, sent.json()["status"]) == (202, "accepted")
    settled(bird_simulator, "FAILED")
    read, expected = bird.get(f"/messages/{sent.json()['id']}").json(), EXAMPLES["read.message_failed"]
    same = ("status", "reason", "details", "parts")
    assert [read[name] for name in same] == [expected["response"][name] for name in same]
    assert read["failure"]["source"] == {"name": "whatsapp", "code": "131047"}


@pytest.mark.parametrize(("number", "code"), [("15005550404", "131026"), ("15005550429", "131049")])
def test_some_numbers_never_get_anything(
    bird_simulator: Simulator, bird: Bird, number: str, code: str
) -> None:
    receiver = {"contacts": [{"identifierValue": f"+{number}"}]}
    template = EXAMPLES["template.text_with_variable"]["payload"]["template"]
    sent = bird.say(receiver=receiver, body=None, template=template).json()
    settled(bird_simulator, "FAILED")
    read = bird.get(f"/messages/{sent['id']}").json()
    assert (read["status"], read["failure"]["source"]["code"]) == ("delivery_failed", code)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "gif", "gif": {"mediaUrl": "https://cdn.example.com/a.gif"}},
        {"type": "section", "section": {"items": [{"type": "text", "text": {"text": "Hi"}}]}},
        {"type": "authentication", "authentication": {"otp": {"disclaimer": True}}},
    ],
)
def test_what_whatsapp_cannot_carry_fails_later(
    bird_simulator: Simulator, bird: Bird, body: dict[str, Any]
) -> None:
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    sent = bird.say(body=body)
    assert sent.status_code == 202
    settled(bird_simulator, "FAILED")
    failure = bird.get(f"/messages/{sent.json()['id']}").json()["failure"]
    assert failure["code"] == 12002 and failure["source"]["name"] == "pre-processing"
    assert "<article" in bird.session.get(f"{bird_simulator.url}/phones/{CHANNEL}/{NUMBER}/").text


def test_a_picture_without_an_address_fails_later(bird_simulator: Simulator, bird: Bird) -> None:
    header = {"type": "image", "url": "{{imageURL}}"}
    bird_simulator.add_bird_template(
        id=VERSION, projectId=PROJECT, name="greeting", content={"en": {"header": header, "body": "New!"}}
    )
    bird.hsm(parameters=[{"type": "string", "key": "imageURL", "value": "javascript:alert(1)"}])
    settled(bird_simulator, "FAILED")
    assert "131053" in bird_simulator.messages()[0]["error"]
    page = bird.session.get(f"{bird_simulator.url}/phones/{CHANNEL}/{NUMBER}/", timeout=10)
    assert "javascript:" not in page.text


def test_a_scheduled_message_waits(bird_simulator: Simulator, bird: Bird) -> None:
    due = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    sent = bird.hsm().json()["id"], bird.say(scheduledFor=due).json()["id"]
    assert bird.get(f"/messages/{sent[1]}").json()["status"] == "scheduled"
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    bird_simulator.advance(7300)
    wait_for(lambda: bird_simulator.messages(id=sent[1])[0]["status"] in ("READ", "FAILED"))


def test_a_window_counts_when_the_message_leaves(bird_simulator: Simulator, bird: Bird) -> None:
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    due = (datetime.now(UTC) + timedelta(hours=30)).isoformat()
    bird.say(scheduledFor=due)
    bird_simulator.advance(31 * 3600)
    settled(bird_simulator, "FAILED")


def test_a_moment_soon_is_now(bird: Bird) -> None:
    soon = (datetime.now(UTC) + timedelta(minutes=9)).isoformat()
    assert bird.hsm().json()["status"] == bird.say(scheduledFor=soon).json()["status"] == "accepted"


@pytest.mark.parametrize("path", ["", "/interactions"])
def test_it_does_not_know_every_message(bird: Bird, path: str) -> None:
    assert bird.get(f"/messages/{UNKNOWN}{path}").status_code == 404


def test_it_lists_page_by_page(bird: Bird) -> None:
    ids = [bird.hsm().json()["id"] for _ in range(5)]
    first = bird.get("/messages", limit=3).json()
    assert [row["id"] for row in first["results"]] == ids[:1:-1]
    second = bird.get("/messages", limit=3, pageToken=first["nextPageToken"]).json()
    assert [row["id"] for row in second["results"]] == ids[1::-1]
    assert "nextPageToken" not in second and second["startAt"] is None
    ignored = bird.get("/messages", limit=3, nextPageToken=first["nextPageToken"]).json()
    assert [row["id"] for row in ignored["results"]] == ids[:1:-1]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"direction": "incoming"}, 1),
        ({"direction": "outgoing", "messageType": "template"}, 1),
        ({"messageType": ["text", "image"]}, 3),
        ({"tag": "vip"}, 1),
        ({"status": "delivered"}, 3),
        ({"status": ["rejected", "sending_failed"]}, 0),
        ({"to": f"+{NUMBER}"}, 2),
        ({"from": f"+{NUMBER}"}, 1),
        ({"startAt": "2100-01-01T00:00:00Z"}, 0),
        ({"id": [UNKNOWN]}, 0),
        ({"phonenumber": "1"}, 3),
    ],
)
def test_it_filters(bird_simulator: Simulator, bird: Bird, query: dict[str, Any], count: int) -> None:
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    bird.say(tags=["VIP"])
    bird.hsm()
    settled(bird_simulator)
    assert len(bird.get("/messages", **query).json()["results"]) == count
    assert len(bird.ask("/channels/messages", **query).json()["results"]) == count


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 1001},
        {"limit": "x"},
        {"status": "read"},
        {"startAt": "today"},
        {"id": "1"},
        {"pageToken": "x"},
    ],
)
def test_it_refuses_a_wrong_query(bird: Bird, query: dict[str, Any]) -> None:
    assert details(bird.get("/messages", **query)).keys() == {f".{name}" for name in query}


def test_a_contact_has_a_window(bird_simulator: Simulator, bird: Bird) -> None:
    [contact] = bird.hsm().json()["receiver"]["contacts"]
    path = f"/contacts/{contact['id']}"
    assert bird.get(path).json() == EXAMPLES["read.contact_channel_details.closed"]["response"]
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    opened = bird.get(path, contactIdentifierValue=f"+{NUMBER}").json()
    assert opened.keys() == EXAMPLES["read.contact_channel_details.open"]["response"].keys()
    expires = datetime.fromisoformat(opened["serviceWindowExpireAt"])
    assert expires > datetime.now(UTC) + timedelta(hours=23)
    assert bird.get(f"/contacts/{UNKNOWN}").status_code == 404


def test_a_window_of_one_channel_is_not_of_another(bird_simulator: Simulator, bird: Bird) -> None:
    bird_simulator.tell("bird/channels", id=UNKNOWN, workspace=WORKSPACE, name="Second")
    bird_simulator.inbound(NUMBER, bot=UNKNOWN)
    bird.say()
    settled(bird_simulator, "FAILED")


def test_it_tells_of_its_channels(bird: Bird) -> None:
    one = bird.get().json()
    assert (one["id"], one["platformId"], one["status"]) == (CHANNEL, "whatsapp", "active")
    assert bird.ask("/channels").json()["results"] == [one]


def test_it_lists_projects(bird_simulator: Simulator, bird: Bird) -> None:
    listed, expected = (
        bird.ask("/projects", limit=100).json(),
        EXAMPLES["templates.list_projects"]["response"],
    )
    [row], [example] = listed["results"], expected["results"]
    assert (row.keys(), listed["nextPageToken"]) == (example.keys(), None)
    assert (row["activeCount"], row["activeResourceId"]) == (1, VERSION)
    bird_simulator.set_bird_template_status("inactive")
    assert bird.ask(f"/projects/{PROJECT}").json()["activeResourceId"] is None
    assert details(bird.ask("/projects", limit=101)) == {".limit": ["number must be at most 100"]}


def test_it_lists_channel_templates(bird: Bird) -> None:
    path = f"/projects/{PROJECT}/channel-templates"
    [row], [example] = (
        bird.ask(path, limit=100).json()["results"],
        EXAMPLES["templates.list_channel_templates"]["response"]["results"],
    )
    assert row.keys() == example.keys()
    content, shown = row["platformContent"][0], example["platformContent"][0]
    assert content["blocks"] == [
        {**shown["blocks"][0], "text": {"text": "Hello {{name}}, your order is ready."}}
    ]
    assert content["approvals"][0].keys() == shown["approvals"][0].keys()
    assert bird.ask(f"{path}/{VERSION}").json() == row
    assert bird.ask(f"{path}/{UNKNOWN}").status_code == 404
    assert bird.ask(f"/projects/{UNKNOWN}/channel-templates").status_code == 404


def test_latest_is_the_newest_active_version(bird_simulator: Simulator, bird: Bird) -> None:
    newer = bird_simulator.add_bird_template(
        id=UNKNOWN, projectId=PROJECT, name="greeting", content={"en": {"body": "Hi {{name}}!"}}
    )
    assert bird.hsm().json()["body"]["text"]["text"] == "Hi Ana!"
    bird_simulator.set_bird_template_status("inactive", newer["id"])
    assert bird.hsm().json()["body"]["text"]["text"].startswith("Hello Ana")


def test_one_contact_of_an_answer_can_be_sent_to(bird: Bird) -> None:
    [contact] = bird.say(receiver=RECEIVER).json()["receiver"]["contacts"]
    again = bird.say(receiver={"contacts": [{"id": contact["id"]}]})
    assert again.json()["receiver"]["contacts"] == [contact]
