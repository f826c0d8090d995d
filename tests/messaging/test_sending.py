"""From a queued row to a provider's answer. The referee is the simulator, which counts what it took."""

import datetime as dt
import json
import logging
import time

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from messaging import connecting, intake, queueing, sending, sweeping
from messaging.models import Account, Attempt, Health, Lane, Message, MessageEvent, Outcome
from messaging.providers.base import Answer, SendResult, StatusEvent
from messaging.statuses import Status
from templates_app.components import Button, Components
from templates_app.models import Template
from tests.factories import claimed, make_bot, make_contact, make_message, make_template, open_window
from tests.threads import at_once

CODE = "739204"


def queue(bot, contact=None, **fields):
    """A template that waits to be sent."""
    template = bot.templates.first() or make_template(bot)
    return make_message(bot, contact, template=template, **fields)


def queue_code(bot):
    """A one-time code with a template that the provider does not know; its answer repeats the request."""
    components = Components(body="Tu código es {{1}}.")
    template = make_template(bot, components, element_name="codigo", category="AUTHENTICATION")
    message = make_message(bot, template=template)
    message.content["values"] = {"body.1": CODE}
    message.save(update_fields=["content"])
    return message


def make_due(message):
    """As if the wait before the next try were over."""
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())


def let_lease_end(message):
    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    message.refresh_from_db()
    return message


def statuses(*messages):
    return [Message.objects.get(pk=message.pk).status for message in messages]


# -- The straight way ----------------------------------------------------------------------------


def test_it_sends_what_is_queued(live_bot, simulator):
    message = queue(live_bot)
    assert sending.pump(live_bot.pk) == 1
    message.refresh_from_db()
    assert (message.status, message.starts) == (Status.ACCEPTED, 1)
    assert message.provider_id == simulator.messages()[0]["id"]
    assert simulator.accepted() == {message.to: 1}


def test_it_keeps_what_was_asked_and_answered(live_bot, simulator):
    message = queue(live_bot)
    sending.pump(live_bot.pk)
    attempt = message.attempts.get()
    assert (attempt.outcome, attempt.http_status, attempt.number) == (Outcome.ACCEPTED, 200, 1)
    assert attempt.request["body"]["destinations"] == [message.to]
    assert json.loads(attempt.answer)[0]["destination"] == message.to


def test_it_sends_text_while_the_window_is_open(live_bot, simulator):
    contact = make_contact()
    simulator.inbound(contact.wa_id)
    open_window(live_bot, contact)
    message = make_message(live_bot, contact)
    sending.pump(live_bot.pk)
    assert statuses(message) == [Status.ACCEPTED]


def test_what_is_due_later_waits(live_bot, simulator):
    message = queue(live_bot, due_at=timezone.now() + dt.timedelta(minutes=1))
    assert sending.pump(live_bot.pk) == 0
    assert statuses(message) == [Status.QUEUED]


def test_people_who_wait_for_an_answer_go_before_campaigns(bot):
    campaign = queue(bot, lane=Lane.CAMPAIGN)
    person = queue(bot, lane=Lane.INTERACTIVE)
    assert sending.claim(bot) == [person, campaign]


def test_it_holds_the_rate_of_the_bot(live_bot, simulator):
    live_bot.rate = 20
    live_bot.save(update_fields=["rate"])
    for _ in range(6):
        queue(live_bot)
    begin = time.monotonic()
    sending.pump(live_bot.pk)
    assert time.monotonic() - begin >= 5 / 20


def test_a_row_without_a_slot_in_time_is_given_back_untried(bot):
    bot.next_slot_at = timezone.now() + dt.timedelta(minutes=1)
    bot.save(update_fields=["next_slot_at"])
    queue(bot)
    (message,) = sending.claim(bot)
    sending.deliver(bot, message, until=time.monotonic())
    message.refresh_from_db()
    assert (message.status, message.starts) == (Status.QUEUED, 0)


# -- Once ----------------------------------------------------------------------------------------


def test_a_row_is_won_once(bot):
    message = queue(bot)
    assert sending.claim(bot) == [message]
    assert sending.claim(bot) == []


