"""What an answer makes of a row, once or twice, alone or with many."""

import datetime as dt

import pytest
from django.utils import timezone

from messaging import claiming, intake, settling, sweeping
from messaging.calls import write_down
from messaging.models import Message, MessageEvent, Outcome
from messaging.providers.base import Answer, JointResult, Kind, ProviderError, SendResult, StatusEvent
from messaging.statuses import Status
from tests.factories import let_lease_end, make_account, make_bot, queued

OK = Answer(200, "[]", {}, [])


def sent(bot, count=1):
    """Calls that have left."""
    for _ in range(count):
        queued(bot)
    return write_down(claiming.claim(bot, count))


def states(bot):
    return list(bot.messages.order_by("pk").values_list("status", flat=True))


def test_many_answers_are_stored_with_few_queries(bot, django_assert_max_num_queries):
    results = [(call, SendResult(f"id-{n}", OK)) for n, call in enumerate(sent(bot, 30))]
    with django_assert_max_num_queries(8):
        settling.settle(results)
    assert set(states(bot)) == {Status.ACCEPTED}
    assert sorted(bot.messages.values_list("provider_id", flat=True)) == sorted(f"id-{n}" for n in range(30))


def test_an_accepted_row_says_when_and_holds_no_claim(bot):
    (call,) = sent(bot)
    settling.settle([(call, SendResult("id-1", OK))])
    row = bot.messages.get()
    assert (row.claim_id, row.lease_until, row.reason) == (None, None, "")
    assert abs(row.accepted_at - timezone.now()) < dt.timedelta(seconds=5)
    assert row.attempts.get().outcome == Outcome.ACCEPTED
    assert [event.status for event in row.events.all()] == [Status.ACCEPTED]


def test_storing_an_answer_twice_changes_nothing(bot):
    (call,) = sent(bot)
    for _ in range(2):
        settling.settle([(call, SendResult("id-1", OK))])
    assert states(bot) == [Status.ACCEPTED]
    assert MessageEvent.objects.count() == 1


def test_an_unknown_row_is_settled_by_the_answer_that_comes_after_all(bot):
    (call,) = sent(bot)
    let_lease_end(bot.messages.get())
    sweeping.sweep()
    assert states(bot) == [Status.UNKNOWN]
    settling.settle([(call, SendResult("late-1", OK))])
    assert states(bot) == [Status.ACCEPTED]


def test_one_unusual_row_does_not_keep_the_others(bot):
    first, second = sent(bot, 2)
    Message.objects.filter(pk=first.attempts[0].row.pk).update(status=Status.DELIVERED, provider_id="x")
    settling.settle([(first, SendResult("id-1", OK)), (second, SendResult("id-2", OK))])
    assert states(bot) == [Status.DELIVERED, Status.ACCEPTED]


def test_the_same_provider_id_twice_leaves_the_second_unknown(bot):
    first, second = sent(bot, 2)
    settling.settle([(first, SendResult("same", OK)), (second, SendResult("same", OK))])
    assert states(bot) == [Status.ACCEPTED, Status.UNKNOWN]


def test_an_answer_no_database_takes_does_not_cost_the_others_theirs(bot):
    first, second = sent(bot, 2)
    odd = Answer(200, "\ud800", {}, [])
    settling.settle([(first, SendResult("id-1", odd)), (second, SendResult("id-2", OK))])
    assert states(bot) == [Status.UNKNOWN, Status.ACCEPTED]


def test_a_mistake_of_our_own_after_the_call_makes_the_row_unknown(bot, caplog):
    (call,) = sent(bot)
    settling.settle([(call, ValueError("ours"))])
    assert states(bot) == [Status.UNKNOWN]
    assert "ours" in caplog.text


def test_the_end_of_a_late_attempt_does_not_undo_what_is_known(bot):
    (call,) = sent(bot)
    settling.settle([(call, SendResult("id-1", OK))])
    settling.settle([(call, ProviderError("", kind=Kind.UNKNOWN, code="no_answer"))])
    assert states(bot) == [Status.ACCEPTED]


# -- Webhooks that are faster than the answer ----------------------------------------------------


def test_news_that_overtakes_the_answer_is_not_lost(bot):
    (call,) = sent(bot)
    intake.apply_event(bot, StatusEvent("fast-1", "DELIVERED_USER", Status.DELIVERED, {}))
    assert states(bot) == [Status.SENDING]
    settling.settle([(call, SendResult("fast-1", OK))])
    assert states(bot) == [Status.DELIVERED]
    assert [event.status for event in bot.messages.get().events.all()] == [
        Status.DELIVERED,
        Status.ACCEPTED,
    ]


def test_news_that_a_dead_worker_left_is_adopted_by_the_sweeper(bot):
    intake.apply_event(bot, StatusEvent("fast-2", "READ", Status.READ, {}))
    message = queued(bot, status=Status.ACCEPTED, provider_id="fast-2")
    sweeping.sweep()
    message.refresh_from_db()
    assert message.status == Status.READ


def test_news_of_what_others_sent_is_left_where_it_is(bot):
    intake.apply_event(bot, StatusEvent("foreign-1", "READ", Status.READ, {}))
    sweeping.sweep()
    assert MessageEvent.objects.get().message is None


# -- One answer for several people ---------------------------------------------------------------


@pytest.fixture
def joint(db):
    """A call that has left for three people, and their numbers."""
    bot = make_bot(account=make_account(options={"coalesce": 3}))
    (call,) = sent(bot, 3)[:1]
    return bot, call, [attempt.message.to for attempt in call.attempts]


def test_each_row_is_settled_by_its_own_id(joint):
    bot, call, numbers = joint
    settling.settle([(call, JointResult({number: f"id-{number}" for number in numbers}, OK))])
    assert {row.to: row.provider_id for row in bot.messages.all()} == {
        number: f"id-{number}" for number in numbers
    }


def test_exactly_the_rows_that_the_answer_does_not_name_are_unknown(joint):
    bot, call, (first, second, _third) = joint
    settling.settle([(call, JointResult({first: "a", second: "b", "593990009999": "c"}, OK))])
    assert states(bot) == [Status.ACCEPTED, Status.ACCEPTED, Status.UNKNOWN]
    assert bot.messages.last().provider_code == "no_id"


def test_a_refusal_of_all_sends_each_again_alone(joint):
    bot, call, _numbers = joint
    settling.settle([(call, ProviderError("no", kind=Kind.REFUSED, code="invalid_request"))])
    assert states(bot) == [Status.QUEUED] * 3
    alone = [claiming.claim(bot, 5) for _ in range(3)]
    assert [len(call.attempts) for calls in alone for call in calls] == [1, 1, 1]


def test_a_break_leaves_all_of_them_unknown(joint):
    bot, call, _numbers = joint
    settling.settle([(call, ProviderError("gone", kind=Kind.UNKNOWN, code="no_answer"))])
    assert states(bot) == [Status.UNKNOWN] * 3
