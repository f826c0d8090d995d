"""What a person decides about an unknown outcome, and what wins against what."""

import contextlib
import datetime as dt
import uuid

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from messaging import deciding, reconciling
from messaging.deciding import Undecidable
from messaging.models import Attempt, Bot, Lane, Message, Source
from messaging.providers.evidence import Evidence
from messaging.statuses import Status
from templates_app.models import Template, TemplateStatus
from tests.factories import make_contact, make_template, open_window
from tests.messaging.test_reconciling import fresh, take, unknown
from tests.threads import at_once


@pytest.fixture
def message(bot):
    """Its outcome is unknown for so long that a person may decide."""
    return unknown(bot, minutes_ago=30)


def evidence(message, provider_id="listed-1"):
    when = message.attempts.get().started_at
    return Evidence(provider_id, message.to, when, "CREATED", Status.ACCEPTED, {}, at=when)


# -- Assume sent ---------------------------------------------------------------------------------


def test_it_is_taken_for_sent(message, agent):
    deciding.assume_sent(message, agent)
    event = message.events.get()
    assert (fresh(message).status, fresh(message).reason) == (Status.ACCEPTED, "")
    assert (event.actor, event.source, event.word) == (agent, Source.PERSON, deciding.ASSUMED)


def test_evidence_gives_it_its_id_all_the_same(message, bot, agent):
    deciding.assume_sent(message, agent)
    assert reconciling.settle(message, evidence(message), bot.account.provider)
    assert (fresh(message).status, fresh(message).provider_id) == (Status.ACCEPTED, "listed-1")


def test_evidence_that_comes_first_wins(message, bot, agent):
    reconciling.settle(message, evidence(message), bot.account.provider)
    for decide in (deciding.assume_sent, deciding.send_again):
        with pytest.raises(Undecidable, match="Accepted"):
            decide(message, agent)
    assert Message.objects.count() == 1


def test_nobody_decides_while_the_provider_may_still_list_it(bot, agent):
    young = unknown(bot, minutes_ago=1)
    for decide in (deciding.assume_sent, deciding.send_again):
        with pytest.raises(Undecidable, match="Wait a little"):
            decide(young, agent)


def test_what_the_provider_does_not_list_is_decided_at_once(bot, agent):
    text = unknown(bot, minutes_ago=1, template=None)
    deciding.assume_sent(text, agent)
    assert fresh(text).status == Status.ACCEPTED


def test_a_call_whose_end_nobody_saw_may_last_as_long_as_its_lease(message, settings):
    Attempt.objects.update(ended_at=None)
    end = message.attempts.get().started_at + dt.timedelta(seconds=settings.SEND_LEASE_SECONDS)
    assert deciding.offered_at(message) == end + dt.timedelta(seconds=settings.RECONCILE_GRACE_SECONDS)


# -- Send again ----------------------------------------------------------------------------------


def test_a_second_row_says_the_same_to_the_same_person(message, agent):
    again = deciding.send_again(message, agent)
    assert (again.status, again.resend_of, again.created_by) == (Status.QUEUED, message, agent)
    assert (again.content, again.version, again.to) == (message.content, message.version, message.to)
    assert (again.lane, again.starts, again.provider_id) == (Lane.INTERACTIVE, 0, "")


def test_both_rows_say_who_did_it(message, agent):
    again = deciding.send_again(message, agent)
    first, second = message.events.get(), again.events.get()
    assert (first.word, first.actor, first.raw) == ("SENT_AGAIN", agent, {"again": str(again.public_id)})
    assert (second.status, second.actor) == (Status.QUEUED, agent)


def test_a_worker_is_woken(message, agent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        deciding.send_again(message, agent)
    assert OrmQ.objects.count() == 1


def test_the_first_row_stays_unknown_until_evidence_comes(message, bot, agent):
    deciding.send_again(message, agent)
    assert fresh(message).status == Status.UNKNOWN
    reconciling.settle(message, evidence(message), bot.account.provider)
    assert fresh(message).status == Status.ACCEPTED


def test_pressing_twice_sends_once_more(message, agent):
    assert deciding.send_again(message, agent) == deciding.send_again(message, agent)
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_send_once_more(message, agent):
    first, second = at_once(lambda: deciding.send_again(Message.objects.get(pk=message.pk), agent))
    assert first == second
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_decision_and_evidence_at_once_leave_no_contradiction(message, bot, agent):
    provider, found = bot.account.provider, evidence(message)
    both = [
        lambda: reconciling.settle(message, found, provider),
        lambda: ignoring(deciding.assume_sent, message, agent),
    ]
    at_once(lambda: both.pop()())
    message = fresh(message)
    assert (message.status, message.provider_id) == (Status.ACCEPTED, "listed-1")


def ignoring(decide, *arguments):
    """Whoever comes second is told so."""
    with contextlib.suppress(Undecidable):
        decide(*arguments)


def test_what_was_sent_again_is_not_assumed_to_be_sent(message, agent):
    deciding.send_again(message, agent)
    with pytest.raises(Undecidable, match="already"):
        deciding.assume_sent(message, agent)


def test_what_is_sent_again_can_be_matched_by_itself(live_bot, simulator, agent):
    simulator.switch(delays={"delivered_channel": 60.0})
    message = unknown(live_bot, minutes_ago=30)
    again = deciding.send_again(message, agent)
    Message.objects.filter(pk=again.pk).update(status=Status.ACCEPTED, provider_id=take(live_bot, again))
    reconciling.reconcile()
    assert (fresh(message).status, fresh(message).provider_id) == (Status.UNKNOWN, "")


# -- What today's rules refuse ---------------------------------------------------------------------


def block(message):
    message.contact.is_blocked = True
    message.contact.save(update_fields=["is_blocked"])


def expire(message):
    Message.objects.filter(pk=message.pk).update(expires_at=timezone.now())


def pause_template(message):
    Template.objects.update(status=TemplateStatus.PAUSED)


def change_template(message):
    newer = make_template(message.bot, message.template.components, element_name="newer")
    Template.objects.filter(pk=message.template.pk).update(version=newer.version)


def switch_off(message):
    Bot.objects.update(is_on=False)


REFUSED = {
    block: "blocked",
    expire: "stopped being useful",
    pause_template: "not approved",
    change_template: "changed since then",
    switch_off: "switched off",
}


@pytest.mark.parametrize(("spoil", "why"), REFUSED.items())
def test_what_may_not_be_sent_today_is_not_sent_again(message, agent, spoil, why):
    spoil(message)
    with pytest.raises(Undecidable, match=why):
        deciding.send_again(fresh(message), agent)
    assert Message.objects.count() == 1
    assert not message.events.exists()


def test_a_text_needs_an_open_window_again(bot, agent):
    contact = make_contact()
    text = unknown(bot, contact, minutes_ago=1, template=None)
    with pytest.raises(Undecidable, match="24 hours"):
        deciding.send_again(text, agent)
    open_window(bot, contact)
    assert deciding.send_again(text, agent).kind == "text"


def test_a_paused_bot_sends_it_when_it_goes_on(message, agent):
    Bot.objects.update(paused_reason="provider_down", paused_until=timezone.now() + dt.timedelta(minutes=1))
    assert deciding.send_again(fresh(message), agent).status == Status.QUEUED


def test_the_batch_of_a_second_row_is_its_own(message, agent):
    Message.objects.filter(pk=message.pk).update(batch=uuid.uuid4())
    assert deciding.send_again(message, agent).batch != fresh(message).batch