def test_a_claim_has_a_name_and_an_end(bot, settings):
    settings.SEND_LEASE_SECONDS = 40
    queue(bot)
    (message,) = sending.claim(bot)
    assert message.claim_id is not None
    assert abs(message.lease_until - timezone.now() - dt.timedelta(seconds=40)) < dt.timedelta(seconds=5)


def test_another_bots_rows_are_left_alone(bot):
    queue(make_bot(provider_id="another"))
    assert sending.claim(bot) == []


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_win_different_rows(bot):
    expected = {queue(bot).pk for _ in range(20)}
    won = at_once(lambda: [row.pk for _ in range(3) for row in sending.claim(bot, size=4)], times=4)
    rows = [pk for part in won for pk in part]
    assert len(rows) == len(set(rows))
    assert set(rows) == expected


@pytest.mark.django_db(transaction=True)
def test_two_pumps_at_once_send_once(live_bot, simulator):
    messages = [queue(live_bot) for _ in range(15)]
    tried = at_once(lambda: sending.pump(live_bot.pk))
    assert sum(tried) == len(messages)
    assert simulator.accepted() == {message.to: 1 for message in messages}
    assert set(statuses(*messages)) == {Status.ACCEPTED}


def test_a_second_pump_finds_nothing(live_bot, simulator):
    message = queue(live_bot)
    assert [sending.pump(live_bot.pk), sending.pump(live_bot.pk)] == [1, 0]
    assert simulator.accepted() == {message.to: 1}


def test_the_attempt_is_written_before_the_call(live_bot, simulator):
    queue(live_bot)
    (message,) = sending.claim(live_bot)
    request = live_bot.account.provider.build(sending._outbound(live_bot, message))
    attempt = sending.start(message, request)
    assert Attempt.objects.get(pk=attempt.pk).outcome == Outcome.STARTED
    assert simulator.counters()["requests"] == 0


def test_beginning_to_send_renews_the_lease(bot):
    message = claimed(queue(bot), lease_seconds=1)
    sending.start(message, bot.account.provider.build(sending._outbound(bot, message)))
    assert Message.objects.get(pk=message.pk).lease_until > timezone.now() + dt.timedelta(seconds=30)


# -- Leases --------------------------------------------------------------------------------------


def test_a_worker_whose_lease_ran_out_does_not_send(live_bot, simulator):
    late = let_lease_end(claimed(queue(live_bot)))
    sweeping.sweep()
    sending.deliver(live_bot, late)
    assert simulator.counters()["requests"] == 0
    assert statuses(late) == [Status.QUEUED]


def test_the_worker_who_wins_the_row_next_sends_it_and_the_late_one_does_not(live_bot, simulator):
    late = let_lease_end(claimed(queue(live_bot)))
    sweeping.sweep()
    make_due(late)
    (message,) = sending.claim(live_bot)
    sending.deliver(live_bot, late)
    sending.deliver(live_bot, message)
    assert simulator.accepted() == {message.to: 1}
    assert late.attempts.get().claim_id == message.claim_id


def test_a_late_worker_does_not_skip_what_another_sends(bot):
    late = let_lease_end(claimed(queue(bot)))
    sweeping.sweep()
    make_due(late)
    sending.claim(bot)
    sending.skip(late, "contact_blocked")
    assert statuses(late) == [Status.SENDING]


def test_the_sweeper_leaves_a_row_whose_worker_begins_to_send_this_moment(bot):
    message = let_lease_end(claimed(queue(bot)))
    (seen,) = sweeping._expired_leases()
    sending.start(message, bot.account.provider.build(sending._outbound(bot, message)))
    sweeping._end_lease(seen)
    assert statuses(message) == [Status.SENDING]


def test_the_sweeper_leaves_a_row_that_was_released_this_moment(bot):
    message = let_lease_end(claimed(queue(bot), attempt=True))
    (seen,) = sweeping._expired_leases()
    sending.release(message, delay=0)
    sweeping._end_lease(seen)
    assert statuses(message) == [Status.QUEUED]


