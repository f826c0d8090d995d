"""Several people in one call, where the account allows it: from the queue to the simulator and back."""

import pytest

from messaging import sending
from messaging.models import Message
from messaging.providers.jelou import _ids_by_number
from messaging.statuses import Status
from tests.factories import make_account, make_bot, queued


@pytest.fixture
def joining_bot(db, simulator):
    return make_bot(account=make_account(base_url=simulator.url, options={"coalesce": 4}))


def test_one_call_reaches_several_people(joining_bot, simulator):
    rows = [queued(joining_bot) for _ in range(8)]
    assert sending.pump() == 2
    assert simulator.accepted() == {row.to: 1 for row in rows}
    ids = {message["destination"]: message["id"] for message in simulator.messages()}
    assert {row.to: row.provider_id for row in Message.objects.all()} == ids


def test_a_break_leaves_all_unknown_and_repeats_none(joining_bot, simulator):
    rows = [queued(joining_bot) for _ in range(4)]
    simulator.fault("reset_after", next=1)
    for _ in range(2):
        sending.pump()
    assert set(Message.objects.values_list("status", flat=True)) == {Status.UNKNOWN}
    assert simulator.accepted() == {row.to: 1 for row in rows}


def test_one_refused_call_is_taken_apart(joining_bot, simulator):
    rows = [queued(joining_bot) for _ in range(4)]
    simulator.fault("422", destination=rows[2].to)
    sending.pump()
    statuses = list(Message.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == [Status.ACCEPTED, Status.ACCEPTED, Status.FAILED, Status.ACCEPTED]
    assert simulator.accepted() == {row.to: 1 for row in rows if row != rows[2]}


ODD = {
    "nothing": ([], {}),
    "not a list": ({"id": "1", "destination": "593"}, {}),
    "wrapped": ({"data": [{"id": "1", "destination": "593"}]}, {"593": "1"}),
    "a number twice": ([{"id": "1", "destination": "593"}, {"id": "2", "destination": "593"}], {}),
    "an id twice": ([{"id": "1", "destination": "593"}, {"id": "1", "destination": "594"}], {}),
    "rows that are none": (["593", None, 5, {"id": "1", "destination": "593"}], {"593": "1"}),
    "numbers as numbers": ([{"id": 7, "destination": 593}], {"593": "7"}),
    "no id": ([{"destination": "593"}, {"id": "", "destination": "594"}], {}),
    "things as values": ([{"id": {"a": 1}, "destination": ["593"]}], {}),
}


@pytest.mark.parametrize(("data", "ids"), ODD.values(), ids=ODD)
def test_only_what_an_answer_says_clearly_counts(data, ids):
    assert _ids_by_number(data) == ids
