"""What a dead worker left behind, and what nobody was woken for."""

import datetime as dt

from django.utils import timezone
from django_q.models import OrmQ

from messaging import claiming, queueing, releasing, sweeping
from messaging.calls import write_down
from messaging.models import Outcome
from messaging.statuses import Status
from tests.factories import claimed, let_lease_end, queued


def test_a_dead_workers_row_goes_back_if_nothing_was_begun(bot):
    message = let_lease_end(claimed(queued(bot)))
    sweeping.sweep()
    message.refresh_from_db()
    assert (message.status, message.claim_id, message.starts) == (Status.QUEUED, None, 1)
    assert message.due_at > timezone.now()


def test_a_dead_workers_row_is_unknown_if_something_was_begun(bot):
    message = let_lease_end(claimed(queued(bot), attempt=True))
    sweeping.sweep()
    message.refresh_from_db()
    known = (message.status, message.reason, message.provider_code)
    assert known == (Status.UNKNOWN, "no_answer", "worker_died")
    assert message.attempts.get().outcome == Outcome.UNKNOWN


def test_a_row_whose_lease_still_holds_is_left_alone(bot):
    message = claimed(queued(bot), attempt=True)
    sweeping.sweep()
    message.refresh_from_db()
    assert message.status == Status.SENDING


def test_the_sweeper_leaves_a_row_that_was_released_this_moment(bot):
    message = let_lease_end(claimed(queued(bot), attempt=True))
    (seen,) = sweeping._expired_leases()
    releasing.release(message, due_at=timezone.now())
    sweeping._end_lease(seen)
    message.refresh_from_db()
    assert message.status == Status.QUEUED


def test_the_sweeper_sees_an_attempt_that_was_written_this_moment(bot):
    message = queued(bot)
    begun = claiming.claim(bot, 1)
    let_lease_end(message)
    (seen,) = sweeping._expired_leases()
    write_down(begun)
    sweeping._end_lease(seen)
    message.refresh_from_db()
    assert message.status == Status.UNKNOWN


def woken():
    return [(task.func(), *task.args()) for task in OrmQ.objects.order_by("pk")]


def test_a_lost_wake_task_is_made_good(bot, django_capture_on_commit_callbacks):
    queued(bot)
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep()
    assert woken() == [(queueing.PUMP,)]


def test_nobody_is_woken_for_rows_that_are_due_later(bot, django_capture_on_commit_callbacks):
    queued(bot, due_at=timezone.now() + dt.timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep()
    assert woken() == []


def test_nobody_is_woken_for_a_bot_that_may_not_send(bot, django_capture_on_commit_callbacks):
    queued(bot)
    bot.is_on = False
    bot.save(update_fields=["is_on"])
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep()
    assert woken() == []
