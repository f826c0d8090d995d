"""Winning rows: each of them once, in the right order, with its attempt written before anything leaves."""

import datetime as dt

import pytest
from django.utils import timezone

from messaging import claiming, releasing, sweeping
from messaging.calls import write_down
from messaging.models import Attempt, Lane, Message, Outcome
from messaging.statuses import Status
from tests.factories import claimed, let_lease_end, make_account, make_bot, make_contact, make_message, queued
from tests.threads import at_once


def messages(calls):
    return [attempt.message for call in calls for attempt in call.attempts]


def test_people_who_wait_for_an_answer_go_before_campaigns(bot):
    campaign = queued(bot, lane=Lane.CAMPAIGN)
    person = queued(bot, lane=Lane.INTERACTIVE)
    assert messages(claiming.claim(bot, 10)) == [person, campaign]


def test_a_row_is_won_once(bot):
    message = queued(bot)
    assert messages(claiming.claim(bot, 10)) == [message]
    assert claiming.claim(bot, 10) == []


def test_a_claim_has_a_name_and_an_end(bot, settings):
    settings.SEND_LEASE_SECONDS = 40
    queued(bot)
    (message,) = messages(claiming.claim(bot, 10))
    message.refresh_from_db()
    assert message.claim_id is not None
    assert abs(message.lease_until - timezone.now() - dt.timedelta(seconds=40)) < dt.timedelta(seconds=5)


def test_a_claimed_row_becomes_a_model_when_somebody_asks(bot, django_assert_num_queries):
    row = queued(bot)
    (attempt,) = claiming.claim(bot, 10)[0].attempts
    with django_assert_num_queries(0):
        message = attempt.message
        assert (message, message.bot, message.loaded) == (row, bot, row.loaded)
    assert message.created_at == row.created_at


def test_another_bots_rows_are_left_alone(bot):
    queued(make_bot(provider_id="another"))
    assert claiming.claim(bot, 10) == []


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_win_different_rows(bot):
    expected = {queued(bot).pk for _ in range(20)}
    won = at_once(lambda: [row.pk for _ in range(3) for row in messages(claiming.claim(bot, 4))], times=4)
    rows = [pk for part in won for pk in part]
    assert len(rows) == len(set(rows))
    assert set(rows) == expected


def test_the_attempt_is_written_before_the_call(live_bot, simulator):
    message = queued(live_bot)
    write_down(claiming.claim(live_bot, 10))
    assert message.attempts.get().outcome == Outcome.STARTED
    assert simulator.counters()["requests"] == 0


def test_attempts_are_numbered_through(bot):
    message = queued(bot)
    for _ in range(2):
        write_down(claiming.claim(bot, 10))
        message.refresh_from_db()
        releasing.release(message, due_at=timezone.now(), counted=False)
    assert [attempt.number for attempt in message.attempts.all()] == [1, 2]


def test_a_claim_costs_the_same_few_queries_for_many_rows(bot, django_assert_max_num_queries):
    for _ in range(30):
        queued(bot)
    with django_assert_max_num_queries(14):
        assert len(claiming.claim(bot, 30)) == 30


# -- Rows that break -----------------------------------------------------------------------------


def test_a_row_that_was_started_before_goes_alone(bot):
    risky, *_others = queued(bot, starts=1), queued(bot), queued(bot)
    assert messages(claiming.claim(bot, 10)) == [risky]


def test_a_row_that_was_started_before_does_not_go_along_with_others(bot):
    fresh = [queued(bot), queued(bot)]
    queued(bot, starts=1)
    assert messages(claiming.claim(bot, 10)) == fresh


def test_starts_are_counted_before_anything_may_break(bot, monkeypatch):
    message = queued(bot)
    monkeypatch.setattr(claiming, "prepare", lambda *_args: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        claiming.claim(bot, 10)
    message.refresh_from_db()
    assert (message.status, message.starts) == (Status.SENDING, 1)


def test_a_row_that_kills_its_worker_is_put_aside(bot, settings):
    settings.SEND_MAX_STARTS = 2
    message = claimed(queued(bot), lease_seconds=-1)
    sweeping.sweep()
    Message.objects.update(due_at=timezone.now())
    claimed(message, lease_seconds=-1)
    Message.objects.update(starts=2)
    sweeping.sweep()
    sweeping.sweep()
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "too_many_starts")


