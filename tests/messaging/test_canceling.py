"""Taking back what has not left, exactly, whatever workers do at the same moment."""

import datetime as dt

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from messaging import canceling, claiming, connecting, due, queueing, releasing, sweeping, tasks
from messaging.models import Bot, Message, MessageEvent, Source, Stop
from messaging.statuses import Status
from tests.factories import claimed, make_bot, make_message, make_user
from tests.threads import at_once, side_by_side

MANY = canceling.AT_ONCE + 1


@pytest.fixture
def boss(db):
    return make_user("olga", "Supervisors")


@pytest.fixture
def queue(bot):
    """More than a request cancels itself."""
    return fill(bot, MANY)


def fill(bot, count):
    like = make_message(bot)
    fields = {"bot": bot, "contact": like.contact, "kind": "text", "content": {}, "due_at": like.due_at}
    Message.objects.bulk_create(Message(**fields) for _number in range(count - 1))
    return Message.objects.filter(bot=bot)


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


# -- All that waits ------------------------------------------------------------------------------


def test_all_that_waits_of_a_bot_is_taken_back_and_nothing_else(bot, boss):
    other = make_bot(account=bot.account, provider_id="other")
    make_message(other)
    for status in (Status.QUEUED, Status.QUEUED, Status.PLANNED, Status.UNKNOWN, Status.DELIVERED):
        make_message(bot, status=status)
    assert canceling.stop(bot, boss).canceled == 3
    assert statuses(bot) == [*[Status.CANCELED] * 3, Status.DELIVERED, Status.UNKNOWN]
    assert statuses(other) == [Status.QUEUED]


def test_a_bot_that_is_stopped_is_paused_by_whoever_did_it(bot, boss):
    canceling.stop(bot, boss)
    bot.refresh_from_db()
    assert (bot.is_paused, bot.paused_by) == (True, boss)


def test_there_is_one_line_of_history_for_each_row_that_was_canceled(bot, boss):
    for _number in range(3):
        make_message(bot)
    claimed(make_message(bot))
    canceling.stop(bot, boss)
    canceled = set(Message.objects.filter(status=Status.CANCELED).values_list("pk", flat=True))
    assert set(MessageEvent.objects.values_list("message", "actor")) == {(pk, boss.pk) for pk in canceled}
    assert MessageEvent.objects.count() == 3


def test_lines_written_many_at_once_are_those_of_one_alone(bot, boss):
    alone, together = make_message(bot), make_message(bot)
    canceling.cancel(alone, boss)
    line = alone.events.get()
    canceling.stop(bot, boss)
    same = together.events.get()
    for field in ("status", "source", "actor", "raw", "word", "reason", "provider_id", "provider_time"):
        assert getattr(same, field) == getattr(line, field)
    assert same.key != line.key


def test_with_nothing_there_nothing_is_canceled(bot, boss):
    pressed = canceling.stop(bot, boss)
    assert pressed.canceled == 0
    assert pressed.ended_at


# -- More than a request cancels -----------------------------------------------------------------


