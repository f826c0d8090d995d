"""Jelou's list of what it took: the documented rows, and whatever else it may answer."""

import datetime as dt
from typing import Any

import pytest

from messaging.providers import Jelou
from messaging.providers.base import ProviderError
from messaging.providers.evidence import LIST_TOO_LONG
from messaging.providers.jelou_notifications import evidence
from messaging.statuses import Status
from tests.factories import BOT_ID, CREDENTIALS
from tests.messaging.providers.conftest import answer
from tests.simulator.conftest import EXAMPLES

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
ROW = EXAMPLES["notification_by_id"]["response"]


def jelou(url):
    return Jelou(CREDENTIALS, base_url=url)


def find(stub, *pages):
    """What is found in answers with these bodies; the last comes again and again."""
    stub.acts = [answer(200, page) for page in pages]
    return [one for page in search(stub) for one in page]


def search(stub):
    return jelou(stub.url).find(BOT_ID, since=NOON, until=NOON + dt.timedelta(hours=1), element_name="aviso")


def rows(count, first=0):
    return [ROW | {"id": f"id-{number}"} for number in range(first, first + count)]


def envelope(results, **pagination):
    return {"pagination": pagination, "results": results, "_metadata": {}}


# -- Asking ----------------------------------------------------------------------------------------


def test_it_asks_as_documented(stub):
    find(stub, envelope([]))
    line = stub.requests[0].partition(b"\r\n")[0].decode()
    assert line.startswith("GET /v1/external/bots/test-bot/notifications?")
    for part in ("elementName=aviso", "limit=50", "page=1", "from=2026-01-15T12%3A00%3A00.000Z"):
        assert part in line


def test_every_page_is_read(stub):
    found = find(stub, envelope(rows(50), totalPages=2), envelope(rows(7, 50), totalPages=2))
    assert (len(found), len(stub.requests)) == (57, 2)


def test_a_list_that_says_nothing_of_pages_is_read_until_it_is_empty(stub):
    assert len(find(stub, {"data": rows(3)}, {"data": rows(2, 3)}, {"data": []})) == 5


def test_a_list_that_knows_no_pages_is_read_once(stub):
    assert len(find(stub, rows(3))) == 3


@pytest.mark.parametrize("second", [[], rows(50)])
def test_pages_that_are_promised_and_do_not_come_are_an_error(stub, second):
    with pytest.raises(ProviderError, match="could not be read"):
        find(stub, envelope(rows(50), totalPages=3), envelope(second, totalPages=3))


def test_a_list_without_an_end_is_an_error(stub, monkeypatch):
    monkeypatch.setattr("messaging.providers.jelou_notifications.MAX_PAGES", 3)
    stub.acts = [answer(200, envelope(rows(2, first), totalPages=99)) for first in (0, 2, 4)]
    with pytest.raises(ProviderError) as caught:
        list(search(stub))
    assert caught.value.code == LIST_TOO_LONG


@pytest.mark.parametrize("body", [b"OK", {}, {"results": None}, {"results": {}}, 7, None, "x"])
def test_a_list_that_cannot_be_read_is_an_error_and_not_an_empty_list(stub, body):
    with pytest.raises(ProviderError):
        find(stub, body)


@pytest.mark.parametrize("pages", [None, True, 0, -1, "2", 1.5, [], {}])
def test_a_number_of_pages_that_is_none_is_not_believed(stub, pages):
    assert len(find(stub, envelope(rows(2), totalPages=pages), envelope([]))) == 2


def test_a_page_that_fails_is_an_error_and_not_a_short_list(stub):
    stub.acts = [answer(200, envelope(rows(50), totalPages=2)), answer(500, {"message": "Oh"})]
    with pytest.raises(ProviderError):
        list(search(stub))


# -- One message -----------------------------------------------------------------------------------


def look_up(stub, body):
    stub.acts = [answer(200, body)]
    return jelou(stub.url).look_up(BOT_ID, "id-1")


