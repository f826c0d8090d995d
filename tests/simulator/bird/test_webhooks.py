"""What comes back by itself, and its signature."""

import time
from typing import Any

import pytest
import requests

from messaging.simulator.bird.events import signature
from tests.simulating import CHANNEL, WORKSPACE, Simulator, wait_for
from tests.simulator.bird.conftest import EXAMPLES, NUMBER, Bird, details
from tests.simulator.conftest import Listener

EVENTS = ("whatsapp.outbound", "whatsapp.inbound", "whatsapp.interaction")
KEY = "example-signing-key"
SIGNED = [kind for kind, row in EXAMPLES.items() if "signature_vector" in row]


@pytest.fixture
def subscribed(bird: Bird, listener: Listener) -> Listener:
    for response in bird.subscribe(listener.url, *EVENTS):
        assert response.status_code == 201, response.text
    return listener


@pytest.mark.parametrize("kind", SIGNED)
def test_it_signs_as_the_reference_does(kind: str) -> None:
    vector = EXAMPLES[kind]["signature_vector"]
    timestamp = vector["headers"]["messagebird-request-timestamp"]
    signed = signature(vector["url"], vector["signingKey"], timestamp, vector["raw_body"].encode())
    assert signed == vector["headers"]


def test_it_signs_what_it_sends(bird_simulator: Simulator, subscribed: Listener) -> None:
    bird_simulator.inbound(NUMBER, "¿Sí?", bot=CHANNEL)
    subscribed.bodies()
    headers, content = subscribed.received[0]
    timestamp = headers["messagebird-request-timestamp"]
    assert abs(int(timestamp) - time.time()) < 60
    assert signature(subscribed.url, KEY, timestamp, content).items() <= headers.items()


def test_it_tells_every_step(bird: Bird, subscribed: Listener) -> None:
    sent = bird.hsm().json()
    bodies = subscribed.bodies(5)
    assert [body["event"] for body in bodies] == ["whatsapp.outbound"] * 4 + ["whatsapp.interaction"]
    statuses = [body["payload"]["status"] for body in bodies[:4]]
    assert statuses == ["accepted", "processing", "sent", "delivered"]
    assert {body["payload"]["id"] for body in bodies[:4]} == {sent["id"]}
    assert bodies[4]["payload"]["messageId"] == sent["id"]
    expected = EXAMPLES["webhook.outbound_accepted"]["payload"]
    assert bodies[0].keys() == expected.keys()
    assert bodies[0]["payload"].keys() == expected["payload"].keys()
    assert bodies[4]["payload"].keys() == EXAMPLES["webhook.interaction_read"]["payload"]["payload"].keys()


def test_it_tells_of_a_failure(bird: Bird, subscribed: Listener) -> None:
    bird.say(reference="order-1001")
    payload = subscribed.bodies(2)[1]["payload"]
    expected = EXAMPLES["webhook.outbound_delivery_failed"]["payload"]["payload"]
    assert payload.keys() == expected.keys()
    assert (payload["status"], payload["reference"]) == ("delivery_failed", "order-1001")
    assert payload["reason"] == expected["reason"]


def test_it_tells_what_a_person_writes(bird_simulator: Simulator, subscribed: Listener) -> None:
    bird_simulator.inbound(NUMBER, "Where is my order?", bot=CHANNEL)
    [body] = subscribed.bodies()
    expected = EXAMPLES["webhook.inbound_text"]["payload"]
    assert body.keys() == expected.keys() and body["payload"].keys() == expected["payload"].keys()
    assert body["payload"]["body"] == expected["payload"]["body"]
    assert body["payload"]["sender"]["contact"]["identifierValue"] == f"+{NUMBER}"


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if kind.startswith("webhook.inbound_")])
def test_it_tells_what_a_person_sends(bird_simulator: Simulator, subscribed: Listener, kind: str) -> None:
    expected = EXAMPLES[kind]["payload"]["payload"]
    bird_simulator.tell("bird/inbound", bot=CHANNEL, number=NUMBER, body=expected["body"])
    payload = subscribed.bodies()[0]["payload"]
    assert (payload.keys(), payload["body"]) == (expected.keys(), expected["body"])
    page = requests.get(f"{bird_simulator.url}/phones/{CHANNEL}/{NUMBER}/", timeout=10)
    assert page.text.count("<article") == 1


def test_a_pressed_button_is_a_click_and_a_text(
    bird_simulator: Simulator, bird: Bird, subscribed: Listener
) -> None:
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    sent = bird.say(body=EXAMPLES["text.postback_actions"]["payload"]["body"]).json()
    form = {"text": "Morning", "message": sent["id"]}
    bird.session.post(f"{bird_simulator.url}/phones/{CHANNEL}/{NUMBER}/", form, timeout=10)
    bodies = subscribed.bodies(8)
    [click] = [body["payload"] for body in bodies if body["payload"].get("type") == "clicked"]
    assert (click["messageId"], click["details"]) == (sent["id"], "item_0_clicked")
    assert click["metadata"] == {"button": {"payload": "slot-am"}}
    assert bodies[-1]["payload"]["body"] == {"type": "text", "text": {"text": "Morning"}}
    listed = bird.get(f"/messages/{sent['id']}/interactions").json()["results"]
    assert [row["type"] for row in listed] == ["read", "clicked"] and listed[1] == click
    assert click.keys() == EXAMPLES["read.interactions"]["response"]["results"][1].keys()


