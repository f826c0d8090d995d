"""Why a row has not left yet and when it will: every one has both."""

import datetime as dt

import pytest
from django.utils import timezone

from messaging import backlog, health, waiting
from messaging.models import Bot, Health, Lane, Message, Stop
from messaging.statuses import Status
from tests.factories import make_account, make_bot, make_message, make_template, make_user


@pytest.fixture
def worker(db):
    health.beat()


def in_(**span):
    return timezone.now() + dt.timedelta(**span)


def explain(message):
    return waiting.explain(Message.objects.get(pk=message.pk))


# -- One row ---------------------------------------------------------------------------------------


def test_the_first_row_of_the_queue_leaves_now(worker, bot):
    wait = explain(make_message(bot))
    assert (wait.reason, wait.ahead) == ("in_queue", 0)
    assert wait.until <= in_(seconds=1)
    assert wait.is_moving


def test_a_row_in_the_queue_says_how_many_leave_before_it_and_when(worker, bot):
    Bot.objects.update(rate=0.5)
    for _number in range(3):
        make_message(bot)
    wait = explain(make_message(bot))
    assert "3 messages" in wait.sentence
    assert in_(seconds=5) < wait.until < in_(seconds=8)


def test_a_person_goes_before_a_campaign_and_a_campaign_is_a_little_slower(worker, bot):
    Bot.objects.update(rate=0.1)
    campaign = make_message(bot, lane=Lane.CAMPAIGN, due_at=in_(hours=-1))
    alone = explain(make_message(bot))
    after = explain(campaign)
    assert (alone.ahead, after.ahead) == (0, 1)
    assert after.until > in_(seconds=11)


def test_rows_due_at_the_same_moment_leave_in_the_order_in_which_they_were_written(worker, bot):
    at = in_(seconds=-5)
    rows = [make_message(bot, due_at=at) for _number in range(3)]
    assert [explain(row).ahead for row in rows] == [0, 1, 2]


def test_other_bots_and_what_is_due_later_do_not_stand_before_it(worker, bot):
    other = make_bot(account=bot.account, provider_id="other")
    make_message(other, due_at=in_(hours=-1))
    make_message(bot, due_at=in_(hours=1))
    make_message(bot, status=Status.READ)
    assert explain(make_message(bot)).ahead == 0


def test_counting_stops_where_it_tells_nobody_more(worker, bot):
    last = make_message(bot)
    before = {"bot": bot, "contact": last.contact, "kind": "text", "content": {}, "due_at": in_(hours=-1)}
    Message.objects.bulk_create(Message(**before) for _number in range(waiting.MOST_AHEAD + 5))
    wait = explain(last)
    assert wait.ahead == waiting.MOST_AHEAD + 1
    assert "More than 10,000" in wait.sentence


def test_a_slot_that_is_taken_already_is_waited_for(worker, bot):
    Bot.objects.update(next_slot=in_(seconds=40).timestamp())
    assert explain(make_message(bot)).until > in_(seconds=38)


def test_without_a_worker_that_is_the_reason(bot):
    wait = explain(make_message(bot))
    assert (wait.reason, wait.until) == ("no_worker", None)
    assert wait.action


def test_a_row_that_is_set_for_later_says_so(worker, bot):
    at = in_(hours=3)
    wait = explain(make_message(bot, due_at=at))
    assert (wait.reason, wait.until) == ("scheduled", at)


@pytest.mark.parametrize("reason", ["provider_error", "rate_limited", "pair_interval"])
def test_a_row_that_was_put_back_says_why_and_when_it_is_tried_again(worker, bot, reason):
    at = in_(minutes=1)
    wait = explain(make_message(bot, due_at=at, reason=reason))
    assert (wait.reason, wait.until) == (reason, at)
    assert "The next try comes by itself." in wait.sentence


def test_a_row_put_back_whose_time_has_come_is_in_the_queue_again(worker, bot):
    assert explain(make_message(bot, due_at=in_(seconds=-1), reason="provider_error")).reason == "in_queue"


def test_beyond_the_daily_reach_templates_wait_and_answers_do_not(worker, bot):
    free = in_(hours=2)
    Bot.objects.update(reach_free_at=free)
    wait = explain(make_message(bot, template=make_template(bot)))
    assert (wait.reason, wait.until) == ("daily_reach", free)
    assert explain(make_message(bot)).reason == "in_queue"


