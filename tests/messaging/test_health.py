"""Who says that a worker lives, and what a load balancer is told."""

import datetime as dt
import os
import socket
import subprocess
import threading
from contextlib import contextmanager

import pytest
from django.db import connection
from django.utils import timezone

from messaging import health, tasks
from messaging.models import WorkerBeat
from tests.simulating import wait_for


@pytest.fixture
def worker(db):
    health.beat()


def test_a_process_that_answers_is_alive(client):
    assert client.get("/healthz").json() == {"status": "alive"}


def test_with_a_database_and_a_worker_it_is_ready(client, worker):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


def test_without_a_worker_it_is_not(client, db):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["because"] == {"worker": "no worker seen since ever; run manage.py qcluster"}


@pytest.mark.parametrize(("seconds", "alive"), [(0, True), (50, True), (70, False)])
def test_a_worker_that_is_silent_is_dead(worker, seconds, alive):
    WorkerBeat.objects.update(seen_at=timezone.now() - dt.timedelta(seconds=seconds))
    assert health.is_worker_alive() is alive


def test_one_host_that_lives_is_enough(worker):
    WorkerBeat.objects.create(host="dead", seen_at=timezone.now() - dt.timedelta(days=1))
    assert health.is_worker_alive()


def test_each_process_has_one_beat(worker):
    health.beat()
    (row,) = WorkerBeat.objects.all()
    assert (row.host, row.pid) == (socket.gethostname(), os.getpid())


def test_a_beat_leaves_alone_since_when_the_process_lives(worker):
    WorkerBeat.objects.update(since=timezone.now() - dt.timedelta(hours=3))
    health.beat()
    assert WorkerBeat.objects.get().since < timezone.now() - dt.timedelta(hours=2)


def test_a_process_that_begins_forgets_those_of_its_host_that_ended(db):
    ended = subprocess.Popen(["true"])
    ended.wait()
    for host, pid in ((socket.gethostname(), ended.pid), (socket.gethostname(), 1), ("other", ended.pid)):
        WorkerBeat.objects.create(host=host, pid=pid)
    health.begin()
    found = set(WorkerBeat.objects.values_list("host", "pid"))
    here = socket.gethostname()
    assert found == {(here, os.getpid()), (here, 1), ("other", ended.pid)}


def test_a_process_that_begins_has_lived_since_now(worker):
    WorkerBeat.objects.update(since=timezone.now() - dt.timedelta(hours=3), pumping_since=timezone.now())
    health.begin()
    (row,) = WorkerBeat.objects.all()
    assert row.since > timezone.now() - dt.timedelta(seconds=30)
    assert row.pumping_since is None


@pytest.mark.django_db(transaction=True)
def test_a_process_beats_by_itself_from_a_thread_of_its_own():
    over = health.keep_beating()
    (thread,) = [one for one in threading.enumerate() if one.name == "beat"]
    wait_for(WorkerBeat.objects.exists)
    over.set()
    thread.join(timeout=10)
    assert thread.daemon and not thread.is_alive()


def test_while_it_pumps_a_process_says_so(worker):
    with health.pumping():
        assert WorkerBeat.objects.get().pumping_since
    assert WorkerBeat.objects.get().pumping_since is None


def test_a_pump_that_breaks_off_is_over_too(worker):
    with pytest.raises(ZeroDivisionError), health.pumping():
        raise ZeroDivisionError
    assert WorkerBeat.objects.get().pumping_since is None


@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_be_told_stops_no_pump(caplog):
    with broken("messaging_workerbeat"), health.pumping():
        pumped = True
    assert pumped
    assert "could not say what it does" in caplog.text


def test_the_sweeper_beats_and_says_when_it_came_round(db):
    tasks.sweep()
    assert health.is_worker_alive()
    assert WorkerBeat.objects.get().swept_at


def test_the_sweeper_forgets_who_has_been_silent_for_a_day(db):
    WorkerBeat.objects.create(host="old", seen_at=timezone.now() - dt.timedelta(hours=25))
    WorkerBeat.objects.create(host="new", seen_at=timezone.now() - dt.timedelta(hours=23))
    health.mark_sweep()
    assert set(WorkerBeat.objects.values_list("host", flat=True)) == {"new", socket.gethostname()}


def test_a_migration_that_is_missing_is_told(client, worker):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE name ="
            " (SELECT MAX(name) FROM django_migrations WHERE app = 'messaging')"
        )
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["because"] == {"migrations": "1 not applied; run manage.py migrate"}


@pytest.mark.django_db(transaction=True)
def test_a_broken_database_is_told_without_its_secrets(client):
    with broken("messaging_workerbeat"):
        response = client.get("/readyz")
    assert response.status_code == 503
    assert list(response.json()["because"]) == ["database"]
    assert "workerbeat" not in response.content.decode()


@contextmanager
def broken(table):
    """As after half of an upgrade."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO broken")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE broken RENAME TO {table}")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nobody_has_to_log_in(client, worker, path):
    assert client.get(path).status_code == 200
