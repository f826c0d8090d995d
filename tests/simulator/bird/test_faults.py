"""Misbehaviour on command, for Bird."""

import pytest
import requests

from tests.simulating import CHANNEL, WORKSPACE, Simulator
from tests.simulator.bird.conftest import NUMBER, Bird


@pytest.mark.parametrize(("kind", "status"), [("401", 401), ("422", 422), ("429", 429), ("500", 500)])
def test_it_answers_an_error_and_takes_nothing(
    bird_simulator: Simulator, bird: Bird, kind: str, status: int
) -> None:
    bird_simulator.fault(kind, next=1)
    refused = bird.hsm()
    assert (refused.status_code, {"code", "message"} <= refused.json().keys()) == (status, True)
    assert bird_simulator.accepted(CHANNEL) == {}
    assert bird.hsm().status_code == 202


def test_too_many_requests_may_say_how_long_to_wait(bird_simulator: Simulator, bird: Bird) -> None:
    bird_simulator.fault("429", next=1, retry_after=2)
    assert bird.hsm().headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("kind", "taken"), [("reset_before", {}), ("reset_after", {NUMBER: 1}), ("timeout_before", {})]
)
def test_a_connection_may_be_reset(
    bird_simulator: Simulator, bird: Bird, kind: str, taken: dict[str, int]
) -> None:
    bird_simulator.fault(kind, next=1, seconds=0.05)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        bird.hsm()
    assert bird_simulator.accepted(CHANNEL) == taken


@pytest.mark.parametrize(("kind", "taken"), [("timeout_before", {}), ("timeout_after", {NUMBER: 1})])
def test_an_answer_may_take_too_long(
    bird_simulator: Simulator, bird: Bird, kind: str, taken: dict[str, int]
) -> None:
    bird_simulator.fault(kind, next=1, seconds=0.6)
    with pytest.raises(requests.ReadTimeout):
        bird.hsm(timeout=0.2)
    assert bird_simulator.accepted(CHANNEL) == taken


def test_a_fault_may_wait_for_somebody(bird_simulator: Simulator, bird: Bird) -> None:
    bird_simulator.fault("500", destination="15005550199")
    assert bird.hsm().status_code == 202
    receiver = {"contacts": [{"identifierValue": "+15005550199"}]}
    assert bird.say(receiver=receiver).status_code == 500


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [("notifications", "/messages"), ("contacts", "/contacts/1"), ("channels", "")],
)
def test_a_fault_belongs_to_an_endpoint(
    bird_simulator: Simulator, bird: Bird, endpoint: str, path: str
) -> None:
    bird_simulator.fault("500", endpoint=endpoint)
    assert bird.hsm().status_code == 202
    assert bird.get(path).status_code == 500


def test_a_call_held_over_a_reset_takes_nothing(bird_simulator: Simulator, bird: Bird) -> None:
    bird_simulator.fault("latency", next=1, seconds=0.3)
    with pytest.raises(requests.ReadTimeout):
        bird.hsm(timeout=0.1)
    bird_simulator.begin_bird()
    assert bird_simulator.messages() == []


def test_it_counts_what_it_took(bird_simulator: Simulator, bird: Bird) -> None:
    bird.hsm()
    bird.hsm()
    counters = bird_simulator.counters()
    assert counters["accepted"] == {CHANNEL: {NUMBER: 2}}
    assert counters["byTemplate"] == {"greeting": 2}


def test_a_channel_may_have_a_rate(bird_simulator: Simulator, bird: Bird) -> None:
    bird_simulator.tell("bird/channels", id=CHANNEL, workspace=WORKSPACE, name="Slow", rate=2)
    assert [bird.hsm().status_code for _ in range(4)] == [202, 202, 429, 429]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("workspaces", {"id": "ws_1", "key": "k"}),
        ("channels", {"id": CHANNEL, "workspace": "nobody"}),
        ("templates/status", {"workspace": WORKSPACE, "id": "x", "status": "active"}),
        ("contacts", {"workspace": WORKSPACE, "number": "abc"}),
    ],
)
def test_mistakes_at_the_controls_are_said(
    bird_simulator: Simulator, path: str, body: dict[str, str]
) -> None:
    response = requests.post(f"{bird_simulator.url}/_control/bird/{path}", json=body, timeout=10)
    assert response.status_code == 400
    assert response.json()["error"]