def test_a_dead_workers_row_goes_back_if_nothing_was_begun(bot):
    message = let_lease_end(claimed(queue(bot)))
    sweeping.sweep()
    message.refresh_from_db()
    assert (message.status, message.claim_id, message.starts) == (Status.QUEUED, None, 1)
    assert message.due_at > timezone.now()


def test_a_dead_workers_row_is_unknown_if_something_was_begun(bot):
    message = let_lease_end(claimed(queue(bot), attempt=True))
    sweeping.sweep()
    message.refresh_from_db()
    assert (message.status, message.reason, message.provider_code) == (
        Status.UNKNOWN,
        "no_answer",
        "worker_died",
    )
    assert message.attempts.get().outcome == Outcome.UNKNOWN


def test_a_row_whose_lease_still_holds_is_left_alone(bot):
    message = claimed(queue(bot), attempt=True)
    sweeping.sweep()
    assert statuses(message) == [Status.SENDING]


def test_an_unknown_row_is_settled_by_the_answer_that_comes_after_all(bot):
    message = let_lease_end(claimed(queue(bot), attempt=True))
    sweeping.sweep()
    result = SendResult("late-1", Answer(200, "[]", {}, []))
    sending.settle(message, message.attempts.get(), result, bot.account.provider)
    assert statuses(message) == [Status.ACCEPTED]


def test_releasing_leaves_a_line_of_history_once(bot):
    message = claimed(queue(bot))
    sending.release(message, delay=0)
    sending.release(message, delay=0)
    assert [event.status for event in message.events.all()] == [Status.QUEUED]


# -- What may have arrived is not repeated ---------------------------------------------------------

UNCERTAIN = {
    "timeout_after": 1,
    "reset_after": 1,
    "not_json": 1,
    "timeout_before": 0,
    "reset_before": 0,
    "502_html": 0,
}


@pytest.mark.parametrize(("fault", "taken"), UNCERTAIN.items())
def test_what_may_have_been_taken_is_unknown_and_never_repeated(live_bot, simulator, settings, fault, taken):
    settings.PROVIDER_TIMEOUT = (1, 0.2)
    simulator.fault(fault, next=1, seconds=0.4)
    message = queue(live_bot)
    for _ in range(3):
        sending.pump(live_bot.pk)
        make_due(message)
        sweeping.sweep()
    assert statuses(message) == [Status.UNKNOWN]
    assert simulator.accepted() == ({message.to: 1} if taken else {})
    assert simulator.counters()["requests"] == 1


def test_an_unknown_row_says_what_is_known(live_bot, simulator):
    simulator.fault("502_html", next=1)
    message = queue(live_bot)
    sending.pump(live_bot.pk)
    message.refresh_from_db()
    assert (message.reason, message.provider_code) == ("no_answer", "http_502")
    assert "502 Bad Gateway" in message.attempts.get().answer


def test_one_uncertain_row_does_not_hold_up_the_next(live_bot, simulator):
    first, second = queue(live_bot), queue(live_bot)
    simulator.fault("reset_after", destination=first.to)
    sending.pump(live_bot.pk)
    assert statuses(first, second) == [Status.UNKNOWN, Status.ACCEPTED]


# -- What certainly did not leave ------------------------------------------------------------------


def test_an_unreachable_provider_costs_the_row_nothing_and_gives_the_bot_a_break(bot):
    messages = [queue(bot) for _ in range(3)]
    sending.pump(bot.pk)
    bot.refresh_from_db()
    assert (bot.obstacle, bot.is_paused) == ("provider_down", True)
    assert bot.paused_until < timezone.now() + dt.timedelta(seconds=connecting.PAUSE_SECONDS)
    assert set(statuses(*messages)) == {Status.QUEUED}
    assert set(Message.objects.values_list("starts", flat=True)) == {0}
    assert Attempt.objects.get().outcome == Outcome.NOT_SENT


def test_a_bot_goes_on_when_its_break_is_over(live_bot, simulator):
    live_bot.paused_reason, live_bot.paused_until = "provider_down", timezone.now()
    live_bot.save(update_fields=["paused_reason", "paused_until"])
    message = queue(live_bot)
    sending.pump(live_bot.pk)
    assert statuses(message) == [Status.ACCEPTED]


