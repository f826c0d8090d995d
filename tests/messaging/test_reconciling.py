"""What the provider's list settles, and what it leaves to a person. The simulator is the provider."""

import datetime as dt
import time

import pytest
from django.utils import timezone

from messaging import intake, listing, matching, reconciling, silence
from messaging.models import Attempt, Bot, Message, Outcome, Source
from messaging.providers.base import Outbound, StatusEvent
from messaging.statuses import Status
from tests.factories import claimed, make_account, make_bot, make_contact, make_message, make_template
from tests.simulating import wait_for
from tests.threads import at_once

HOUR = dt.timedelta(hours=1)


def unknown(bot, contact=None, minutes_ago=0.0, **fields):
    """A row whose call was made so long ago, and broke."""
    template = bot.templates.first() or make_template(bot)
    fields.setdefault("template", template)
    message = claimed(make_message(bot, contact, **fields), attempt=True)
    began = timezone.now() - dt.timedelta(minutes=minutes_ago)
    Attempt.objects.filter(message=message).update(
        outcome=Outcome.UNKNOWN, started_at=began, ended_at=began + dt.timedelta(seconds=1)
    )
    Message.objects.filter(pk=message.pk).update(
        status=Status.UNKNOWN, reason="no_answer", claim_id=None, lease_until=None
    )
    message.refresh_from_db()
    return message


def take(bot, message):
    """The provider takes it, and its answer gets lost. Returns the id that nobody here knows."""
    provider = bot.account.provider
    outbound = Outbound(message.loaded, message.to, bot.provider_id, "reference")
    return provider.send(provider.build(outbound)).provider_id


def silent(bot, provider_id, hours_ago=2.0, **fields):
    """A row that the provider took so long ago, without a word of it since, though it calls the bot."""
    bot.deliveries.get_or_create(body=b"", size=0, state="applied")
    fields.setdefault("template", bot.templates.first() or make_template(bot))
    accepted_at = timezone.now() - hours_ago * HOUR
    return make_message(
        bot, status=Status.ACCEPTED, provider_id=provider_id, accepted_at=accepted_at, **fields
    )


def make_due(*messages):
    """As if the wait before the next question were over."""
    keys = [message.pk for message in messages]
    Message.objects.filter(pk__in=keys).update(checked_at=timezone.now() - HOUR)


def told(message):
    """The lines that the list left in the history of a row which it did not settle."""
    return [event.word for event in message.events.filter(source=Source.RECONCILE, status="")]


def fresh(message):
    return Message.objects.get(pk=message.pk)


def asked(simulator):
    """How many pages of the list were read."""
    return simulator.counters()["requestsByEndpoint"].get("notifications", 0)


@pytest.fixture
def still(simulator):
    """Messages stay as they were taken."""
    simulator.switch(delays={"delivered_channel": 60.0, "delivered_user": 60.0, "read": 60.0})


# -- Settled by the list -------------------------------------------------------------------------


def test_what_was_taken_is_found_and_gets_its_id(live_bot, still):
    message = unknown(live_bot)
    provider_id = take(live_bot, message)
    reconciling.reconcile()
    message = fresh(message)
    assert (message.status, message.provider_id, message.reason) == (Status.ACCEPTED, provider_id, "")
    assert message.accepted_at is not None
    assert message.events.get(status=Status.ACCEPTED).source == Source.RECONCILE


def test_it_gets_the_status_that_is_listed(live_bot, simulator):
    message = unknown(live_bot)
    take(live_bot, message)
    wait_for(lambda: simulator.messages()[0]["status"] == "READ")
    reconciling.reconcile()
    message = fresh(message)
    assert (message.status, message.read_at is not None) == (Status.READ, True)
    assert [event.word for event in message.events.all()] == ["", "READ"]


