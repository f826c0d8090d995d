"""The pump: from queued rows to answers. The referee is the simulator, which counts what it took."""

import datetime as dt
import json
import logging
import time
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from messaging import claiming, connecting, sending, sweeping
from messaging.calls import write_down
from messaging.models import Account, Attempt, Health, Lane, Message, Outcome
from messaging.statuses import Status
from templates_app.components import Button, Components
from templates_app.models import Template
from tests.factories import (
    make_bot,
    make_contact,
    make_message,
    make_template,
    open_window,
    queued,
)
from tests.threads import at_once, side_by_side

CODE = "739204"


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


def statuses(*messages):
    return [Message.objects.get(pk=message.pk).status for message in messages]


# -- The straight way ----------------------------------------------------------------------------


def test_it_sends_what_is_queued(live_bot, simulator):
    message = queued(live_bot)
    assert sending.pump() == 1
    message.refresh_from_db()
    assert (message.status, message.starts) == (Status.ACCEPTED, 1)
    assert message.provider_id == simulator.messages()[0]["id"]
    assert simulator.accepted() == {message.to: 1}


def test_it_keeps_what_was_asked_and_answered(live_bot, simulator):
    message = queued(live_bot)
    sending.pump()
    attempt = message.attempts.get()
    assert (attempt.outcome, attempt.http_status, attempt.number) == (Outcome.ACCEPTED, 200, 1)
    assert attempt.request["body"]["destinations"] == [message.to]
    assert json.loads(attempt.answer)[0]["destination"] == message.to


def test_it_sends_text_while_the_window_is_open(live_bot, simulator):
    contact = make_contact()
    simulator.inbound(contact.wa_id)
    open_window(live_bot, contact)
    message = make_message(live_bot, contact)
    sending.pump()
    assert statuses(message) == [Status.ACCEPTED]


def test_what_is_due_later_waits(live_bot, simulator):
    message = queued(live_bot, due_at=timezone.now() + dt.timedelta(minutes=1))
    assert sending.pump() == 0
    assert statuses(message) == [Status.QUEUED]


# -- Once ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_pumps_at_once_send_once(live_bot, simulator):
    messages = [queued(live_bot) for _ in range(15)]
    tried = at_once(lambda: sending.pump())
    assert sum(tried) == len(messages)
    assert simulator.accepted() == {message.to: 1 for message in messages}
    assert set(statuses(*messages)) == {Status.ACCEPTED}


def test_a_second_pump_finds_nothing(live_bot, simulator):
    message = queued(live_bot)
    assert [sending.pump(), sending.pump()] == [1, 0]
    assert simulator.accepted() == {message.to: 1}


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
    message = queued(live_bot)
    for _ in range(3):
        sending.pump()
        make_due(message)
        sweeping.sweep()
    assert statuses(message) == [Status.UNKNOWN]
    assert simulator.accepted() == ({message.to: 1} if taken else {})
    assert simulator.counters()["requests"] == 1


def test_an_unknown_row_says_what_is_known(live_bot, simulator):
    simulator.fault("502_html", next=1)
    message = queued(live_bot)
    sending.pump()
    message.refresh_from_db()
    assert (message.reason, message.provider_code) == ("no_answer", "http_502")
    assert "502 Bad Gateway" in message.attempts.get().answer


def test_one_uncertain_row_does_not_hold_up_the_next(live_bot, simulator):
    first, second = queued(live_bot), queued(live_bot)
    simulator.fault("reset_after", destination=first.to)
    sending.pump()
    assert statuses(first, second) == [Status.UNKNOWN, Status.ACCEPTED]


# -- What certainly did not leave ------------------------------------------------------------------


def test_an_unreachable_provider_costs_the_row_nothing_and_gives_the_bot_a_break(bot):
    messages = [queued(bot) for _ in range(3)]
    sending.pump()
    bot.refresh_from_db()
    assert (bot.obstacle, bot.is_paused) == ("provider_down", True)
    assert bot.paused_until < timezone.now() + dt.timedelta(seconds=connecting.PAUSE_SECONDS)
    assert set(statuses(*messages)) == {Status.QUEUED}
    assert set(Message.objects.values_list("starts", flat=True)) == {0}
    assert Attempt.objects.get().outcome == Outcome.NOT_SENT


def test_a_bot_goes_on_when_its_break_is_over(live_bot, simulator):
    live_bot.paused_reason, live_bot.paused_until = "provider_down", timezone.now()
    live_bot.save(update_fields=["paused_reason", "paused_until"])
    message = queued(live_bot)
    sending.pump()
    assert statuses(message) == [Status.ACCEPTED]