def test_a_refused_credential_stops_the_account_and_keeps_the_rows(live_bot, simulator):
    simulator.fault("401")
    messages = [queue(live_bot) for _ in range(3)]
    sending.pump(live_bot.pk)
    account = Account.objects.get(pk=live_bot.account_id)
    assert (account.health, account.health_detail) == (Health.FAILED, "Authentication failed")
    assert set(statuses(*messages)) == {Status.QUEUED}
    assert set(Message.objects.values_list("starts", flat=True)) == {0}
    assert simulator.counters()["requests"] == 1


def test_a_stopped_account_sends_again_once_its_credentials_are_good(live_bot, simulator):
    simulator.fault("401", next=1)
    message = queue(live_bot)
    sending.pump(live_bot.pk)
    assert sending.pump(live_bot.pk) == 0
    assert connecting.check_account(Account.objects.get(pk=live_bot.account_id))
    sending.pump(live_bot.pk)
    assert statuses(message) == [Status.ACCEPTED]


def test_credentials_nobody_can_read_stop_the_account(bot, settings):
    message = queue(bot)
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktb2YtMzItYnl0ZXMtbG9uZy0wMDI="]
    sending.pump(bot.pk)
    assert Account.objects.get().health == Health.FAILED
    assert statuses(message) == [Status.QUEUED]


@pytest.mark.parametrize(
    ("provider_id", "reason"), [("foreign", "forbidden_bot"), ("nobody", "bot_not_found")]
)
def test_a_bot_the_provider_does_not_grant_stops_until_somebody_resumes_it(
    live_bot, simulator, provider_id, reason
):
    simulator.add_company("other", "other-client", "other-secret")
    simulator.add_bot("foreign", company="other")
    live_bot.provider_id = provider_id
    live_bot.save(update_fields=["provider_id"])
    message = queue(live_bot)
    sending.pump(live_bot.pk)
    live_bot.refresh_from_db()
    assert (live_bot.paused_reason, live_bot.paused_until, live_bot.is_paused) == (reason, None, True)
    assert statuses(message) == [Status.QUEUED]
    connecting.resume(live_bot)
    live_bot.refresh_from_db()
    assert not live_bot.obstacle


@pytest.mark.parametrize(("header", "seconds"), [({"retry_after": 120}, 120), ({}, connecting.PAUSE_SECONDS)])
def test_too_many_requests_pause_the_bot_for_as_long_as_it_is_asked(live_bot, simulator, header, seconds):
    simulator.fault("429", next=1, **header)
    messages = [queue(live_bot) for _ in range(3)]
    sending.pump(live_bot.pk)
    live_bot.refresh_from_db()
    wait = (live_bot.paused_until - timezone.now()).total_seconds()
    assert seconds - 5 < wait <= seconds
    assert live_bot.paused_reason == "rate_limited"
    assert set(statuses(*messages)) == {Status.QUEUED}
    assert simulator.counters()["requests"] == 1


def test_a_server_error_that_says_it_failed_is_tried_again_later(live_bot, simulator):
    simulator.fault("500", next=1)
    message = queue(live_bot)
    sending.pump(live_bot.pk)
    message.refresh_from_db()
    assert (message.status, message.starts) == (Status.QUEUED, 1)
    assert message.due_at > timezone.now() + dt.timedelta(seconds=5)
    make_due(message)
    sending.pump(live_bot.pk)
    assert statuses(message) == [Status.ACCEPTED]
    assert simulator.accepted() == {message.to: 1}


def test_a_server_error_is_tried_so_often_and_then_is_a_failure(live_bot, simulator, settings):
    settings.SEND_MAX_STARTS = 3
    simulator.fault("500")
    message = queue(live_bot)
    for _ in range(5):
        sending.pump(live_bot.pk)
        make_due(message)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "provider_error")
    assert [attempt.number for attempt in message.attempts.all()] == [1, 2, 3]


def test_the_wait_grows_and_has_an_end():
    waits = [sending.backoff(Message(starts=starts)) for starts in range(1, 20)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10, sending.MAX_BACKOFF_SECONDS)


# -- What the provider or a rule refuses -----------------------------------------------------------