def test_a_failure_that_is_listed_says_why(live_bot, simulator):
    message = unknown(live_bot, make_contact("593990000404"))
    take(live_bot, message)
    wait_for(lambda: simulator.messages()[0]["status"] == "FAILED")
    reconciling.reconcile()
    assert (fresh(message).status, fresh(message).reason) == (Status.FAILED, "undeliverable")


def test_a_reply_that_is_listed_is_one(live_bot, simulator, still):
    message = unknown(live_bot)
    take(live_bot, message)
    simulator.inbound(message.to)
    reconciling.reconcile()
    assert (fresh(message).status, fresh(message).replied_at is not None) == (Status.READ, True)


def test_news_that_waited_for_the_id_is_adopted(live_bot, still):
    message = unknown(live_bot)
    provider_id = take(live_bot, message)
    intake.apply_event(live_bot, StatusEvent(provider_id, "DELIVERED_USER", Status.DELIVERED, {}))
    reconciling.reconcile()
    assert fresh(message).status == Status.DELIVERED


def test_it_is_found_under_another_form_of_the_number(live_bot, simulator, still):
    message = unknown(live_bot, make_contact("5491155500001"))
    other = make_message(live_bot, make_contact("541155500001"), template=message.template, status="canceled")
    take(live_bot, other)
    reconciling.reconcile()
    assert fresh(message).status == Status.ACCEPTED


def test_many_rows_cost_one_list(live_bot, simulator, still):
    messages = [unknown(live_bot) for _ in range(60)]
    for message in messages:
        take(live_bot, message)
    reconciling.reconcile()
    assert {fresh(message).status for message in messages} == {Status.ACCEPTED}
    assert asked(simulator) == 2


# -- Who is who ----------------------------------------------------------------------------------


def test_a_listed_message_that_is_ours_already_is_no_evidence(live_bot, still):
    message = unknown(live_bot, minutes_ago=10)
    Attempt.objects.update(ended_at=timezone.now())
    other = make_message(live_bot, message.contact, template=message.template, status=Status.ACCEPTED)
    Message.objects.filter(pk=other.pk).update(provider_id=take(live_bot, other))
    reconciling.reconcile()
    assert (fresh(message).status, fresh(message).provider_id) == (Status.UNKNOWN, "")


def test_as_many_listed_as_unknown_are_paired_in_the_order_of_time(live_bot, still):
    contact = make_contact()
    first, second = unknown(live_bot, contact, 0.2), unknown(live_bot, contact, 0.1)
    ids = [take(live_bot, first)]
    time.sleep(0.01)
    ids.append(take(live_bot, second))
    reconciling.reconcile()
    assert [fresh(first).provider_id, fresh(second).provider_id] == ids


def test_two_unknown_and_one_listed_are_left_to_a_person(live_bot, still):
    contact = make_contact()
    first, second = unknown(live_bot, contact), unknown(live_bot, contact)
    provider_id = take(live_bot, first)
    reconciling.reconcile()
    assert {fresh(first).status, fresh(second).status} == {Status.UNKNOWN}
    event = first.events.get(word=reconciling.CANDIDATES)
    assert [one["id"] for one in event.raw["candidates"]] == [provider_id]


def test_two_listed_for_one_row_are_left_to_a_person(live_bot, still):
    message = unknown(live_bot)
    take(live_bot, message)
    take(live_bot, message)
    reconciling.reconcile()
    assert (fresh(message).status, told(message)) == (Status.UNKNOWN, [reconciling.CANDIDATES])


def test_nothing_is_settled_while_a_row_to_the_same_person_is_being_sent(live_bot, still):
    message = unknown(live_bot)
    claimed(make_message(live_bot, message.contact, template=message.template), attempt=True)
    take(live_bot, message)
    take(live_bot, message)
    reconciling.reconcile()
    assert set(Message.objects.values_list("status", "provider_id")) == {("unknown", ""), ("sending", "")}