def test_a_refused_credential_stops_the_account_and_keeps_the_rows(live_bot, simulator):
    simulator.fault("401")
    messages = [queued(live_bot) for _ in range(3)]
    sending.pump()
    account = Account.objects.get(pk=live_bot.account_id)
    assert (account.health, account.health_detail) == (Health.FAILED, "Authentication failed")
    assert set(statuses(*messages)) == {Status.QUEUED}
    assert set(Message.objects.values_list("starts", flat=True)) == {0}
    assert simulator.counters()["requests"] == 1


def test_a_stopped_account_sends_again_once_its_credentials_are_good(live_bot, simulator):
    simulator.fault("401", next=1)
    message = queued(live_bot)
    sending.pump()
    assert sending.pump() == 0
    assert connecting.check_account(Account.objects.get(pk=live_bot.account_id))
    sending.pump()
    assert statuses(message) == [Status.ACCEPTED]


def test_credentials_nobody_can_read_stop_the_account(bot, settings):
    message = queued(bot)
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktb2YtMzItYnl0ZXMtbG9uZy0wMDI="]
    sending.pump()
    assert Account.objects.get().health == Health.FAILED
    assert statuses(message) == [Status.QUEUED]


def test_credentials_nobody_can_read_are_tried_once(bot, settings):
    queued(bot)
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktb2YtMzItYnl0ZXMtbG9uZy0wMDI="]
    with patch.object(connecting, "stop", wraps=connecting.stop) as stop:
        sending.pump()
    assert stop.call_count == 1


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
    message = queued(live_bot)
    sending.pump()
    live_bot.refresh_from_db()
    assert (live_bot.paused_reason, live_bot.paused_until, live_bot.is_paused) == (reason, None, True)
    assert statuses(message) == [Status.QUEUED]
    connecting.resume(live_bot)
    live_bot.refresh_from_db()
    assert not live_bot.obstacle


@pytest.mark.parametrize(("header", "seconds"), [({"retry_after": 120}, 120), ({}, connecting.PAUSE_SECONDS)])
def test_too_many_requests_pause_the_bot_for_as_long_as_it_is_asked(live_bot, simulator, header, seconds):
    simulator.fault("429", next=1, **header)
    messages = [queued(live_bot) for _ in range(3)]
    sending.pump()
    live_bot.refresh_from_db()
    wait = (live_bot.paused_until - timezone.now()).total_seconds()
    assert seconds - 5 < wait <= seconds
    assert live_bot.paused_reason == "rate_limited"
    assert set(statuses(*messages)) == {Status.QUEUED}
    assert simulator.counters()["requests"] == 1


def test_a_server_error_that_says_it_failed_is_tried_again_later(live_bot, simulator):
    simulator.fault("500", next=1)
    message = queued(live_bot)
    sending.pump()
    message.refresh_from_db()
    assert (message.status, message.starts) == (Status.QUEUED, 1)
    assert message.due_at > timezone.now() + dt.timedelta(seconds=5)
    make_due(message)
    sending.pump()
    assert statuses(message) == [Status.ACCEPTED]
    assert simulator.accepted() == {message.to: 1}


def test_a_server_error_is_tried_so_often_and_then_is_a_failure(live_bot, simulator, settings):
    settings.SEND_MAX_STARTS = 3
    simulator.fault("500")
    message = queued(live_bot)
    for _ in range(5):
        sending.pump()
        make_due(message)
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "provider_error")
    assert [attempt.number for attempt in message.attempts.all()] == [1, 2, 3]


# -- What the provider or a rule refuses -----------------------------------------------------------


def test_a_refused_request_fails_with_a_reason(live_bot, simulator):
    simulator.fault("422", next=1)
    message = queued(live_bot)
    sending.pump()
    message.refresh_from_db()
    assert (message.status, message.reason, message.provider_code) == (
        Status.FAILED,
        "invalid_request",
        "VALIDATOR_ERROR",
    )
    assert message.attempts.get().outcome == Outcome.REFUSED


def test_a_template_the_provider_does_not_know_fails_with_a_reason(live_bot, simulator):
    message = make_message(live_bot, template=make_template(live_bot, element_name="nunca_visto"))
    sending.pump()
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.FAILED, "template_missing")
    assert message.detail == "Template does not exist"


def test_a_window_that_the_provider_holds_for_closed_fails_with_a_reason(live_bot, simulator):
    contact = make_contact()
    open_window(live_bot, contact)
    message = make_message(live_bot, contact)
    sending.pump()
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
    message = queued(live_bot)
    change(message)
    sending.pump()
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.SKIPPED, reason)
    assert simulator.counters()["requests"] == 0


