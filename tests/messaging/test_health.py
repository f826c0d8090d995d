"""What a load balancer asks, and what it is told."""

import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from messaging import health, tasks
from messaging.models import WorkerBeat


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


@pytest.mark.parametrize(("seconds", "alive"), [(0, True), (140, True), (160, False)])
def test_a_worker_that_is_silent_is_dead(worker, seconds, alive):
    WorkerBeat.objects.update(seen_at=timezone.now() - dt.timedelta(seconds=seconds))
    assert health.is_worker_alive() is alive


def test_one_host_that_lives_is_enough(worker):
    WorkerBeat.objects.create(host="dead", seen_at=timezone.now() - dt.timedelta(days=1))
    assert health.is_worker_alive()


def test_each_host_has_one_beat(worker):
    health.beat()
    assert WorkerBeat.objects.count() == 1


def test_the_sweeper_beats(db):
    tasks.sweep()
    assert health.is_worker_alive()


def test_a_migration_that_is_missing_is_told(client, worker):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'messaging' AND name = '0003_groups'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["because"] == {"migrations": "1 not applied; run manage.py migrate"}


@pytest.mark.django_db(transaction=True)
def test_a_broken_database_is_told_without_its_secrets(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_workerbeat RENAME TO broken")
    try:
        response = client.get("/readyz")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE broken RENAME TO messaging_workerbeat")
    assert response.status_code == 503
    assert list(response.json()["because"]) == ["database"]
    assert "workerbeat" not in response.content.decode()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nobody_has_to_log_in(client, worker, path):
    assert client.get(path).status_code == 200