def test_a_refused_request_fails_with_a_reason(live_bot, simulator):
    simulator.fault("422", next=1)
    message = queue(live_bot)
    sending.pump(live_bot.pk)
    message.refresh_from_db()
    assert (message.status, message.reason, message.provider_code) == (
        Status.FAILED,
        "invalid_request",
        "VALIDATOR_ERROR",
    )
    assert message.attempts.get().outcome == Outcome.REFUSED


def test_a_template_the_provider_does_not_know_fails_with_a_reason(live_bot, simulator):
    message = make_message(live_bot, template=make_template(live_bot, element_name="nunca_visto"))
    sending.pump(live_bot.pk)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "template_missing")
    assert message.detail == "Template does not exist"


def test_a_window_that_the_provider_holds_for_closed_fails_with_a_reason(live_bot, simulator):
    contact = make_contact()
    open_window(live_bot, contact)
    message = make_message(live_bot, contact)
    sending.pump(live_bot.pk)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "window_closed")


def block(message):
    message.contact.is_blocked = True
    message.contact.save(update_fields=["is_blocked"])


def expire(message):
    message.expires_at = timezone.now()
    message.save(update_fields=["expires_at"])


def pause_template(message):
    Template.objects.update(status="PAUSED")


def take_template_away(message):
    Template.objects.update(gone_at=timezone.now())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (block, "contact_blocked"),
        (expire, "expired"),
        (pause_template, "template_not_approved"),
        (take_template_away, "template_not_approved"),
    ],
)
def test_a_rule_is_asked_again_at_the_last_moment(live_bot, simulator, change, reason):
    message = queue(live_bot)
    change(message)
    sending.pump(live_bot.pk)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.SKIPPED, reason)
    assert simulator.counters()["requests"] == 0


def test_text_is_skipped_when_the_window_has_closed_meanwhile(live_bot, simulator):
    contact = make_contact()
    open_window(live_bot, contact, hours_ago=24.01)
    message = make_message(live_bot, contact)
    sending.pump(live_bot.pk)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.SKIPPED, "window_closed")


def test_a_bot_that_is_off_sends_nothing(live_bot, simulator):
    live_bot.is_on = False
    live_bot.save(update_fields=["is_on"])
    message = queue(live_bot)
    assert sending.pump(live_bot.pk) == 0
    assert statuses(message) == [Status.QUEUED]
    assert simulator.counters()["requests"] == 0


# -- Our own mistakes ------------------------------------------------------------------------------


def test_a_row_that_always_breaks_is_put_aside(bot, settings):
    settings.SEND_MAX_STARTS = 2
    message = make_message(bot, content={"kind": "text", "verse": "unreadable"})
    for _ in range(3):
        sending.pump(bot.pk)
        make_due(message)
    sweeping.sweep()
    message.refresh_from_db()
    assert (message.status, message.reason, message.starts) == (Status.FAILED, "too_many_starts", 2)


def test_a_row_that_kills_its_worker_is_put_aside(bot, settings):
    settings.SEND_MAX_STARTS = 2
    message = queue(bot)
    for _ in range(3):
        make_due(message)
        for row in sending.claim(bot):
            let_lease_end(row)
        sweeping.sweep()
    assert statuses(message) == [Status.FAILED]


def test_one_broken_row_does_not_hold_up_the_next(live_bot, simulator):
    broken = make_message(live_bot, content={"kind": "song"})
    good = queue(live_bot)
    sending.pump(live_bot.pk)
    assert statuses(broken, good) == [Status.QUEUED, Status.ACCEPTED]


def test_the_same_provider_id_twice_is_settled_as_unknown(live_bot):
    first, second = claimed(queue(live_bot), attempt=True), claimed(queue(live_bot), attempt=True)
    result = SendResult("same", Answer(200, "[]", {}, []))
    sending.settle(first, first.attempts.get(), result, live_bot.account.provider)
    with pytest.raises(IntegrityError), transaction.atomic():
        sending.settle(second, second.attempts.get(), result, live_bot.account.provider)
    let_lease_end(second)
    sweeping.sweep()
    assert statuses(first, second) == [Status.ACCEPTED, Status.UNKNOWN]


