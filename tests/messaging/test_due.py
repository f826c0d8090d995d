"""What may be claimed now, for those who look: the same as whoever claims wins."""

import datetime as dt

import pytest
from django.utils import timezone

from messaging import canceling, claiming, connecting, due
from messaging.due import Due
from messaging.models import Bot, Lane, Message
from messaging.statuses import Status
from tests.factories import make_bot, make_contact, make_message, open_window, queued


def in_an_hour():
    return timezone.now() + dt.timedelta(hours=1)


def test_nothing_is_due_where_nothing_waits(bot):
    assert due.look() == {}


def test_each_bot_has_what_waits_of_it(bot):
    other = make_bot(provider_id="another")
    queued(bot, lane=Lane.CAMPAIGN)
    queued(other, lane=Lane.INTERACTIVE)
    assert due.look() == {bot.pk: Due(bulk=True), other.pk: Due(urgent=True)}


@pytest.mark.parametrize(
    "change", [{"status": Status.PLANNED}, {"due_at": None}, {"due_at": in_an_hour()}, {"starts": 5}]
)
def test_what_may_not_leave_yet_is_not_due(bot, change):
    Message.objects.filter(pk=queued(bot).pk).update(**change)
    assert (due.look(), claiming.claim(bot, 10)) == ({}, [])


def test_templates_wait_while_the_reach_is_used_up(bot):
    Bot.objects.update(reach_free_at=in_an_hour())
    queued(bot)
    assert (due.look(), claiming.claim(bot, 10)) == ({}, [])


def test_an_answer_leaves_although_the_reach_is_used_up(bot):
    Bot.objects.update(reach_free_at=in_an_hour())
    contact = make_contact()
    open_window(bot, contact)
    make_message(bot, contact)
    assert due.look() == {bot.pk: Due(urgent=True)}
    assert len(claiming.claim(bot, 10)) == 1


def test_the_reach_is_what_it_is_now_and_not_what_the_worker_saw(bot):
    seen = Bot.objects.select_related("account").get()
    Bot.objects.update(reach_free_at=in_an_hour())
    queued(bot)
    assert claiming.claim(seen, 10) == []


def test_what_a_stop_takes_back_is_not_due(bot, admin_user, monkeypatch):
    monkeypatch.setattr(canceling, "AT_ONCE", 0)  # left to a worker
    queued(bot)
    canceling.stop(bot, admin_user)
    connecting.resume(bot)
    assert due.look() == {}
    later = queued(bot)
    assert (due.look(), Message.objects.filter(status=Status.QUEUED).count()) == ({bot.pk: Due(True)}, 2)
    assert [call.attempts[0].row.pk for call in claiming.claim(bot, 10)] == [later.pk]


def test_a_look_costs_the_same_few_queries_whatever_there_is(bot, django_assert_max_num_queries):
    for number in range(5):
        queued(make_bot(provider_id=f"bot-{number}"))
    with django_assert_max_num_queries(4):
        assert len(due.look()) == 5
