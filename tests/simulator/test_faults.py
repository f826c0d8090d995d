"""Misbehaviour: what the caller sees, and what was taken all the same."""

import time

import pytest
import requests

from tests.simulating import BOT, Simulator
from tests.simulator.conftest import NUMBER, Jelou


@pytest.mark.parametrize(
    ("kind", "status"), [("status_401", 401), ("422", 422), ("429", 429), ("500", 500), ("502_html", 502)]
)
def test_it_answers_an_error_and_takes_nothing(
    simulator: Simulator, jelou: Jelou, kind: str, status: int
) -> None:
    simulator.fault(kind, next=1)
    assert jelou.hsm().status_code == status
    assert simulator.accepted() == {}
    assert jelou.hsm().status_code == 200


def test_an_error_may_take_the_message_all_the_same(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("502_html", next=1, accepted=True)
    assert jelou.hsm().status_code == 502
    assert simulator.accepted() == {NUMBER: 1}


@pytest.mark.parametrize(("more", "header"), [({}, None), ({"retry_after": 2}, "2")])
def test_too_many_requests_may_say_how_long_to_wait(
    simulator: Simulator, jelou: Jelou, more: dict[str, int], header: str | None
) -> None:
    simulator.fault("429", next=1, **more)
    assert jelou.hsm().headers.get("Retry-After") == header


def test_500_is_the_modern_envelope(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("500", next=1)
    body = jelou.hsm().json()
    assert (body["statusMessage"], body["error"]["code"]) == ("failed", "internal_server_error")


def test_502_is_a_page(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("502_html", next=1)
    response = jelou.hsm()
    assert response.headers["Content-Type"] == "text/html"
    assert "Bad Gateway" in response.text


def test_an_answer_may_not_be_json(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("not_json", next=1)
    assert jelou.hsm().text == "OK"
    assert simulator.accepted() == {NUMBER: 1}


@pytest.mark.parametrize(
    ("kind", "taken"), [("reset_before", {}), ("reset_after", {NUMBER: 1}), ("timeout_before", {})]
)
def test_a_connection_may_be_reset(
    simulator: Simulator, jelou: Jelou, kind: str, taken: dict[str, int]
) -> None:
    simulator.fault(kind, next=1, seconds=0.05)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        jelou.hsm()
    assert simulator.accepted() == taken


@pytest.mark.parametrize(("kind", "taken"), [("timeout_before", {}), ("timeout_after", {NUMBER: 1})])
def test_an_answer_may_take_too_long(
    simulator: Simulator, jelou: Jelou, kind: str, taken: dict[str, int]
) -> None:
    simulator.fault(kind, next=1, seconds=0.6)
    with pytest.raises(requests.ReadTimeout):
        jelou.hsm(timeout=0.2)
    assert simulator.accepted() == taken


def test_after_the_wait_the_answer_is_the_usual_one(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("timeout_after", next=1, seconds=0.1)
    assert jelou.hsm().json()[0]["id"] == simulator.messages()[0]["id"]


@pytest.mark.parametrize("kind", ["latency", "slow"])
def test_it_may_be_slow(simulator: Simulator, jelou: Jelou, kind: str) -> None:
    simulator.fault(kind, next=1, seconds=0.3)
    begin = time.monotonic()
    assert jelou.hsm().status_code == 200
    assert time.monotonic() - begin > 0.2


def test_a_fault_may_wait_for_somebody(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("500", destination="593990000002")
    assert jelou.hsm(destinations=["593990000001"]).status_code == 200
    assert jelou.hsm(destinations=["593990000001", "593990000002"]).status_code == 500
    simulator.inbound("593990000002")
    assert jelou.say(type="text", text="Hola", userId="593990000002").status_code == 500


def test_a_fault_may_come_by_chance(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("500", probability=0.5)
    statuses = [jelou.hsm().status_code for _ in range(40)]
    assert 5 < statuses.count(500) < 35


def test_a_fault_belongs_to_an_endpoint(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("500", endpoint="templates")
    assert jelou.hsm().status_code == 200
    assert jelou.get(f"/v1/bots/{BOT}/templates").status_code == 500
    simulator.clear_faults()
    assert jelou.get(f"/v1/bots/{BOT}/templates").status_code == 200


def test_faults_come_in_the_order_they_were_asked_for(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("429", next=2)
    simulator.fault("500", next=1)
    assert [jelou.hsm().status_code for _ in range(4)] == [429, 429, 500, 200]


def test_a_call_held_over_a_reset_takes_nothing(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("latency", next=1, seconds=0.3)
    with pytest.raises(requests.ReadTimeout):
        jelou.hsm(timeout=0.1)
    simulator.begin()
    time.sleep(0.4)
    assert simulator.messages() == []


def test_it_counts_what_it_did(simulator: Simulator, jelou: Jelou) -> None:
    simulator.fault("reset_after", next=1)
    with pytest.raises(requests.ConnectionError):
        jelou.hsm()
    jelou.hsm()
    counters = simulator.counters()
    assert counters["requests"] == 2 and counters["faults"] == {"reset_after": 1}
    assert counters["answers"] == {"499": 1, "200": 1}
    assert counters["byTemplate"] == {"bienvenida": 2} and counters["busiestSecond"][BOT] >= 1
