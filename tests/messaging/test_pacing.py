"""The limits of a bot, which all workers share."""

import datetime as dt
import time
from uuid import uuid4

import pytest
from django.utils import timezone

from messaging import claiming, pacing
from messaging.models import Lane, Message
from messaging.statuses import Status
from tests.factories import make_contact, make_message, open_window, queued
from tests.threads import at_once


def slots(bot, seconds, **more):
    """When the slots lie that one can get within so many seconds, from the first ask on."""
    begin, found = time.monotonic(), []
    while time.monotonic() - begin < seconds:
        delay = pacing.reserve(bot, 1, **more)
        if delay is None:
            time.sleep(0.005)
        else:
            found.append(time.monotonic() - begin + delay)
    return found


def busiest(moments, window=1.0):
    return max(sum(begin <= moment < begin + window for moment in moments) for begin in moments)


@pytest.mark.parametrize("rate", [5, 40])
def test_no_window_of_a_second_holds_more_than_the_rate(bot, rate):
    bot.rate = rate
    found = slots(bot, 2.2)
    assert busiest(found) <= rate
    assert len(found) >= rate * 2 * 0.85


@pytest.mark.django_db(transaction=True)
def test_workers_share_one_rate(bot):
    bot.rate = 20
    found = [moment for part in at_once(lambda: slots(bot, 1.5), times=3) for moment in part]
    # The threads begin within a few milliseconds of each other.
    assert busiest(found, window=0.98) <= 20


def test_many_slots_are_taken_at_once(bot):
    bot.rate = 100
    assert pacing.reserve(bot, 10) == pytest.approx(0, abs=0.01)
    assert pacing.reserve(bot, 1) == pytest.approx(0.105, abs=0.03)


def test_a_slot_far_ahead_is_not_handed_out(bot):
    bot.rate = 1
    assert pacing.reserve(bot, 1) is not None
    assert pacing.reserve(bot, 1) is None


def test_a_campaign_leaves_a_share_of_the_rate_to_people_who_wait(bot):
    bot.rate = 100
    campaign = slots(bot, 1.0, campaign=True)
    assert len(campaign) <= 100 * pacing.CAMPAIGN_SHARE + pacing.LOOK_AHEAD * 100
    bot.refresh_from_db()
    assert bot.next_slot < bot.next_campaign_slot


def test_a_person_goes_before_the_campaigns_next_slot(bot):
    bot.rate = 4
    pacing.reserve(bot, 1, campaign=True)
    time.sleep(pacing.interval(bot) - pacing.LOOK_AHEAD + 0.02)
    assert pacing.reserve(bot, 1) is not None


# -- One person ----------------------------------------------------------------------------------


def claim(bot):
    return [attempt.message for call in claiming.claim(bot, 20) for attempt in call.attempts]


def test_a_second_message_to_one_person_waits_for_the_interval(bot):
    bot.pair_interval = 60
    bot.save(update_fields=["pair_interval"])
    contact = make_contact()
    first, second = queued(bot, contact), queued(bot, contact)
    other = queued(bot)
    assert claim(bot) == [first, other]
    second.refresh_from_db()
    assert (second.status, second.reason, second.starts) == (Status.QUEUED, "pair_interval", 0)
    assert timedelta_to(second.due_at) == pytest.approx(60, abs=5)


def timedelta_to(moment):
    return (moment - timezone.now()).total_seconds()


def test_several_messages_to_one_person_are_spread(bot):
    bot.pair_interval = 60
    bot.save(update_fields=["pair_interval"])
    contact = make_contact()
    rows = [queued(bot, contact) for _ in range(3)]
    claim(bot)
    waits = [round(timedelta_to(Message.objects.get(pk=row.pk).due_at), -1) for row in rows]
    assert waits == [0, 60, 120]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_write_to_one_person_at_once(bot):
    bot.pair_interval = 60
    bot.save(update_fields=["pair_interval"])
    contact = make_contact()
    for _ in range(4):
        queued(bot, contact)
    won = at_once(lambda: claiming.claim(bot, 1), times=3)
    assert sum(len(calls) for calls in won) == 1


# -- Many people ---------------------------------------------------------------------------------


@pytest.fixture
def small_bot(bot):
    bot.daily_reach = 2
    bot.save(update_fields=["daily_reach"])
    return bot


def test_a_bot_begins_with_no_more_people_than_it_may(small_bot):
    rows = [queued(small_bot) for _ in range(4)]
    assert claim(small_bot) == rows[:2]
    small_bot.refresh_from_db()
    assert timedelta_to(small_bot.reach_free_at) == pytest.approx(24 * 3600, abs=5)
    assert claim(small_bot) == []
    assert {row.status for row in Message.objects.filter(pk__in=[row.pk for row in rows[2:]])} == {
        Status.QUEUED
    }


def test_rows_beyond_the_reach_say_so(small_bot):
    rows = [queued(small_bot) for _ in range(3)]
    claim(small_bot)
    rows[2].refresh_from_db()
    assert (rows[2].reason, rows[2].starts) == ("daily_reach", 0)


def test_people_who_were_reached_already_count_once(small_bot):
    contact = make_contact()
    rows = [queued(small_bot, contact) for _ in range(4)]
    assert claim(small_bot) == rows


def test_answers_to_people_who_wrote_do_not_count(small_bot):
    for _ in range(3):
        contact = make_contact()
        open_window(small_bot, contact)
        make_message(small_bot, contact)
    assert len(claim(small_bot)) == 3


def test_texts_go_on_when_the_reach_is_used_up(small_bot):
    small_bot.reach_free_at = timezone.now() + dt.timedelta(hours=3)
    small_bot.save(update_fields=["reach_free_at"])
    queued(small_bot)
    contact = make_contact()
    open_window(small_bot, contact)
    text = make_message(small_bot, contact)
    assert claim(small_bot) == [text]


def test_the_reach_is_rolling(small_bot):
    for hours in (25, 23):
        talk = open_window(small_bot, make_contact(), hours_ago=100)
        talk.reached_at = timezone.now() - dt.timedelta(hours=hours)
        talk.save(update_fields=["reached_at"])
    first, _second = queued(small_bot), queued(small_bot)
    assert claim(small_bot) == [first]
    small_bot.refresh_from_db()
    assert timedelta_to(small_bot.reach_free_at) == pytest.approx(3600, abs=5)


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_reach_more_people_than_one(small_bot):
    for _ in range(8):
        queued(small_bot, lane=Lane.CAMPAIGN)
    won = at_once(lambda: claiming.claim(small_bot, 3), times=3)
    assert sum(len(calls) for calls in won) == 2


def test_bots_without_limits_pay_nothing_for_them(django_assert_num_queries, bot):
    queued(bot)
    rows = claiming._win(bot, 1, uuid4(), {})
    with django_assert_num_queries(0):
        assert pacing.admit(bot, rows) == pacing.Admission(rows)