# -- Waking ----------------------------------------------------------------------------------------


def woken():
    return [(task.func(), *task.args()) for task in OrmQ.objects.order_by("pk")]


def test_a_lost_wake_task_is_made_good_by_the_sweeper(bot, django_capture_on_commit_callbacks):
    queue(bot)
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep()
    assert woken() == [(queueing.PUMP, bot.pk)]


def test_nobody_is_woken_for_rows_that_are_due_later(bot, django_capture_on_commit_callbacks):
    queue(bot, due_at=timezone.now() + dt.timedelta(minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        sweeping.sweep()
    assert woken() == []


# -- Webhooks that are faster than the answer --------------------------------------------------------


def test_news_that_overtakes_the_answer_is_not_lost(bot):
    message = claimed(queue(bot), attempt=True)
    intake.apply_event(bot, StatusEvent("fast-1", "DELIVERED_USER", Status.DELIVERED, {}))
    assert statuses(message) == [Status.SENDING]
    result = SendResult("fast-1", Answer(200, "[]", {}, []))
    sending.settle(message, message.attempts.get(), result, bot.account.provider)
    assert statuses(message) == [Status.DELIVERED]
    assert [event.status for event in message.events.all()] == [Status.DELIVERED, Status.ACCEPTED]


def test_news_that_a_dead_worker_left_is_adopted_by_the_sweeper(bot):
    intake.apply_event(bot, StatusEvent("fast-2", "READ", Status.READ, {}))
    message = queue(bot, status=Status.ACCEPTED, provider_id="fast-2")
    sweeping.sweep()
    assert statuses(message) == [Status.READ]


def test_news_of_what_others_sent_is_left_where_it_is(bot):
    intake.apply_event(bot, StatusEvent("foreign-1", "READ", Status.READ, {}))
    sweeping.sweep()
    assert MessageEvent.objects.get().message is None


# -- Secrets ---------------------------------------------------------------------------------------


def written(message):
    """Everything we keep about a message, except the content that is still to be sent."""
    attempts = list(message.attempts.values())
    history = list(message.events.values())
    row = Message.objects.filter(pk=message.pk).values("text", "detail", "provider_code", "reason")
    return json.dumps([attempts, history, *row], default=str)


@pytest.mark.parametrize("fault", [None, "422", "500", "reset_after", "not_json"])
def test_no_secret_and_no_code_is_kept_or_logged(live_bot, simulator, caplog, fault):
    caplog.set_level(logging.DEBUG)
    if fault:
        simulator.fault(fault, next=1)
    message = queue_code(live_bot)
    sending.pump(live_bot.pk)
    assert message.attempts.count() == 1
    for secret in (CODE, "test-secret", "dGVzdC1jbGllbnQ6dGVzdC1zZWNyZXQ="):
        assert secret not in written(message)
        assert secret not in caplog.text


def test_a_code_is_not_even_kept_as_a_digest(live_bot, simulator):
    message = queue_code(live_bot)
    sending.pump(live_bot.pk)
    request = live_bot.account.provider.build(sending._outbound(live_bot, message))
    assert message.attempts.get().request_digest not in ("", request.digest())


def test_a_row_that_cannot_be_read_does_not_tell_its_code_to_the_log(bot, caplog):
    message = queue_code(bot)
    message.content["values"] = {"body.1": [CODE]}
    message.save(update_fields=["content"])
    sending.pump(bot.pk)
    assert str(message.public_id) in caplog.text
    assert CODE not in caplog.text


def test_a_code_reaches_the_phone(live_bot, simulator):
    components = Components(body="Tu código es {{1}}.", buttons=(Button(kind="otp", label="Copiar"),))
    simulator.add_template(elementName="codigo", template="Tu código es {{1}}.", category="AUTHENTICATION")
    template = make_template(live_bot, components, element_name="codigo", category="AUTHENTICATION")
    message = make_message(live_bot, template=template)
    message.content["values"] = {"body.1": CODE}
    message.save(update_fields=["content"])
    sending.pump(live_bot.pk)
    assert simulator.messages()[0]["body"]["parameters"] == [CODE]
    assert CODE not in written(message)