def test_a_row_that_was_started_too_often_waits_for_the_sweeper(worker, bot, settings):
    wait = explain(make_message(bot, starts=settings.SEND_MAX_STARTS))
    assert wait.reason == "too_many_starts"
    assert wait.until


def test_a_row_of_a_campaign_that_has_not_started_says_so(worker, bot):
    assert explain(make_message(bot, status=Status.PLANNED, due_at=None)).reason == "planned"


def test_a_bot_that_is_off_keeps_everything(worker, bot):
    Bot.objects.update(is_on=False, paused_reason="bot_paused")
    wait = explain(make_message(bot, due_at=in_(hours=1)))
    assert (wait.reason, wait.until) == ("bot_off", None)


def test_refused_credentials_keep_everything_until_somebody_enters_good_ones(worker):
    bot = make_bot(account=make_account(health=Health.FAILED), paused_reason="rate_limited")
    wait = explain(make_message(bot))
    assert (wait.reason, wait.until) == ("wrong_credentials", None)
    assert "credentials" in wait.sentence


def test_a_pause_names_who_made_it_and_its_end(worker, bot):
    until = in_(hours=1)
    Bot.objects.update(paused_reason="bot_paused", paused_by=make_user("olga"), paused_until=until)
    wait = explain(make_message(bot))
    assert (wait.reason, wait.until, wait.sentence) == ("bot_paused", until, "olga paused the bot.")


def test_a_pause_that_the_provider_asked_for_says_why_in_our_words(worker, bot):
    Bot.objects.update(paused_reason="rate_limited", paused_until=in_(minutes=1))
    wait = explain(make_message(bot))
    assert (wait.reason, wait.action) == ("rate_limited", "")
    assert "Too many requests" in str(wait.sentence)


def test_the_slowest_bot_of_all_has_no_date_rather_than_an_error(worker, bot):
    Bot.objects.update(rate=1e-300)
    make_message(bot)
    assert explain(make_message(bot)).until is None


def test_explaining_costs_a_handful_of_queries(worker, bot, django_assert_max_num_queries):
    message = Message.objects.select_related("bot__account").get(pk=make_message(bot).pk)
    with django_assert_max_num_queries(5):
        waiting.explain(message)


# -- All rows of some bots -------------------------------------------------------------------------


def told(*bots):
    stops = backlog.stops(bots)
    found = waiting.causes(bots, backlog.groups(bots, stops), stops, health.last_beat())
    return [(cause.bot, cause.count, cause.wait.reason) for cause in found]


@pytest.fixture
def sales(bot):
    return make_bot(account=bot.account, name="Ventas", provider_id="ventas")


def test_rows_are_counted_by_bot_and_cause_the_most_first(worker, bot, sales):
    Bot.objects.filter(pk=sales.pk).update(paused_reason="bot_paused")
    sales.refresh_from_db()
    make_message(sales, lane=Lane.CAMPAIGN)
    make_message(sales)
    make_message(sales, due_at=in_(hours=1))
    make_message(bot, due_at=in_(hours=1))
    assert told(bot, sales) == [(sales, 3, "bot_paused"), (bot, 1, "scheduled")]


def test_every_waiting_row_is_in_one_cause(worker, bot):
    Bot.objects.update(reach_free_at=in_(hours=1))
    bot.refresh_from_db()
    make_message(bot)
    make_message(bot, template=make_template(bot))
    make_message(bot, due_at=in_(hours=1))
    make_message(bot, due_at=in_(hours=1), reason="pair_interval")
    make_message(bot, status=Status.PLANNED, due_at=None)
    make_message(bot, status=Status.READ)
    reasons = {"in_queue", "daily_reach", "scheduled", "pair_interval", "planned"}
    assert {reason for _bot, _count, reason in told(bot)} == reasons
    assert sum(count for _bot, count, _reason in told(bot)) == 5


