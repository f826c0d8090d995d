"""Which message a reply belongs to, and how we know."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from messaging import intake
from messaging.models import Bot, Contact, Link, Message
from messaging.providers import PROVIDERS
from messaging.providers.base import InboundMessage
from templates_app.components import Button, Components
from tests.factories import make_bot, make_contact, make_message, make_template
from tests.webhook_bodies import inbound

NUMBER = "593990000321"
ASKING = Components(
    body="¿Confirmas tu cita?",
    buttons=(
        Button(kind="quick_reply", label="Sí, confirmo"),
        Button(kind="url", label="Ver", url="https://example.com/x"),
    ),
)


@pytest.fixture
def contact(db: None) -> Contact:
    return make_contact(NUMBER)


def sent(bot: Bot, contact: Contact, provider_id: str, hours_ago: float = 1, **fields: Any) -> Message:
    at = timezone.now() - dt.timedelta(hours=hours_ago)
    return make_message(bot, contact, provider_id=provider_id, status="delivered", created_at=at, **fields)


def asked(bot: Bot, contact: Contact, provider_id: str = "ask", **fields: Any) -> Message:
    return sent(bot, contact, provider_id, template=make_template(bot, ASKING), **fields)


def received(bot: Bot, text: str = "Hola", **more: Any) -> Message:
    body = inbound(NUMBER, text, messageId=f"in-{text}", received=None, **more)
    (event,) = PROVIDERS["jelou"].parse(body)
    assert isinstance(event, InboundMessage)
    return intake.receive(bot, event)


def test_a_quoted_message_is_the_answered_one(bot, contact):
    old = sent(bot, contact, "old", hours_ago=90)
    sent(bot, contact, "new")
    answer = received(bot, context={"id": "old"})
    assert (answer.answers, answer.answers_by) == (old, Link.QUOTED)


@pytest.mark.parametrize(
    "more",
    [
        {"quotedMessageId": "old"},
        {"replyTo": "old"},
        {"bubble": {"type": "text", "text": "x", "context": {"id": "old"}}},
    ],
)
def test_a_quote_is_understood_in_any_of_its_spellings(bot, contact, more):
    old = sent(bot, contact, "old")
    assert received(bot, **more).answers == old


def test_an_inbound_message_may_be_quoted_too(bot, contact):
    first = received(bot, "Primero")
    second = received(bot, "Segundo", context={"id": first.provider_id})
    first.refresh_from_db()
    assert (second.answers, first.replied_at) == (first, None)


@pytest.mark.parametrize("text", ["Sí, confirmo", "  sí,  CONFIRMO "])
def test_a_pressed_button_answers_the_message_that_has_it(bot, contact, text):
    question = asked(bot, contact, hours_ago=30)
    sent(bot, contact, "new")
    answer = received(bot, text)
    question.refresh_from_db()
    assert (answer.answers, answer.answers_by, question.replied_at is not None) == (
        question,
        Link.BUTTON,
        True,
    )


def test_the_payload_of_a_button_says_as_much_as_its_words(bot, contact):
    question = asked(bot, contact)
    answer = received(bot, bubble={"type": "button", "text": "1", "payload": "Sí, confirmo"})
    assert (answer.answers, answer.answers_by) == (question, Link.BUTTON)


@pytest.mark.parametrize(("text", "hours_ago"), [("Ver", 1), ("Sí, confirmo", 200)])
def test_the_words_of_a_link_and_of_an_old_button_are_just_words(bot, contact, text, hours_ago):
    asked(bot, contact, hours_ago=hours_ago)
    assert received(bot, text).answers_by != Link.BUTTON


def test_else_it_is_probably_the_latest_one_within_the_window(bot, contact):
    sent(bot, contact, "old", hours_ago=3)
    last = sent(bot, contact, "last", hours_ago=2)
    answer = received(bot)
    assert (answer.answers, answer.answers_by) == (last, Link.LATEST)


def test_what_was_said_days_ago_is_not_answered(bot, contact):
    sent(bot, contact, "old", hours_ago=25)
    answer = received(bot)
    assert (answer.answers, answer.answers_by) == (None, "")


def test_another_bots_message_and_another_persons_are_not_answered(bot, contact):
    sent(make_bot(provider_id="other"), contact, "m-1")
    sent(bot, make_contact(), "m-2")
    assert received(bot, context={"id": "m-1"}).answers is None
    assert received(bot, "Otra", context={"id": "m-2"}).answers is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda one: st.lists(one) | st.dictionaries(st.text(max_size=5), one),
    )
)
def test_a_quote_of_any_shape_is_no_error(value):
    names = ("context", "quotedMessageId", "replyTo", "replyToMessageId")
    bubble = {"type": "text", "text": "x", "payload": value, **dict.fromkeys(names, value)}
    (event,) = PROVIDERS["jelou"].parse(inbound(NUMBER, bubble=bubble, **dict.fromkeys(names, value)))
    assert isinstance(event.quotes, str) and isinstance(event.pressed, str)