def test_one_message_is_looked_up_by_its_id(stub):
    found = look_up(stub, envelope(rows(1, 1)))
    assert found.provider_id == "id-1"
    assert b"messageId=id-1" in stub.requests[0]


def test_the_documented_row_has_no_id_and_is_the_one_asked_for(stub):
    found = look_up(stub, EXAMPLES["notifications_list"]["response"])
    assert (found.status, found.to) == (Status.READ, "593990000321")
    assert found.at == dt.datetime(2026, 1, 15, 10, 31, tzinfo=dt.UTC)


@pytest.mark.parametrize("listed", [[], rows(1, 2), rows(3, 5), [{}, {}]])
def test_a_message_that_is_not_listed_is_none(stub, listed):
    assert look_up(stub, envelope(listed)) is None


# -- Reading ---------------------------------------------------------------------------------------


def test_the_documented_row_is_read():
    found = evidence(ROW)
    assert (found.provider_id, found.to) == (ROW["id"], "593990000321")
    assert found.taken_at == dt.datetime(2021, 7, 8, 16, 55, 37, 953000, tzinfo=dt.UTC)
    assert (found.raw["campaignId"], found.raw["origin"]) == ("someId", "BULK")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("CREATED", Status.ACCEPTED),
        ("DELIVERED_CHANNEL", Status.SENT),
        ("delivered_user", Status.DELIVERED),
        ("READ", Status.READ),
        ("REPLY", Status.READ),
        ("FAILED", Status.FAILED),
        ("TELEPORTED", None),
        ("", None),
    ],
)
def test_words_become_ours_and_unknown_ones_are_kept(word, status):
    found = evidence(ROW | {"sentStatus": word, "wasRead": False})
    assert (found.word, found.status) == (word.upper(), status)


def test_the_older_flag_tells_that_it_was_read():
    assert evidence(ROW | {"sentStatus": "DELIVERED_USER", "wasRead": True}).status == Status.READ


def test_a_word_without_a_time_of_its_own_has_none():
    found = evidence(ROW | {"sentStatus": "FAILED", "error": "(#131026) Message undeliverable."})
    assert (found.at, found.detail) == (None, "(#131026) Message undeliverable.")


WRONG: list[Any] = [
    None,
    True,
    1.5,
    "x" * 100_000,
    [],
    [7],
    {},
    {"a": {"b": []}},
    "9" * 5000,
    -1,
    "0000-00-00",
    1e308,
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_row_with_wrong_types_breaks_nothing(wrong):
    found = evidence(dict.fromkeys([*ROW, "deliveryUserAt", "readAt", "status", "messageId"], wrong))
    assert len(found.provider_id) <= 200
    assert len(found.to) <= 20
    assert len(str(found.raw)) < 20_000


@pytest.mark.parametrize("row", [None, 7, "x", [], [ROW], True])
def test_what_is_no_row_is_read_as_an_empty_one(row):
    found = evidence(row)
    assert (found.provider_id, found.to, found.taken_at, found.status) == ("", "", None, None)


def test_a_row_is_kept_within_limits():
    row = {f"key{number}": "x" * 10_000 for number in range(1000)}
    assert len(str(evidence(row).raw)) < 50_000


def test_the_simulators_list_is_understood(simulator):
    for number in range(3):
        body = {"elementName": "bienvenida", "destinations": [f"59399000000{number}"], "parameters": []}
        simulator.session.post(
            f"{simulator.url}/v2/whatsapp/{BOT_ID}/hsm", json=body, auth=tuple(CREDENTIALS.values())
        ).raise_for_status()
    now = dt.datetime.now(dt.UTC)
    pages = jelou(simulator.url).find(BOT_ID, since=now - MINUTE, until=now + MINUTE)
    assert {one.to for page in pages for one in page} == {f"59399000000{number}" for number in range(3)}