def test_the_sum_agrees_with_what_each_row_says(worker, bot):
    for fields in ({}, {"due_at": in_(hours=1)}, {"starts": 99}, {"reason": "provider_error"}):
        make_message(bot, **fields)
    single = sorted(explain(message).reason for message in Message.objects.all())
    assert single == sorted(reason for _bot, count, reason in told(bot) for _each in range(count))


def test_a_queue_says_when_its_last_row_will_have_left(worker, bot):
    bot.rate = 0.1
    for _number in range(3):
        make_message(bot)
    (cause,) = waiting.causes([bot], backlog.groups([bot], []), [], health.last_beat())
    assert in_(seconds=25) < cause.wait.until < in_(seconds=40)


def test_a_thousand_rows_cost_as_many_queries_as_one(worker, bot, django_assert_num_queries):
    for number in range(20):
        make_message(bot, due_at=in_(hours=number % 3))
    with django_assert_num_queries(3):
        told(bot)


# -- Taken back ------------------------------------------------------------------------------------


@pytest.fixture
def stopped(bot):
    """Somebody has pressed Stop, and nothing is canceled yet. Two rows came before that, one after it."""
    rows = [make_message(bot), make_message(bot, status=Status.PLANNED, due_at=None)]
    pressed = {"by": make_user("olga"), "up_to": rows[-1].pk, "waiting": 2}
    return Stop.objects.create(bot=bot, **pressed), *rows, make_message(bot)


def test_a_row_that_somebody_took_back_says_who(worker, stopped):
    _pressed, queued, planned, later = stopped
    for row in (queued, planned):
        wait = explain(row)
        assert (wait.reason, wait.until, wait.is_moving) == ("canceling", None, True)
        assert wait.sentence.startswith("olga stopped the bot")
    assert explain(later).reason == "in_queue"


def test_what_is_taken_back_goes_before_a_pause(worker, bot, stopped):
    Bot.objects.update(paused_reason="bot_paused")
    assert explain(stopped[1]).reason == "canceling"
    assert explain(stopped[3]).reason == "bot_paused"


def test_rows_that_are_taken_back_are_counted_apart(worker, bot, stopped):
    assert told(bot) == [(bot, 2, "canceling"), (bot, 1, "in_queue")]
    stopped[0].ended_at = timezone.now()
    stopped[0].save()
    assert {reason for _bot, _count, reason in told(bot)} == {"in_queue", "planned"}


def test_another_bots_rows_are_not_taken_back(worker, bot, sales, stopped):
    row = make_message(sales)
    Stop.objects.update(up_to=row.pk)
    assert told(sales) == [(sales, 1, "in_queue")]
    assert explain(row).reason == "in_queue"


# -- Counted ---------------------------------------------------------------------------------------


def test_a_row_is_in_one_group_whatever_it_is(bot, settings):
    template = make_template(bot)
    for due_at in (in_(hours=-1), in_(hours=1), None):
        for reason in ("", "provider_error"):
            for starts in (0, 2, settings.SEND_MAX_STARTS):
                for lane in Lane:
                    make_message(bot, due_at=due_at, reason=reason, starts=starts, lane=lane)
                    make_message(
                        bot, due_at=due_at, reason=reason, starts=starts, lane=lane, template=template
                    )
    found = backlog.groups([bot], [])
    assert sum(group.count for group in found) == Message.objects.count() == 72
    assert sum(group.again for group in found) == 48
    assert sum(group.count for group in found if group.is_due) == 24
    assert sum(group.count for group in found if group.is_worn) == 8
    assert sum(group.count for group in found if group.is_template) == 8
    assert sum(group.count for group in found if group.reason) == 24


def test_rows_put_back_and_rows_set_for_later_have_ends_of_their_own(bot):
    soon, later = in_(minutes=1), in_(hours=1)
    make_message(bot, due_at=soon, reason="provider_error", starts=2)
    make_message(bot, due_at=later)
    found = {group.reason: (group.first, group.again) for group in backlog.groups([bot], [])}
    assert found == {"provider_error": (soon, 1), "": (later, 0)}


def test_the_first_that_is_due_is_known_for_each_lane(bot):
    first = make_message(bot, due_at=in_(hours=-2), starts=99)
    make_message(bot, due_at=in_(hours=-1), template=make_template(bot))
    assert {group.first for group in backlog.groups([bot], []) if group.is_due} == {first.due_at}
