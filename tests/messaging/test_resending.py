"""Sending again: new rows that point at the first, and every rule of today asked once more."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ

from messaging import deciding, resending
from messaging.failures import Retry, Side
from messaging.models import Bot, Message, ReasonEntry, Source
from messaging.statuses import Status
from templates_app.models import Template
from tests.factories import make_contact, make_message, make_user, open_window, queued
from tests.messaging.test_reconciling import unknown
from tests.threads import at_once


def failed(bot: Bot, **fields: Any) -> Message:
    defaults: dict[str, Any] = {"reason": "value_missing", "failed_at": timezone.now()}
    return queued(bot, status=Status.FAILED, **defaults | fields)


def again(*messages: Message, actor: User, confirmed: bool = False, batch: uuid.UUID | None = None) -> Any:
    found = list(resending.rows([message.public_id for message in messages], actor))
    return resending.resend(found, actor, batch or uuid.uuid4(), confirmed=confirmed)


def judged(message: Message, actor: User) -> resending.Candidate:
    [candidate] = resending.plan(list(resending.rows([message.public_id], actor)), actor).candidates
    return candidate


@pytest.fixture
def message(bot: Bot) -> Message:
    return failed(bot)


@pytest.fixture
def supervisor(db: None) -> User:
    return make_user("sara", "Supervisors")


def test_a_new_row_points_at_the_first_and_leaves_it_as_it_is(message: Message, agent: User) -> None:
    [copy] = again(message, actor=agent)
    message.refresh_from_db()
    assert (copy.resend_of, copy.status, copy.created_by) == (message, Status.QUEUED, agent)
    assert (copy.content, copy.version, copy.reason) == (message.content, message.version, "")
    assert (message.status, message.reason) == (Status.FAILED, "value_missing")


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken(bot: Bot, agent: User) -> None:
    again(failed(bot), actor=agent)
    assert OrmQ.objects.exists()


def test_both_histories_say_who_did_it(message: Message, agent: User) -> None:
    [copy] = again(message, actor=agent)
    first, second = message.events.get(), copy.events.get()
    assert (first.word, first.actor, first.raw) == (
        deciding.SENT_AGAIN,
        agent,
        {"again": str(copy.public_id)},
    )
    assert (second.status, second.source, second.actor) == (Status.QUEUED, Source.PERSON, agent)


def test_a_corrected_number_is_the_one_written_to(message: Message, agent: User) -> None:
    message.contact.wa_id = "593990009999"
    message.contact.save(update_fields=["wa_id"])
    assert again(message, actor=agent)[0].to == "593990009999"


def test_many_are_sent_with_one_press(bot: Bot, agent: User) -> None:
    rows = [failed(bot) for _ in range(3)]
    copies = again(*rows, actor=agent)
    assert {copy.resend_of_id for copy in copies} == {row.pk for row in rows}
    assert len({copy.batch for copy in copies}) == 1


# -- Once ----------------------------------------------------------------------------------------


def test_a_second_press_writes_nothing_and_finds_the_first(message: Message, agent: User) -> None:
    batch = uuid.uuid4()
    assert again(message, actor=agent, batch=batch) == again(message, actor=agent, batch=batch)
    assert Message.objects.count() == 2


def test_another_tab_does_not_send_it_twice(message: Message, agent: User) -> None:
    again(message, actor=agent)
    assert again(message, actor=agent) == []
    assert "newer message" in str(judged(message, agent).refusal)


def test_the_copy_can_be_sent_again_when_it_fails_too(message: Message, agent: User) -> None:
    [copy] = again(message, actor=agent)
    Message.objects.filter(pk=copy.pk).update(status=Status.FAILED, reason="value_missing")
    assert again(copy, actor=agent)[0].resend_of == copy


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_make_one_copy(bot: Bot, agent: User) -> None:
    message = failed(bot)
    at_once(lambda: again(message, actor=agent), times=4)
    assert message.resends.count() == 1


# -- Today's rules -------------------------------------------------------------------------------


def block(message: Message) -> None:
    message.contact.is_blocked = True
    message.contact.save(update_fields=["is_blocked"])


def lose_number(message: Message) -> None:
    message.contact.wa_id, message.contact.user_id = None, "someone"
    message.contact.save(update_fields=["wa_id", "user_id"])


def pause_template(message: Message) -> None:
    Template.objects.update(status="PAUSED")


def switch_off(message: Message) -> None:
    Bot.objects.update(is_on=False)


def empty_values(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(content=message.content | {"values": {}})


def requeue(message: Message) -> None:
    Message.objects.filter(pk=message.pk).update(status=Status.QUEUED, reason="")


REFUSED = {
    block: "blocked",
    lose_number: "no number",
    pause_template: "not approved",
    switch_off: "switched off",
    empty_values: "has no value",
    requeue: "not left yet",
}


@pytest.mark.parametrize(("spoil", "why"), REFUSED.items())
def test_the_rules_of_today_refuse_and_say_why(message: Message, agent: User, spoil: Any, why: str) -> None:
    spoil(message)
    assert why in str(judged(message, agent).refusal)
    assert again(message, actor=agent, confirmed=True) == []


def test_a_text_needs_an_open_window(bot: Bot, agent: User) -> None:
    text = make_message(bot, status=Status.FAILED, reason="window_closed")
    assert "24 hours" in str(judged(text, agent).refusal)
    open_window(bot, text.contact)
    assert again(text, actor=agent)[0].kind == "text"


def test_what_a_person_wrote_is_not_sent_to_them(bot: Bot, agent: User) -> None:
    inbound = make_message(bot, direction="in", status=Status.RECEIVED)
    assert judged(inbound, agent).refusal


def test_of_two_to_one_person_the_first_is_sent(bot: Bot, agent: User) -> None:
    contact = make_contact()
    rows = [failed(bot, contact=contact) for _ in range(2)]
    assert [copy.resend_of for copy in again(*rows, actor=agent)] == rows[:1]
    assert again(rows[1], actor=agent)[0].resend_of == rows[1]


def test_a_row_that_is_refused_keeps_no_other_from_leaving(bot: Bot, agent: User) -> None:
    bad, good = failed(bot), failed(bot)
    block(bad)
    assert [copy.resend_of for copy in again(bad, good, actor=agent)] == [good]


def test_strangers_rows_are_not_found(message: Message) -> None:
    assert not resending.rows([message.public_id], make_user("bruno", "Agents"))


# -- Doubts --------------------------------------------------------------------------------------

DOUBTFUL = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


@pytest.mark.parametrize("status", DOUBTFUL)
def test_what_may_have_arrived_is_sent_only_if_confirmed(bot: Bot, agent: User, status: Status) -> None:
    message = queued(bot, status=status)
    assert judged(message, agent).doubt
    assert again(message, actor=agent) == []
    assert len(again(message, actor=agent, confirmed=True)) == 1


def test_what_is_hopeless_or_too_early_is_doubtful(bot: Bot, agent: User) -> None:
    assert "fail again" in str(judged(failed(bot, reason="opted_out"), agent).doubt)
    assert "too early" in str(judged(failed(bot, reason="marketing_cap"), agent).doubt)
    rested = failed(bot, reason="marketing_cap", failed_at=timezone.now() - dt.timedelta(days=2))
    assert not judged(rested, agent).doubt


def test_our_own_entry_counts_too(bot: Bot, agent: User) -> None:
    message = failed(bot, reason="unlisted", provider_code="99999")
    assert not judged(message, agent).doubt
    fields: dict[str, Any] = {"side": Side.PROVIDER, "retry": Retry.NEVER, "action": "Stop."}
    ReasonEntry.objects.create(provider="jelou", said="99999", sentence="It is over.", **fields)
    assert "It is over." in str(judged(message, agent).doubt)


def test_an_unknown_one_is_for_those_who_may_decide(bot: Bot, agent: User, supervisor: User) -> None:
    message = unknown(bot, minutes_ago=30)
    assert "supervisor" in str(judged(message, agent).refusal)
    assert "twice" in str(judged(message, supervisor).doubt)
    assert again(message, actor=supervisor) == []
    assert len(again(message, actor=supervisor, confirmed=True)) == 1


def test_an_unknown_one_waits_for_the_providers_list(bot: Bot, supervisor: User) -> None:
    assert "Wait a little" in str(judged(unknown(bot, minutes_ago=1), supervisor).refusal)


def test_sent_again_either_way_it_is_sent_once(bot: Bot, supervisor: User) -> None:
    message = unknown(bot, minutes_ago=30)
    deciding.send_again(message, supervisor)
    assert "newer message" in str(judged(message, supervisor).refusal)


def test_many_rows_cost_no_more_queries_than_few(bot: Bot, agent: User) -> None:
    few = [failed(bot) for _ in range(2)]
    many = few + [failed(bot, reason="unlisted") for _ in range(10)]
    assert queries(many, agent) <= queries(few, agent) + 1


def queries(messages: list[Message], actor: User) -> int:
    actor = User.objects.get(pk=actor.pk)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        resending.plan(list(resending.rows([one.public_id for one in messages], actor)), actor)
    return len(captured)