def test_what_was_sent_while_the_list_was_read_is_not_what_is_sought(live_bot, still):
    message = unknown(live_bot)
    spell = matching.Spell([[matching.doubt(message, message.attempts.get())]])
    other = claimed(make_message(live_bot, message.contact, template=message.template), attempt=True)
    take(live_bot, other)
    found = listing.read(live_bot, "aviso_pedido", spell, time.monotonic() + 5)
    reconciling._conclude_all(live_bot, "aviso_pedido", spell, found, {message.pk})
    assert (fresh(message).status, fresh(message).provider_id) == (Status.UNKNOWN, "")


def test_a_row_that_was_assumed_to_be_sent_competes_too(live_bot, still):
    message = unknown(live_bot)
    other = unknown(live_bot, message.contact)
    Message.objects.filter(pk=other.pk).update(status=Status.ACCEPTED)
    take(live_bot, message)
    reconciling.reconcile()
    assert fresh(message).status == Status.UNKNOWN


def test_what_was_listed_long_before_or_after_is_not_it(live_bot, still):
    message = unknown(live_bot, minutes_ago=30)
    take(live_bot, message)
    reconciling.reconcile()
    assert (fresh(message).status, told(message)) == (Status.UNKNOWN, [reconciling.NOT_LISTED])


def test_another_persons_message_is_not_it(live_bot, still):
    message = unknown(live_bot, minutes_ago=1)
    take(live_bot, make_message(live_bot, template=message.template, status="canceled"))
    reconciling.reconcile()
    assert fresh(message).status == Status.UNKNOWN


def test_another_templates_message_is_not_it(live_bot, simulator, still):
    message = unknown(live_bot)
    components = message.template.components.model_copy(update={"body": "¡Hola! Bienvenido.", "hints": {}})
    welcome = make_template(live_bot, components, element_name="bienvenida")
    take(live_bot, make_message(live_bot, message.contact, template=welcome, status="canceled"))
    reconciling.reconcile()
    assert (fresh(message).status, told(message)) == (Status.UNKNOWN, [])


def test_an_id_that_another_row_gets_a_moment_earlier_changes_nothing(live_bot, still):
    message = unknown(live_bot)
    take(live_bot, message)
    spell = matching.Spell([[matching.doubt(message, message.attempts.get())]])
    found = listing.read(live_bot, "aviso_pedido", spell, time.monotonic() + 5)
    [evidence] = found.rows.values()
    make_message(live_bot, status=Status.ACCEPTED, provider_id=evidence.provider_id)
    assert not reconciling.settle(message, evidence, live_bot.account.provider)
    assert (fresh(message).status, fresh(message).provider_id) == (Status.UNKNOWN, "")


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_settle_once(live_bot, simulator, still):
    messages = [unknown(live_bot) for _ in range(5)]
    for message in messages:
        take(live_bot, message)
    at_once(reconciling.reconcile)
    assert {fresh(message).status for message in messages} == {Status.ACCEPTED}
    assert {message.events.filter(status="accepted").count() for message in messages} == {1}
    assert sum(simulator.accepted().values()) == len(messages)


# -- Not in the list -----------------------------------------------------------------------------


def test_that_nothing_is_listed_yet_says_nothing(live_bot, simulator):
    message = unknown(live_bot)
    reconciling.reconcile()
    message = fresh(message)
    assert (message.status, message.checks, told(message)) == (Status.UNKNOWN, 1, [])


def test_what_is_not_listed_after_the_grace_is_noted_once(live_bot, simulator, settings):
    settings.RECONCILE_GRACE_SECONDS = 60
    message = unknown(live_bot, minutes_ago=2)
    for _ in range(3):
        reconciling.reconcile()
        make_due(message)
    assert (fresh(message).status, told(message)) == (Status.UNKNOWN, [reconciling.NOT_LISTED])
    assert simulator.accepted() == {}


def test_what_the_list_says_anew_is_noted_again(live_bot, still):
    message = unknown(live_bot)
    for times in (2, 0, 1):
        for _ in range(times):
            take(live_bot, message)
        reconciling.reconcile()
        make_due(message)
    first, second = (event.raw["candidates"] for event in message.events.all())
    assert (len(first), len(second)) == (2, 3)