# -- Leases --------------------------------------------------------------------------------------


def test_a_worker_that_lost_its_claim_before_the_attempt_makes_no_call(bot):
    late = queued(bot)
    begun = claiming.claim(bot, 10)
    let_lease_end(late)
    sweeping.sweep()
    assert write_down(begun) == []
    assert late.attempts.count() == 0


def test_a_claim_whose_end_nobody_saw_is_given_back_whole(bot):
    message, claim_id = queued(bot), claiming.uuid.uuid4()
    write_down(claiming.claim(bot, 10, claim_id))
    releasing.release_claim(claim_id)
    message.refresh_from_db()
    assert (message.status, message.starts, message.attempts.count()) == (Status.QUEUED, 0, 0)
    assert message.events.count() == 0


def test_writing_down_again_after_an_end_nobody_saw_writes_nothing_twice(bot):
    message = queued(bot)
    begun = write_down(claiming.claim(bot, 10))
    assert write_down(begun) == begun
    assert message.attempts.count() == 1


def test_releasing_leaves_a_line_of_history_once(bot):
    message = claimed(queued(bot))
    releasing.release(message, due_at=timezone.now())
    releasing.release(message, due_at=timezone.now())
    assert [event.status for event in message.events.all()] == [Status.QUEUED]


def test_a_late_worker_does_not_skip_what_another_sends(bot):
    late = let_lease_end(claimed(queued(bot)))
    sweeping.sweep()
    Message.objects.update(due_at=timezone.now())
    claiming.claim(bot, 10)
    releasing.skip(late, "contact_blocked")
    late.refresh_from_db()
    assert late.status == Status.SENDING


def test_the_wait_grows_and_has_an_end():
    waits = [releasing.backoff(Message(starts=starts)) for starts in range(1, 20)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10, releasing.MAX_BACKOFF_SECONDS)


# -- Several people in one call ------------------------------------------------------------------


@pytest.fixture
def joining_bot(db):
    return make_bot(account=make_account(options={"coalesce": 3}))


def test_the_same_words_to_several_people_share_a_call(joining_bot):
    rows = [queued(joining_bot) for _ in range(5)]
    calls = claiming.claim(joining_bot, 2)
    assert [len(call.attempts) for call in calls] == [3, 2]
    assert calls[0].request.body["destinations"] == [row.to for row in rows[:3]]


def test_other_words_go_alone(joining_bot):
    queued(joining_bot)
    other = queued(joining_bot)
    other.content["values"]["body.1"] = "Otro"
    other.save(update_fields=["content"])
    assert [len(call.attempts) for call in claiming.claim(joining_bot, 2)] == [1, 1]


def test_nothing_is_joined_unless_the_account_says_so(bot):
    rows = [queued(bot) for _ in range(3)]
    assert [call.request.body["destinations"] for call in claiming.claim(bot, 10)] == [
        [row.to] for row in rows
    ]


def test_what_was_tried_before_goes_alone(joining_bot):
    for _ in range(2):
        queued(joining_bot)
    for call in write_down(claiming.claim(joining_bot, 2)):
        for attempt in call.attempts:
            releasing.release(attempt.message, due_at=timezone.now(), counted=False)
    assert [len(call.attempts) for call in claiming.claim(joining_bot, 2)] == [1, 1]


def test_a_shared_call_that_lost_a_row_is_not_made_and_the_others_go_back(joining_bot):
    lost, *others = [queued(joining_bot) for _ in range(3)]
    begun = claiming.claim(joining_bot, 1)
    claimed(lost)
    assert write_down(begun) == []
    assert [Message.objects.get(pk=row.pk).status for row in others] == [Status.QUEUED] * 2
    assert Attempt.objects.count() == 0


def test_each_attempt_keeps_its_own_request(joining_bot):
    rows = [queued(joining_bot) for _ in range(2)]
    write_down(claiming.claim(joining_bot, 1))
    assert [row.attempts.get().request["body"]["destinations"] for row in rows] == [[row.to] for row in rows]


def test_texts_are_never_joined(joining_bot):
    for _ in range(2):
        contact = make_contact()
        joining_bot.conversations.create(
            contact=contact, window_ends_at=timezone.now() + dt.timedelta(hours=1)
        )
        make_message(joining_bot, contact)
    assert [len(call.attempts) for call in claiming.claim(joining_bot, 5)] == [1, 1]
