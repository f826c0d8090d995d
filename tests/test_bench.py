"""`make bench` in small: that it still measures, and that it notices what is lost or doubled."""

import json
import subprocess
import sys

import pytest
import requests

from bench import options
from bench.load import requests_a_second
from bench.processes import ROOT, BenchError
from bench.referee import Referee, stub


@pytest.fixture(scope="module")
def referee():
    with stub() as running:
        yield running


def send(referee: Referee, *numbers: str) -> requests.Response:
    body = {"elementName": "aviso_pedido", "destinations": numbers, "parameters": ["Ana", "ORD-1"]}
    return requests.post(f"{referee.url}/v2/whatsapp/bench/hsm", json=body, timeout=5)


def test_the_stub_answers_with_one_id_for_each_destination(referee):
    referee.begin(0)
    answer = send(referee, "593990000001", "593990000002").json()
    assert [row["destination"] for row in answer] == ["593990000001", "593990000002"]
    assert len({row["id"] for row in answer}) == 2


def test_the_stub_answers_late_when_told_to(referee):
    referee.begin(100)
    assert send(referee, "593990000001").elapsed.total_seconds() >= 0.1


def test_the_stub_says_when_a_request_came(referee):
    referee.begin(0, arrivals=True)
    send(referee, "593990000001")
    assert list(referee.arrivals()) == ["593990000001"]


def test_the_stub_says_what_it_can_take(referee):
    referee.begin(0)
    assert requests_a_second(referee.port, seconds=0.2) > 100


@pytest.mark.parametrize("numbers", [[], ["593990000001", "593990000001"]], ids=["lost", "doubled"])
def test_books_that_do_not_balance_are_an_error(referee, numbers):
    referee.begin(0)
    for number in numbers:
        send(referee, number)
    with pytest.raises(BenchError, match="once each"):
        referee.certify(1)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ValueError, match="FIGURE is none of"):
        options.read(["FIGURE=send.rate"])
    with pytest.raises(ValueError, match="unknown: send"):
        options.read(["FIGURES=send.speed"])


def test_a_small_run_prints_its_figure():
    command = [sys.executable, "-m", "bench", "ROUNDS=1", "ROWS=50", "FIGURES=send.cpu", "DATABASES=sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    machine, figure, summary = map(json.loads, done.stdout.splitlines())
    assert machine["stub_requests_a_second"] > 0
    assert figure["figure"] == "send.cpu"
    assert figure["met"] in (True, False)
    assert min(figure["ours"], figure["peers"]["bare"]) > 0
    assert "met" in summary["summary"]


def test_a_page_is_measured_with_a_past_and_its_sums_are_right():
    command = [
        sys.executable,
        "-m",
        "bench",
        "ROUNDS=1",
        "PAST=500",
        "FIGURES=dashboard.page",
        "DATABASES=sqlite",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    _machine, figure, _summary = map(json.loads, done.stdout.splitlines())
    assert set(figure["ours"]) == {"5", "500"}
    assert figure["sums"] > 0