def test_retries_keep_the_old_timestamp(bird_simulator: Simulator, subscribed: Listener) -> None:
    bird_simulator.switch(retry_delays=[0.05, 1.1])
    subscribed.answers = [500, 500, 204]
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    wait_for(lambda: len(bird_simulator.deliveries()) == 3)
    sent = {(headers["messagebird-request-timestamp"], content) for headers, content in subscribed.received}
    assert len(sent) == 1
    assert [row["outcome"] for row in bird_simulator.deliveries()] == [500, 500, 204]


@pytest.mark.parametrize(
    ("switches", "count"), [({"duplicates": 1}, 2), ({"late": 0.1}, 1), ({"order": "random"}, 1)]
)
def test_webhooks_may_misbehave(
    bird_simulator: Simulator, subscribed: Listener, switches: dict[str, Any], count: int
) -> None:
    bird_simulator.switch(**switches)
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    assert len(subscribed.bodies(count)) == count


def test_webhooks_may_come_in_the_wrong_order(
    bird_simulator: Simulator, bird: Bird, subscribed: Listener
) -> None:
    bird_simulator.switch(order="reversed")
    bird.hsm()
    told = [body["payload"].get("status", "read") for body in subscribed.bodies(5)]
    assert told == ["accepted", "read", "delivered", "sent", "processing"]


def test_webhooks_may_never_come(bird_simulator: Simulator, bird: Bird, subscribed: Listener) -> None:
    bird_simulator.switch(drop=1.0)
    bird.hsm()
    wait_for(lambda: len(bird_simulator.deliveries(outcome="dropped")) == 5)
    assert subscribed.received == []


def test_a_message_may_name_an_address_of_its_own(
    bird_simulator: Simulator, bird: Bird, listener: Listener
) -> None:
    bird.say(notification={"url": listener.url})
    wait_for(lambda: bird_simulator.messages()[0]["status"] == "FAILED")
    bird.subscribe("https://app.example.com/hooks/bird", "channel.updated")
    bird.say(notification={"url": listener.url}, reference="second")
    bodies = listener.bodies(2)
    assert [body["payload"]["reference"] for body in bodies] == ["second", "second"]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ([{"key": "channelId", "value": CHANNEL}], 4),
        ([{"key": "channelId", "value": WORKSPACE}], 0),
        ([{"key": "messageStatus", "value": "delivered"}], 1),
        ([{"key": "platformId", "value": "whatsapp"}, {"key": "messageStatus", "value": "sent"}], 1),
        ([{"key": "platformId", "value": "sms-messagebird"}], 0),
        (None, 4),
    ],
)
def test_a_subscription_filters(
    bird_simulator: Simulator,
    bird: Bird,
    listener: Listener,
    filters: list[dict[str, str]] | None,
    count: int,
) -> None:
    bird.subscribe(listener.url, "whatsapp.outbound", eventFilters=filters)
    bird.hsm()
    wait_for(lambda: bird_simulator.messages()[0]["status"] == "READ")
    wait_for(lambda: len(bird_simulator.deliveries()) == count)
    assert len(listener.received) == count


def test_a_subscription_has_the_documented_shape(bird: Bird) -> None:
    example = EXAMPLES["webhook.create_subscription"]
    url = f"{bird.workspace}/webhook-subscriptions"
    created = bird.session.post(url, json=example["payload"], timeout=10)
    assert created.status_code == 201
    assert created.json().keys() == example["response"].keys()
    assert created.json().items() >= example["payload"].items()
    shown = bird.session.get(f"{url}/{created.json()['id']}", timeout=10).json()
    assert shown.keys() == created.json().keys() - {"signingKey"}
    assert bird.ask("/webhook-subscriptions").json()["results"] == [shown]


def test_a_subscription_is_changed_and_forgotten(
    bird_simulator: Simulator, bird: Bird, listener: Listener
) -> None:
    [created] = bird.subscribe(listener.url, "whatsapp.outbound")
    url = f"{bird.workspace}/webhook-subscriptions/{created.json()['id']}"
    changed = bird.session.patch(url, json={"status": "inactive"}, timeout=10)
    assert changed.json()["status"] == "inactive"
    bird.say()
    assert bird_simulator.deliveries() == []
    assert bird.session.delete(url, timeout=10).status_code == 204
    assert bird.session.get(url, timeout=10).status_code == 404


def test_the_older_address_is_there_too(bird: Bird) -> None:
    url = bird.workspace.replace("/workspaces/", "/organizations/1/workspaces/")
    assert bird.session.get(f"{url}/webhook-subscriptions", timeout=10).json()["results"] == []


def test_five_subscriptions_may_be_alike(bird: Bird, listener: Listener) -> None:
    answers = [bird.subscribe(listener.url, "whatsapp.outbound")[0].status_code for _ in range(6)]
    assert answers == [201] * 5 + [409]


@pytest.mark.parametrize(
    "url", ["http://app.example.com/hook", "https://app.example.com:8443/hook", "https://10.0.0.1/", "hook"]
)
def test_a_subscription_wants_https(bird: Bird, url: str) -> None:
    [response] = bird.subscribe(url, "whatsapp.outbound")
    assert details(response).keys() == {".url"}


@pytest.mark.parametrize(("name", "path"), [("surprise", "."), ("event", ".event"), ("service", ".service")])
def test_a_subscription_is_closed(bird: Bird, name: str, path: str) -> None:
    payload = {**EXAMPLES["webhook.create_subscription"]["payload"], name: "x"}
    response = bird.session.post(f"{bird.workspace}/webhook-subscriptions", json=payload, timeout=10)
    assert details(response).keys() == {path}
