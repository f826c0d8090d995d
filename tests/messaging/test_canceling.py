"""Taking back what has not left, exactly, whatever workers do at the same moment."""

import pytest

from messaging import canceling, claiming
from messaging.models import Bot, Message, MessageEvent, Source
from messaging.statuses import Status
from tests.factories import claimed, make_bot, make_message, make_user
from tests.threads import at_once


@pytest.fixture
def boss(db):
    return make_user("olga", "Supervisors")


def statuses(bot):
    return sorted(Message.objects.filter(bot=bot).values_list("status", flat=True))


def test_one_message_that_waits_is_taken_back(bot, boss):
    message = make_message(bot, reason="provider_error")
    assert canceling.cancel(message, boss)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.CANCELED, "")


def test_history_says_who_did_it(bot, boss):
    message = make_message(bot)
    canceling.cancel(message, boss)
    (event,) = message.events.all()
    assert (event.status, event.source, event.actor) == (Status.CANCELED, Source.PERSON, boss)


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.ACCEPTED, Status.READ, Status.CANCELED])
def test_what_has_left_is_not_taken_back(bot, boss, status):
    message = make_message(bot, status=status)
    assert not canceling.cancel(message, boss)
    message.refresh_from_db()
    assert message.status == status
    assert not message.events.exists()


def test_what_a_worker_holds_is_not_taken_back(bot, boss):
    message = claimed(make_message(bot))
    assert not canceling.cancel(message, boss)
    assert statuses(bot) == [Status.SENDING]


def test_all_that_waits_of_a_bot_is_taken_back_and_nothing_else(bot, boss):
    other = make_bot(account=bot.account, provider_id="other")
    make_message(other)
    for status in (Status.QUEUED, Status.QUEUED, Status.PLANNED, Status.UNKNOWN, Status.DELIVERED):
        make_message(bot, status=status)
    assert canceling.cancel_waiting(bot, boss) == 3
    assert statuses(bot) == [*[Status.CANCELED] * 3, Status.DELIVERED, Status.UNKNOWN]
    assert statuses(other) == [Status.QUEUED]


def test_there_is_one_line_of_history_for_each_row_that_was_canceled(bot, boss):
    for _number in range(3):
        make_message(bot)
    claimed(make_message(bot))
    canceling.cancel_waiting(bot, boss)
    canceled = set(Message.objects.filter(status=Status.CANCELED).values_list("pk", flat=True))
    assert set(MessageEvent.objects.values_list("message", flat=True)) == canceled
    assert MessageEvent.objects.count() == 3


def test_more_rows_than_one_chunk_are_all_taken_back(bot, boss):
    like = make_message(bot)
    fields = {"bot": bot, "contact": like.contact, "kind": "text", "content": {}, "due_at": like.due_at}
    Message.objects.bulk_create(Message(**fields) for _number in range(canceling.CHUNK + 1))
    assert canceling.cancel_waiting(bot, boss) == canceling.CHUNK + 2
    assert set(statuses(bot)) == {Status.CANCELED}


def test_with_nothing_there_nothing_is_canceled(bot, boss):
    assert canceling.cancel_waiting(bot, boss) == 0


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_cancel_each_row_once(bot, boss):
    for _number in range(20):
        make_message(bot)
    counts = at_once(lambda: canceling.cancel_waiting(Bot.objects.get(), boss))
    assert sum(counts) == MessageEvent.objects.count() == 20
    assert set(statuses(bot)) == {Status.CANCELED}


@pytest.mark.django_db(transaction=True)
def test_a_worker_at_the_same_moment_gets_a_row_or_the_person_does(bot, boss):
    for _number in range(30):
        make_message(bot)
    acts = iter([lambda: canceling.cancel_waiting(bot, boss), lambda: claiming.claim(bot, 10)])
    at_once(lambda: next(acts)())
    canceled = Message.objects.filter(status=Status.CANCELED)
    assert MessageEvent.objects.filter(status=Status.CANCELED).count() == canceled.count()
    assert not canceled.exclude(claim_id=None).exists()
    assert len(statuses(bot)) == 30