def test_what_is_listed_late_is_found_late(live_bot, still):
    message = unknown(live_bot)
    reconciling.reconcile()
    take(live_bot, message)
    make_due(message)
    reconciling.reconcile()
    assert fresh(message).status == Status.ACCEPTED


def test_a_text_is_not_asked_about(live_bot, simulator):
    message = unknown(live_bot, template=None)
    reconciling.reconcile()
    assert (fresh(message).status, asked(simulator)) == (Status.UNKNOWN, 0)


# -- How often -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checks", "minutes", "again"),
    [(1, 0.9, False), (1, 1.1, True), (3, 3.9, False), (3, 4.1, True), (11, 59, False), (11, 61, True)],
)
def test_it_waits_longer_each_time(live_bot, simulator, checks, minutes, again):
    message = unknown(live_bot, minutes_ago=90)
    when = timezone.now() - dt.timedelta(minutes=minutes)
    Message.objects.filter(pk=message.pk).update(checks=checks, checked_at=when)
    reconciling.reconcile()
    assert asked(simulator) == again


def test_in_the_end_it_stops_asking(live_bot, simulator):
    message = unknown(live_bot, minutes_ago=600)
    Message.objects.filter(pk=message.pk).update(checks=reconciling.MAX_CHECKS, checked_at=None)
    reconciling.reconcile()
    assert asked(simulator) == 0


def test_a_row_that_was_never_tried_does_not_come_up_for_ever(live_bot, simulator):
    message = unknown(live_bot)
    message.attempts.all().delete()
    reconciling.reconcile()
    assert (fresh(message).checks, asked(simulator)) == (1, 0)


def test_rows_of_different_days_are_asked_about_apart(live_bot, simulator):
    for days in (0, 1, 2):
        unknown(live_bot, minutes_ago=days * 1440)
    reconciling.reconcile()
    assert asked(simulator) == 3


# -- Trouble -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["401", "429", "500", "422", "502_html", "not_json", "reset_before"])
def test_a_list_that_cannot_be_read_changes_nothing(live_bot, simulator, fault):
    simulator.fault(fault, endpoint="notifications")
    message = unknown(live_bot, minutes_ago=60)
    take(live_bot, message)
    reconciling.reconcile()
    message = fresh(message)
    assert (message.status, message.checks, told(message)) == (Status.UNKNOWN, 0, [])
    assert message.checked_at is not None
    assert not Bot.objects.get(pk=live_bot.pk).obstacle


def test_after_trouble_a_bot_is_left_alone_for_this_round(live_bot, simulator):
    simulator.fault("500", endpoint="notifications")
    for minutes in (0, 100, 200):
        unknown(live_bot, minutes_ago=minutes)
    reconciling.reconcile()
    reconciling.reconcile()
    assert asked(simulator) == 1


def test_trouble_of_one_bot_does_not_keep_another_from_being_asked(live_bot, simulator, still):
    dead = make_bot(account=make_account(), provider_id="dead")
    unknown(dead)
    message = unknown(live_bot)
    take(live_bot, message)
    reconciling.reconcile()
    assert fresh(message).status == Status.ACCEPTED


@pytest.mark.parametrize("fields", [{"is_on": False}, {"paused_reason": "bot_paused"}])
def test_a_bot_that_may_not_send_is_not_asked_about(live_bot, simulator, fields):
    unknown(live_bot)
    Bot.objects.update(**fields)
    reconciling.reconcile()
    assert asked(simulator) == 0


def test_a_round_ends_in_time(live_bot, simulator, monkeypatch):
    unknown(live_bot)
    monkeypatch.setattr(reconciling, "SLICE_SECONDS", 0)
    reconciling.reconcile()
    assert asked(simulator) == 0


