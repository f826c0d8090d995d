"""Settings that would lose or double messages stop the start."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from messaging import checks


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"timeout": 40}, ["jelou.E001"]),
        ({"timeout": 45}, ["jelou.E001"]),
        ({"retry": 90}, ["jelou.E002"]),
        ({"retry": 30}, ["jelou.E002"]),
        ({"max_attempts": 2}, ["jelou.E003"]),
        ({"max_attempts": 0}, ["jelou.E003"]),
        ({"ack_failures": False}, ["jelou.E003"]),
        ({"catch_up": True}, ["jelou.E003"]),
    ],
)
def test_a_queue_that_repeats_tasks_is_refused(settings, changes, expected):
    settings.Q_CLUSTER = settings.Q_CLUSTER | changes
    assert ids(checks.check_queue()) == expected


@pytest.mark.parametrize("name", ["max_attempts", "ack_failures"])
def test_the_queues_own_defaults_are_refused(settings, name):
    settings.Q_CLUSTER = {key: value for key, value in settings.Q_CLUSTER.items() if key != name}
    assert ids(checks.check_queue()) == ["jelou.E003"]


@pytest.mark.parametrize(("seconds", "expected"), [(120, []), (36, []), (35, ["jelou.E004"])])
def test_a_lease_is_longer_than_the_provider_may_take(settings, seconds, expected):
    settings.SEND_LEASE_SECONDS = seconds
    assert ids(checks.check_lease()) == expected


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["not base64 at all, and of the wrong length"]])
def test_a_key_that_is_none_is_refused(settings, keys):
    settings.FIELD_ENCRYPTION_KEYS = keys
    assert ids(checks.check_encryption()) == ["jelou.E005"]


def test_good_keys_are_taken():
    assert checks.check_encryption() == []


SQLITE = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}


@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
@pytest.mark.parametrize(
    ("database", "expected"),
    [
        (SQLITE, ["jelou.E006"]),
        (SQLITE | {"OPTIONS": {"transaction_mode": "DEFERRED"}}, ["jelou.E006"]),
        (SQLITE | {"OPTIONS": {"transaction_mode": "IMMEDIATE"}}, []),
        ({"ENGINE": "django.db.backends.postgresql"}, []),
    ],
)
def test_sqlite_waits_instead_of_losing_sends(settings, database, expected):
    settings.DATABASES = {"default": database}
    assert ids(checks.check_sqlite()) == expected


WARNED = ["jelou.W001"]


def test_the_demo_is_never_deployed(settings):
    assert checks.check_demo() == []
    settings.DEMO = True
    assert ids(checks.check_demo()) == ["jelou.E007"]


@pytest.mark.parametrize(("url", "expected"), [("https://a.example", []), ("http://b.example", WARNED)])
def test_the_public_address_is_https(settings, url, expected):
    settings.SITE_URL = url
    assert ids(checks.check_site_url()) == expected


def test_every_mistake_comes_with_a_sentence_and_stops_the_start(settings):
    settings.SEND_LEASE_SECONDS = 1
    with pytest.raises(SystemCheckError, match="SEND_LEASE_SECONDS must be longer"):
        call_command("check")


def test_our_own_settings_are_good(db):
    call_command("check", databases=["default"])


@pytest.mark.parametrize(
    ("calls", "expected"), [(0, ["jelou.E008"]), (1, []), (256, []), (257, ["jelou.E008"])]
)
def test_calls_under_way_are_some_and_no_more_than_connections(settings, calls, expected):
    settings.SEND_IN_FLIGHT = calls
    assert ids(checks.check_in_flight()) == expected