def test_a_long_queue_is_left_to_a_worker(queue, bot, boss, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        pressed = canceling.stop(bot, boss)
    assert (pressed.waiting, pressed.canceled, pressed.is_canceling) == (MANY, 0, True)
    assert [task.func() for task in OrmQ.objects.all()] == [queueing.CANCEL]


def test_a_worker_cancels_all_of_it(queue, bot, boss):
    canceling.stop(bot, boss)
    tasks.cancel()
    assert set(statuses(bot)) == {Status.CANCELED}
    assert MessageEvent.objects.filter(actor=boss).count() == MANY
    pressed = Stop.objects.get()
    assert (pressed.canceled, pressed.is_canceling) == (MANY, False)
    assert pressed.ended_at


def test_nothing_of_it_is_claimed_although_the_bot_is_resumed(queue, bot, boss):
    seen = Bot.objects.get()
    canceling.stop(bot, boss)
    connecting.resume(bot)
    later = make_message(bot)
    assert [row.pk for row in claiming._win(seen, 10, claiming.uuid.uuid4())] == [later.pk]


def test_what_joins_the_queue_later_stays_in_it(queue, bot, boss):
    canceling.stop(bot, boss)
    later = make_message(bot)
    tasks.cancel()
    assert list(Message.objects.filter(status=Status.QUEUED)) == [later]


def test_a_slice_of_time_leaves_the_rest_to_the_next_task(
    queue, bot, boss, monkeypatch, django_capture_on_commit_callbacks
):
    canceling.stop(bot, boss)
    monkeypatch.setattr(canceling, "SLICE_SECONDS", 0)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.cancel()
    assert statuses(bot).count(Status.CANCELED) == Stop.objects.get().canceled == canceling.CHUNK
    assert [task.func() for task in OrmQ.objects.all()] == [queueing.CANCEL]


def test_the_sweeper_goes_on_where_a_worker_died(queue, bot, boss):
    canceling.stop(bot, boss)
    Stop.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    sweeping.sweep()
    assert set(statuses(bot)) == {Status.CANCELED}


def test_nobody_interferes_with_a_worker_that_lives(queue, bot, boss):
    canceling.stop(bot, boss)
    Stop.objects.update(lease_until=timezone.now() + canceling.LEASE)
    sweeping.sweep()
    assert set(statuses(bot)) == {Status.QUEUED}


def test_a_second_press_is_the_first_one(queue, bot, boss):
    pressed = canceling.stop(bot, boss)
    assert canceling.stop(bot, make_user("petra", "Supervisors")) == pressed
    tasks.cancel()
    assert MessageEvent.objects.filter(actor=boss).count() == MANY


def test_each_person_cancels_what_came_before_their_press(queue, bot, boss):
    canceling.stop(bot, boss)
    later, petra = make_message(bot), make_user("petra", "Supervisors")
    assert canceling.stop(bot, petra).canceled == 1
    tasks.cancel()
    assert later.events.get().actor == petra
    assert MessageEvent.objects.filter(actor=boss).count() == MANY


# -- What workers held ---------------------------------------------------------------------------


def test_a_row_that_comes_back_is_canceled_too(bot, boss):
    message = claimed(make_message(bot))
    canceling.stop(bot, boss)
    releasing.put_back([message])
    connecting.resume(bot)
    assert due.look() == {}
    sweeping.sweep()
    assert statuses(bot) == [Status.CANCELED]
    assert Stop.objects.get().ended_at


def test_a_stop_lasts_until_no_worker_holds_any_of_its_rows(bot, boss):
    message = claimed(make_message(bot))
    assert canceling.stop(bot, boss).ended_at is None
    sweeping.sweep()
    assert Stop.objects.get().ended_at is None
    Message.objects.filter(pk=message.pk).update(status=Status.ACCEPTED)
    sweeping.sweep()
    assert Stop.objects.get().ended_at


# -- At the same moment --------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_cancel_each_row_once(bot, boss):
    for _number in range(20):
        make_message(bot)
    at_once(lambda: canceling.stop(Bot.objects.get(), boss))
    sweeping.sweep()
    assert MessageEvent.objects.count() == 20
    assert set(statuses(bot)) == {Status.CANCELED}
    assert not Stop.objects.open().exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_cancel_each_row_once(queue, bot, boss):
    canceling.stop(bot, boss)
    at_once(tasks.cancel)
    assert MessageEvent.objects.count() == Stop.objects.get().canceled == MANY


@pytest.mark.django_db(transaction=True)
def test_a_worker_at_the_same_moment_gets_a_row_or_the_person_does(bot, boss):
    for _number in range(30):
        make_message(bot)
    side_by_side(lambda: canceling.stop(bot, boss), lambda: claiming.claim(bot, 10))
    sweeping.sweep()
    canceled = Message.objects.filter(status=Status.CANCELED)
    assert MessageEvent.objects.filter(status=Status.CANCELED).count() == canceled.count()
    assert not canceled.exclude(claim_id=None).exists()
    assert len(statuses(bot)) == 30


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_claims_all_the_while_wins_nothing_after_the_press(queue, bot, boss):
    seen = Bot.objects.get()

    def claim():
        return [row.pk for _ in range(20) for row in claiming._win(seen, 5, claiming.uuid.uuid4())]

    canceling.stop(bot, boss)
    connecting.resume(bot)
    later = [make_message(bot).pk for _number in range(3)]
    won, _ = side_by_side(claim, tasks.cancel)
    assert sorted(won) == later
    assert statuses(bot).count(Status.CANCELED) == MessageEvent.objects.count() == MANY