def test_a_list_without_an_end_proves_nothing(live_bot, simulator, still, monkeypatch):
    monkeypatch.setattr("messaging.providers.jelou_notifications.MAX_PAGES", 1)
    message = unknown(live_bot)
    for _ in range(51):
        take(live_bot, make_message(live_bot, template=message.template, status="canceled"))
    reconciling.reconcile()
    message = fresh(message)
    assert (message.status, message.checks, told(message)) == (Status.UNKNOWN, 1, [reconciling.TOO_LONG])


def test_a_code_that_the_list_repeats_is_not_kept(live_bot, simulator, still):
    message = unknown(live_bot)
    Message.objects.filter(pk=message.pk).update(content=message.content | {"category": "AUTHENTICATION"})
    message.template.category = "AUTHENTICATION"
    message = fresh(message)
    provider_id = take(live_bot, message)
    Message.objects.filter(pk=message.pk).update(
        content=message.content | {"values": {"body.1": provider_id, "body.2": "x"}}
    )
    reconciling.reconcile()
    assert message.events.get(status=Status.ACCEPTED).raw == {}


# -- Silence -------------------------------------------------------------------------------------


def test_news_that_never_came_is_fetched(live_bot, simulator):
    message = silent(live_bot, "")
    Message.objects.filter(pk=message.pk).update(provider_id=take(live_bot, message))
    wait_for(lambda: simulator.messages()[0]["status"] == "READ")
    reconciling.reconcile()
    assert (fresh(message).status, fresh(message).events.get().source) == (Status.READ, Source.RECONCILE)


def test_news_for_many_rows_is_fetched_together(live_bot, simulator):
    simulator.advance(-2 * 3600)
    messages = [silent(live_bot, f"id-{number}") for number in range(silence.FEW + 1)]
    for message in messages:
        Message.objects.filter(pk=message.pk).update(provider_id=take(live_bot, message))
    wait_for(lambda: {row["status"] for row in simulator.messages()} == {"READ"})
    reconciling.reconcile()
    assert {fresh(message).status for message in messages} == {Status.READ}
    assert asked(simulator) == 1


@pytest.mark.parametrize(("checks", "hours"), [(0, 0.9), (1, 5.9), (2, 23.9), (3, 100)])
def test_nobody_is_asked_before_it_is_time(live_bot, simulator, checks, hours):
    silent(live_bot, "an-id", hours, checks=checks)
    reconciling.reconcile()
    assert asked(simulator) == 0


@pytest.mark.parametrize(("checks", "hours"), [(0, 1.1), (1, 6.1), (2, 24.1)])
def test_silence_is_asked_about_three_times(live_bot, simulator, checks, hours):
    message = silent(live_bot, "an-id", hours, checks=checks)
    reconciling.reconcile()
    reconciling.reconcile()
    assert (asked(simulator), fresh(message).checks) == (1, checks + 1)
    assert (fresh(message).status, silence.is_silent(fresh(message))) == (Status.ACCEPTED, True)


def test_a_text_is_never_silent(live_bot, simulator):
    message = silent(live_bot, "an-id", template=None)
    reconciling.reconcile()
    assert (asked(simulator), silence.is_silent(fresh(message))) == (0, False)
    assert not Message.objects.filter(silence.silent()).exists()
    assert fresh(message).checks == len(silence.WAITS)


def test_a_silent_row_of_a_bot_that_cannot_be_asked_stays_as_it_is(live_bot, simulator):
    simulator.fault("500", endpoint="notifications")
    message = silent(live_bot, "an-id")
    reconciling.reconcile()
    reconciling.reconcile()
    assert (fresh(message).checks, asked(simulator)) == (0, 1)


def test_a_settled_row_may_fall_silent_like_any_other(live_bot, still):
    message = unknown(live_bot)
    Message.objects.filter(pk=message.pk).update(checks=5, checked_at=timezone.now() - HOUR)
    take(live_bot, message)
    reconciling.reconcile()
    assert (fresh(message).checks, fresh(message).checked_at) == (0, None)
