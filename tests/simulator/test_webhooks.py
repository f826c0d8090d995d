"""What comes back by itself."""

import hashlib
import hmac
import time

import pytest

from tests.simulating import BOT, TEMPLATES, Simulator, wait_for
from tests.simulator.conftest import EXAMPLES, NUMBER, Jelou, Listener

EVENTS = ["delivered_channel", "delivered_user", "failed", "read", "reply"]


@pytest.fixture(autouse=True)
def subscribed(jelou: Jelou, listener: Listener) -> None:
    jelou.post(f"/v1/bots/{BOT}/events/webhook", {"webhooks": [{"url": listener.url, "events": EVENTS}]})
    jelou.post(f"/v1/bots/{BOT}/webhook/", {"webhookUrl": listener.url})


def test_it_tells_every_step(jelou: Jelou, listener: Listener) -> None:
    [sent] = jelou.hsm(campaignId="c1").json()
    bodies = listener.bodies(3)
    assert [body["event"] for body in bodies] == ["delivered_channel", "delivered_user", "read"]
    assert {body["id"] for body in bodies} == {sent["id"]}
    assert bodies[0].keys() == {
        *("id", "botId", "destination", "event", "sentStatus", "elementName", "campaignId"),
        *("createdAt", "timestamp", "error"),
    }
    assert (bodies[2]["sentStatus"], bodies[2]["campaignId"]) == ("READ", "c1")


@pytest.mark.parametrize(("number", "code"), [("593990000404", "131026"), ("593990000429", "131049")])
def test_some_numbers_never_get_anything(
    simulator: Simulator, jelou: Jelou, listener: Listener, number: str, code: str
) -> None:
    jelou.hsm(destinations=[number])
    [body] = listener.bodies()
    assert (body["event"], body["sentStatus"]) == ("failed", "FAILED")
    assert code in body["error"]
    assert code in jelou.get(f"/v1/external/bots/{BOT}/notifications").json()["results"][0]["error"]
    assert simulator.messages()[0]["status"] == "FAILED"


def test_a_person_who_writes_is_told(simulator: Simulator, listener: Listener) -> None:
    simulator.inbound(NUMBER, "Hola", name="María")
    [body] = listener.bodies()
    assert body.keys() == EXAMPLES["inbound_text"]["payload"].keys()
    assert body["bubble"] == {"type": "text", "text": "Hola"}
    assert (body["names"], body["userId"], body["owner"]) == ("María", NUMBER, "user")