def test_text_is_skipped_when_the_window_has_closed_meanwhile(live_bot, simulator):
    contact = make_contact()
    open_window(live_bot, contact, hours_ago=24.01)
    message = make_message(live_bot, contact)
    sending.pump()
    message.refresh_from_db()
    assert (message.status, message.reason) == (Status.SKIPPED, "window_closed")


def test_a_bot_that_is_off_sends_nothing(live_bot, simulator):
    live_bot.is_on = False
    live_bot.save(update_fields=["is_on"])
    message = queued(live_bot)
    assert sending.pump() == 0
    assert statuses(message) == [Status.QUEUED]
    assert simulator.counters()["requests"] == 0


# -- Our own mistakes ------------------------------------------------------------------------------


def test_a_row_that_always_breaks_is_put_aside(bot, settings):
    settings.SEND_MAX_STARTS = 2
    message = make_message(bot, content={"kind": "text", "verse": "unreadable"})
    for _ in range(3):
        sending.pump()
        make_due(message)
    sweeping.sweep()
    message.refresh_from_db()
    assert (message.status, message.reason, message.starts) == (Status.FAILED, "too_many_starts", 2)


def test_one_broken_row_does_not_hold_up_the_next(live_bot, simulator):
    broken = make_message(live_bot, content={"kind": "song"})
    good = queued(live_bot)
    sending.pump()
    assert statuses(broken, good) == [Status.QUEUED, Status.ACCEPTED]


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
    sending.pump()
    assert message.attempts.count() == 1
    for secret in (CODE, "test-secret", "dGVzdC1jbGllbnQ6dGVzdC1zZWNyZXQ="):
        assert secret not in written(message)
        assert secret not in caplog.text


def test_a_code_is_not_even_kept_as_a_digest(live_bot):
    message = queue_code(live_bot)
    (call,) = write_down(claiming.claim(live_bot, 1))
    assert CODE in json.dumps(call.request.body)
    assert message.attempts.get().request_digest not in ("", call.request.digest())


def test_a_row_that_cannot_be_read_does_not_tell_its_code_to_the_log(bot, caplog):
    message = queue_code(bot)
    message.content["values"] = {"body.1": [CODE]}
    message.save(update_fields=["content"])
    sending.pump()
    assert str(message.public_id) in caplog.text
    assert CODE not in caplog.text


def test_a_code_reaches_the_phone(live_bot, simulator):
    components = Components(body="Tu código es {{1}}.", buttons=(Button(kind="otp", label="Copiar"),))
    simulator.add_template(elementName="codigo", template="Tu código es {{1}}.", category="AUTHENTICATION")
    template = make_template(live_bot, components, element_name="codigo", category="AUTHENTICATION")
    message = make_message(live_bot, template=template)
    message.content["values"] = {"body.1": CODE}
    message.save(update_fields=["content"])
    sending.pump()
    assert simulator.messages()[0]["body"]["parameters"] == [CODE]
    assert CODE not in written(message)


# -- Many at once --------------------------------------------------------------------------------


def test_several_bots_are_served_in_one_turn(live_bot, simulator):
    simulator.add_bot("second")
    simulator.add_template(bot="second", elementName="aviso_pedido", template="Hola {{1}}, {{2}}.")
    rows = [queued(live_bot), queued(make_bot(account=live_bot.account, provider_id="second"))]
    assert sending.pump() == 2
    assert statuses(*rows) == [Status.ACCEPTED] * 2


def test_requests_are_under_way_side_by_side(live_bot, simulator):
    simulator.fault("latency", seconds=0.3)
    rows = [queued(live_bot) for _ in range(20)]
    begin = time.monotonic()
    sending.pump()
    assert set(statuses(*rows)) == {Status.ACCEPTED}
    assert time.monotonic() - begin < 20 * 0.3 / 2


def test_after_trouble_one_call_shows_the_way(live_bot, simulator, settings):
    settings.PROVIDER_TIMEOUT = (1, 0.5)
    simulator.fault("timeout_after", seconds=1)
    for _ in range(10):
        queued(live_bot)
    pump = sending.Pump()
    pump._ends = time.monotonic() + 0.8
    pump.work()
    pump.drain()
    assert Message.objects.filter(status=Status.UNKNOWN).count() <= 2


