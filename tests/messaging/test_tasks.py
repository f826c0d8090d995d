"""What the queue runs, and how many of it at once."""

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest
from django_q.models import OrmQ

from messaging import queueing, seats, tasks
from messaging.cores import on_one_core
from messaging.models import Message
from messaging.statuses import Status
from tests.factories import queued

# Takes the lock, says so, and lives on.
HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "a")
fcntl.flock(file, fcntl.LOCK_EX)
print(flush=True)
time.sleep(60)
"""


def test_one_worker_is_always_free(settings):
    settings.Q_CLUSTER = settings.Q_CLUSTER | {"workers": 3}
    with ExitStack() as stack:
        taken = [stack.enter_context(seats.take()) for _ in range(3)]
    assert taken == [1, 2, 0]


def test_a_cluster_of_one_worker_sends_too(settings):
    settings.Q_CLUSTER = settings.Q_CLUSTER | {"workers": 1}
    with seats.take() as taken:
        assert taken


def test_a_place_is_free_again_afterwards(settings):
    settings.Q_CLUSTER = settings.Q_CLUSTER | {"workers": 2}
    for _ in range(2):
        with seats.take() as taken:
            assert taken


def test_a_place_is_free_again_when_its_process_was_killed(tmp_path):
    path = tmp_path / "seat.lock"
    child = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE)
    child.stdout.readline()
    with path.open("a") as file:
        assert not seats.is_free(file)
        child.kill()
        child.wait()
        assert seats.is_free(file)


def test_a_pump_sends_what_is_due(live_bot, simulator):
    message = queued(live_bot)
    assert tasks.pump() == 1
    message.refresh_from_db()
    assert message.status == Status.ACCEPTED


def test_a_pump_without_a_place_leaves_the_work_to_the_others(live_bot, settings):
    settings.Q_CLUSTER = settings.Q_CLUSTER | {"workers": 1}
    queued(live_bot)
    with seats.take():
        assert tasks.pump() == 0
    assert Message.objects.get().status == Status.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_wake_that_found_no_place_is_made_good(live_bot, simulator, monkeypatch):
    """The row comes when the pump has looked for the last time, and its own wake finds the place taken."""
    work = tasks.sending.Pump.work
    monkeypatch.setattr(tasks.sending.Pump, "work", lambda pump: (work(pump), queued(live_bot)))
    tasks.pump()
    assert [task.func() for task in OrmQ.objects.all()] == [queueing.PUMP]


def test_a_pump_stays_on_one_core_and_leaves_the_process_as_it_was():
    allowed = os.sched_getaffinity(0)
    with on_one_core(7):
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == allowed