def test_an_answer_is_also_a_status(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    jelou.hsm()
    listener.bodies(3)
    simulator.inbound(NUMBER, "Gracias")
    reply, inbound = sorted(listener.bodies(5)[3:], key=lambda body: "owner" in body)
    assert (reply["event"], reply["message"], reply["sentStatus"]) == ("reply", "Gracias", "REPLY")
    assert inbound["bubble"]["text"] == "Gracias"


def test_who_answers_at_once_has_read_it(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.switch(delays={"delivered_channel": 60})
    jelou.hsm()
    simulator.inbound(NUMBER)
    events = [body.get("event") for body in listener.bodies(5)]
    assert events[:4] == ["delivered_channel", "delivered_user", "read", "reply"]


def test_it_signs_the_exact_bytes(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.add_bot("signing", signing_secret="s3cret")
    jelou.post("/v1/bots/signing/webhook/", {"webhookUrl": listener.url})
    simulator.inbound(NUMBER, "¡Sí!", bot="signing")
    listener.bodies()
    headers, content = listener.received[0]
    digest = hmac.new(b"s3cret", content, hashlib.sha256).hexdigest()
    assert headers["X-Jelou-Signature"] == f"sha256={digest}"


def test_without_a_secret_nothing_is_signed(simulator: Simulator, listener: Listener) -> None:
    simulator.inbound(NUMBER)
    listener.bodies()
    assert "X-Jelou-Signature" not in listener.received[0][0]


def test_it_tries_three_times_more(simulator: Simulator, listener: Listener) -> None:
    listener.answers = [500, 204, 302, 500, 500]
    simulator.inbound(NUMBER)
    rows = wait_for(lambda: len(simulator.deliveries()) == 4 and simulator.deliveries())
    assert [row["outcome"] for row in rows] == [500, 204, 302, 500]
    assert [row["attempt"] for row in rows] == [1, 2, 3, 4]
    assert len({content for _, content in listener.received}) == 1


def test_webhooks_may_come_twice(simulator: Simulator, listener: Listener) -> None:
    simulator.switch(duplicates=1)
    simulator.inbound(NUMBER)
    first, second = listener.bodies(2)
    assert first == second


def test_webhooks_may_never_come(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.switch(drop=1.0)
    jelou.hsm()
    wait_for(lambda: len(simulator.deliveries(outcome="dropped")) == 3)
    assert listener.received == []


def test_webhooks_may_come_in_the_wrong_order(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.switch(order="reversed")
    jelou.hsm()
    assert [body["event"] for body in listener.bodies(3)] == ["read", "delivered_user", "delivered_channel"]


def test_webhooks_may_come_late(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.switch(late=0.5)
    jelou.hsm()
    wait_for(lambda: simulator.messages()[0]["status"] == "READ")
    assert listener.received == []
    assert len(listener.bodies(3)) == 3


def test_it_is_read_when_somebody_looks(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.switch(read="opened")
    jelou.hsm()
    listener.bodies(2)
    simulator.look(NUMBER)
    assert listener.bodies(3)[2]["event"] == "read"


def test_session_messages_tell_nothing(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.inbound(NUMBER)
    jelou.say(type="text", text="Hola")
    wait_for(lambda: simulator.messages(kind="session")[0]["status"] == "READ")
    assert ["event" in body for body in listener.bodies()] == [False]


def test_unless_a_switch_says_so(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    simulator.switch(session_statuses=True)
    simulator.inbound(NUMBER)
    jelou.say(type="text", text="Hola")
    assert [body.get("event") for body in listener.bodies(4)][1:] == [*EVENTS[:2], "read"]


def test_what_was_under_way_ends_with_the_world(
    simulator: Simulator, jelou: Jelou, listener: Listener
) -> None:
    simulator.switch(late=0.3)
    jelou.hsm()
    wait_for(lambda: simulator.messages()[0]["status"] == "READ")
    simulator.begin()
    assert simulator.deliveries() == [] and simulator.messages() == []
    assert len(jelou.get(f"/v1/bots/{BOT}/templates").json()["results"]) == len(TEMPLATES)


def test_a_share_of_messages_may_fail(simulator: Simulator, jelou: Jelou) -> None:
    simulator.switch(failing=0.5)
    jelou.hsm(destinations=[f"59399000{number}" for number in range(1000, 1040)])
    wait_for(lambda: all(row["status"] in ("READ", "FAILED") for row in simulator.messages()))
    failed = [row for row in simulator.messages() if row["status"] == "FAILED"]
    assert 5 < len(failed) < 35


def test_after_a_reset_nothing_of_the_world_before_is_under_way(
    simulator: Simulator, jelou: Jelou, listener: Listener
) -> None:
    jelou.hsm(destinations=[f"59399000{number:04}" for number in range(40)])
    listener.bodies()
    simulator.reset()
    arrived = len(listener.bodies())
    time.sleep(0.3)
    assert len(listener.bodies()) == arrived


def test_it_says_which_statuses_were_heard_and_what_is_still_to_come(
    simulator: Simulator, jelou: Jelou, listener: Listener
) -> None:
    simulator.switch(late=0.2, duplicates=1)
    jelou.hsm()
    assert simulator.ask("pending")["count"] > 0
    wait_for(lambda: simulator.ask("pending")["count"] == 0)
    assert len(listener.received) == 6
    assert simulator.messages()[0]["heard"] == ["DELIVERED_CHANNEL", "DELIVERED_USER", "READ"]


def test_what_nobody_took_was_not_heard(simulator: Simulator, jelou: Jelou, listener: Listener) -> None:
    listener.answers = [500] * 12
    jelou.hsm()
    wait_for(lambda: simulator.ask("pending")["count"] == 0)
    assert simulator.messages()[0]["heard"] == []