def test_a_person_passes_a_campaign_that_waits(live_bot, simulator):
    live_bot.rate = 10
    live_bot.save(update_fields=["rate"])
    for _ in range(30):
        queued(live_bot, lane=Lane.CAMPAIGN)
    pump = sending.Pump()
    pump._guarded(pump._turn)
    person = queued(live_bot)
    pump._ends = time.monotonic() + 1
    pump.work()
    pump.drain()
    assert statuses(person) == [Status.ACCEPTED]
    assert Message.objects.filter(status=Status.QUEUED, lane=Lane.CAMPAIGN).count() > 15


def test_the_provider_never_sees_more_than_the_rate(live_bot, simulator):
    live_bot.rate = 20
    live_bot.save(update_fields=["rate"])
    for _ in range(45):
        queued(live_bot)
    sending.pump()
    assert simulator.counters()["busiestSecond"][live_bot.provider_id] <= 20


@pytest.mark.django_db(transaction=True)
def test_pausing_a_bot_takes_effect_within_two_seconds(live_bot, simulator, agent):
    live_bot.rate = 10
    live_bot.save(update_fields=["rate"])
    for _ in range(60):
        queued(live_bot)

    def pause():
        time.sleep(1)
        connecting.pause(live_bot, agent)
        time.sleep(1)
        return simulator.counters()["requests"]

    before, _made = side_by_side(pause, sending.pump)
    assert 0 < before < 40
    assert simulator.counters()["requests"] == before
    assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED, Status.QUEUED}
    assert Attempt.objects.filter(outcome=Outcome.STARTED).count() == 0


def test_what_was_claimed_goes_back_when_the_time_is_used(live_bot, simulator):
    live_bot.rate = 3
    live_bot.save(update_fields=["rate"])
    rows = [queued(live_bot) for _ in range(5)]
    pump = sending.Pump()
    pump._ends = time.monotonic() + 0.5
    pump.work()
    pump.drain()
    assert sorted(set(statuses(*rows))) == [Status.ACCEPTED, Status.QUEUED]
    assert Message.objects.filter(status=Status.QUEUED, starts__gt=0).count() == 0


def test_what_was_claimed_may_still_leave_when_the_time_is_used(live_bot, settings, monkeypatch):
    monkeypatch.setattr(sending, "CLOSING_SECONDS", 20)
    settings.SEND_IN_FLIGHT = 2
    live_bot.rate = 1000
    live_bot.save(update_fields=["rate"])
    rows = [queued(live_bot) for _ in range(40)]
    pump = sending.Pump()
    pump._ends = time.monotonic() + 0.1
    pump.work()
    pump.drain()
    assert set(statuses(*rows)) == {Status.ACCEPTED}


def test_nothing_is_claimed_for_a_bot_whose_next_slot_is_far(bot):
    bot.next_slot = time.time() + 60
    bot.save(update_fields=["next_slot"])
    message = queued(bot)
    pump = sending.Pump()
    pump._ends = time.monotonic() + 0.3
    pump.work()
    assert statuses(message) == [Status.QUEUED]
    assert message.events.count() == 0


def test_a_mistake_of_our_own_does_not_lose_the_answers_on_their_way(live_bot, simulator, monkeypatch):
    message = queued(live_bot)
    look = sending.Pump._look

    def fails_later(pump):
        if pump.made:
            raise ValueError("ours")
        look(pump)

    monkeypatch.setattr(sending.Pump, "_look", fails_later)
    simulator.fault("latency", seconds=0.4)
    with pytest.raises(ValueError, match="ours"):
        sending.pump()
    assert statuses(message) == [Status.ACCEPTED]


def test_what_could_not_be_given_back_at_once_is_given_back_later(live_bot, simulator, monkeypatch):
    live_bot.rate = 3
    live_bot.save(update_fields=["rate"])
    rows = [queued(live_bot) for _ in range(3)]
    broken = iter([True])

    def put_back(messages, real=sending.put_back):
        if next(broken, False):
            raise OperationalError("away")
        real(messages)

    monkeypatch.setattr(sending, "put_back", put_back)
    monkeypatch.setattr(sending.connection, "close", lambda: None)  # the test's own transaction
    pump = sending.Pump()
    pump._ends = time.monotonic() + 0.3
    pump.work()
    pump.drain()
    assert Status.SENDING not in statuses(*rows)


# -- The database goes away ------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no connection to lose")
def test_answers_outlive_the_connection(live_bot, simulator):
    rows = [queued(live_bot) for _ in range(5)]
    simulator.fault("latency", seconds=0.3)
    pump = sending.Pump()
    pump._guarded(pump._turn)
    connection.connection.close()
    pump.work()
    pump.drain()
    assert set(statuses(*rows)) == {Status.ACCEPTED}
    assert simulator.accepted() == {row.to: 1 for row in rows}
