"""What becomes known about a message, in whatever order and however often it is told."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import events, intake
from messaging.content import TextContent
from messaging.events import News
from messaging.models import (
    Bot,
    Contact,
    Conversation,
    DeliveryState,
    Message,
    MessageEvent,
    Source,
    WebhookDelivery,
)
from messaging.providers.base import InboundMessage, StatusEvent
from messaging.statuses import ORDER, Status
from tests.factories import make_bot, make_contact, make_message, make_template, open_window
from tests.threads import at_once
from tests.webhook_bodies import inbound, status

NUMBER = "593990000321"
CLAIM = {"claim_id": uuid.uuid4(), "lease_until": timezone.now()}
NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)

rows = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


def deliver(bot: Bot, body: object) -> str:
    """As the webhook does it: stored first, then applied. Returns what became of it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return intake.apply_delivery(WebhookDelivery.objects.create(bot=bot, body=raw, size=len(raw)))


def sent(bot: Bot, provider_id: str = "m-1", **fields: Any) -> Message:
    template = bot.templates.first() or make_template(bot)
    fields = {"status": Status.ACCEPTED} | fields
    return make_message(bot, template=template, provider_id=provider_id, **fields)


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def received(bot: Bot, **more: Any) -> Message:
    assert deliver(bot, inbound(NUMBER, **more)) == DeliveryState.APPLIED
    return Message.objects.filter(direction="in").latest("pk")


# -- The ratchet -----------------------------------------------------------------------------------

WORDS = ("delivered_channel", "delivered_user", "read", "failed", "reply", "played")
MINUTES = {word: number for number, word in enumerate(WORDS)}


def told(word: str) -> dict[str, object]:
    moment = NOON + dt.timedelta(minutes=MINUTES[word])
    return status("m-1", word, timestamp=moment.isoformat())


def state(message: Message) -> dict[str, object]:
    names = ("status", "reason", "sent_at", "delivered_at", "read_at", "failed_at", "replied_at")
    return Message.objects.filter(pk=message.pk).values(*names).get()


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).flatmap(
        lambda words: st.tuples(st.just(words), st.permutations(words * 2))
    )
)
@rows
def test_all_orders_and_repetitions_of_the_same_news_end_the_same(bot, pair):
    MessageEvent.objects.all().delete()
    straight, shuffled = sent(bot), sent(make_bot(provider_id=timezone.now().isoformat()))
    for word in sorted(pair[0], key=WORDS.index):
        deliver(straight.bot, told(word))
    for word in pair[1]:
        deliver(shuffled.bot, told(word))
    assert state(straight) == state(shuffled)
    assert shuffled.events.count() == straight.events.count() == len(set(pair[0]))
    Message.objects.all().delete()


@pytest.mark.parametrize("later", ["failed", "delivered_channel"])
def test_late_news_does_not_lower_the_state(bot, later):
    message = sent(bot)
    deliver(bot, told("delivered_user"))
    deliver(bot, told(later))
    assert fresh(message).status == Status.DELIVERED


def test_a_delivery_takes_a_guessed_failure_back(bot):
    message = sent(bot, status=Status.FAILED, reason="no_answer", detail="…", provider_code="x")
    deliver(bot, told("delivered_user"))
    message = fresh(message)
    assert (message.status, message.reason, message.detail, message.provider_code) == (
        Status.DELIVERED,
        "",
        "",
        "",
    )


def test_a_failure_says_why(bot):
    message = sent(bot)
    deliver(bot, status("m-1", "failed", error="(#131026) Message undeliverable."))
    message = fresh(message)
    assert (message.status, message.reason) == (Status.FAILED, "undeliverable")
    assert message.detail == "(#131026) Message undeliverable."


def test_a_failure_without_a_reason_gets_the_one_for_that(bot):
    message = sent(bot)
    deliver(bot, status("m-1", "failed"))
    assert fresh(message).reason == "unlisted"


def test_a_word_nobody_knows_is_kept_and_moves_nothing(bot):
    message = sent(bot)
    assert deliver(bot, status("m-1", "levitated")) == DeliveryState.APPLIED
    event = message.events.get()
    assert (event.word, event.status, event.raw["event"]) == ("LEVITATED", "", "levitated")
    assert fresh(message).status == Status.ACCEPTED


def test_every_step_keeps_its_own_time(bot):
    message = sent(bot)
    deliver(bot, told("read"))
    deliver(bot, told("delivered_user"))
    message = fresh(message)
    assert message.delivered_at == NOON + dt.timedelta(minutes=MINUTES["delivered_user"])
    assert message.read_at == NOON + dt.timedelta(minutes=MINUTES["read"])


def test_of_two_times_for_one_state_the_first_counts(bot):
    message = sent(bot)
    for minute in (7, 3, 5):
        deliver(bot, status("m-1", "read", timestamp=(NOON + dt.timedelta(minutes=minute)).isoformat()))
    assert fresh(message).read_at == NOON + dt.timedelta(minutes=3)
    assert message.events.count() == 3


def test_a_clock_that_runs_ahead_is_not_believed(bot):
    message = sent(bot)
    deliver(bot, status("m-1", "read", timestamp="2126-01-01T00:00:00Z"))
    assert fresh(message).read_at <= timezone.now()
    assert message.events.get().provider_time <= timezone.now()


def test_a_repeat_is_a_repeat_also_when_its_clock_runs_ahead(bot):
    message = sent(bot)
    for _ in range(2):
        deliver(bot, status("m-1", "read", timestamp="2126-01-01T00:00:00Z"))
    assert message.events.count() == 1


def test_a_repeat_without_a_time_is_known_by_its_body(bot):
    message = sent(bot)
    for _ in range(2):
        deliver(bot, {"id": "m-1", "event": "read"})
    deliver(bot, {"id": "m-1", "event": "read", "device": "other"})
    assert message.events.count() == 2


def test_lines_of_one_message_stand_side_by_side_in_the_index_of_keys(bot):
    first, second = (make_message(bot, status=Status.SENDING, **CLAIM) for _number in range(2))
    for message in (first, second):
        events.record_status(message, News(Status.UNKNOWN, Source.WORKER))
    for message in (second, first):
        news = News(Status.ACCEPTED, Source.ANSWER, provider_id=f"m-{message.pk}")
        events.record_status(message, news)
    in_order = MessageEvent.objects.order_by("key").values_list("message_id", flat=True)
    assert list(in_order) == [first.pk, first.pk, second.pk, second.pk]


@pytest.mark.parametrize("start", [Status.CANCELED, Status.SKIPPED])
def test_news_about_what_was_stopped_is_kept_and_does_not_move_it(bot, start):
    message = sent(bot, status=start, reason="expired")
    deliver(bot, told("read"))
    assert fresh(message).status == start
    assert message.events.count() == 1


def test_news_moves_a_message_only_of_the_bot_it_was_told_to(bot):
    message = sent(make_bot(provider_id="another"))
    assert deliver(bot, told("read")) == DeliveryState.UNMATCHED
    assert fresh(message).status == Status.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_the_same_news_at_the_same_moment_is_one_line(bot):
    message = sent(bot)
    at_once(lambda: deliver(bot, told("read")), times=4)
    assert message.events.count() == 1
    assert fresh(message).status == Status.READ


@pytest.mark.django_db(transaction=True)
def test_news_and_the_providers_id_at_the_same_moment_find_each_other(bot):
    message = sent(bot, provider_id="", status=Status.UNKNOWN)

    def learn_the_id() -> None:
        Message.objects.filter(pk=message.pk).update(provider_id="m-1")
        events.adopt(fresh(message))

    steps = [learn_the_id, lambda: deliver(bot, told("read"))]
    at_once(lambda: steps.pop()())
    assert fresh(message).status == Status.READ


@pytest.mark.parametrize("status", [status for status in Status if status not in ORDER[2:]])
def test_news_cannot_lead_to_what_the_verbs_write(bot, status):
    message = sent(bot)
    if status not in (Status.SKIPPED, Status.CANCELED):
        assert not events.record_status(message, News(status, Source.WEBHOOK))
    assert fresh(message).status == Status.ACCEPTED


# -- Replies ---------------------------------------------------------------------------------------


def test_a_reply_is_a_time_and_opens_the_window(bot):
    message = sent(bot)
    just_now = timezone.now() - dt.timedelta(minutes=1)
    deliver(bot, status("m-1", "reply", timestamp=just_now.isoformat(), destination=NUMBER))
    message = fresh(message)
    assert (message.status, message.replied_at) == (Status.ACCEPTED, just_now)
    assert Conversation.objects.get(bot=bot, contact=message.contact).is_window_open


def test_an_old_reply_does_not_shorten_a_window(bot):
    message = sent(bot)
    before = open_window(bot, message.contact, hours_ago=1)
    deliver(bot, told("reply"))
    before.refresh_from_db()
    assert before.is_window_open


# -- Inbound ---------------------------------------------------------------------------------------


def test_a_stranger_who_writes_becomes_a_contact(bot):
    message = received(bot)
    contact = message.contact
    assert (contact.wa_id, contact.name, contact.as_entered) == (NUMBER, "María Pérez", NUMBER)
    assert (message.status, message.text, message.kind) == (Status.RECEIVED, "Hola", "text")


def test_what_a_contact_writes_opens_the_window_and_counts_as_unread(bot):
    for number in range(3):
        received(bot, messageId=f"in-{number}", received=int(timezone.now().timestamp() * 1000))
    conversation = Conversation.objects.get()
    assert conversation.unread == 3
    assert conversation.is_window_open


def test_the_same_message_again_changes_nothing(bot):
    for _ in range(3):
        received(bot)
    assert (Message.objects.count(), Contact.objects.count()) == (1, 1)
    assert Conversation.objects.get().unread == 1


def test_the_same_message_without_an_id_is_known_by_its_body(bot):
    for text in ("Hola", "Hola", "¿Hay alguien?"):
        deliver(bot, inbound(NUMBER, text, messageId=None))
    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_message_at_the_same_moment_is_stored_once(bot):
    at_once(lambda: received(bot), times=4)
    assert (Message.objects.count(), Contact.objects.count()) == (1, 1)
    assert Conversation.objects.get().unread == 1


@pytest.mark.parametrize(
    ("stored", "written_from"),
    [("5215510001234", "525510001234"), ("5491150001234", "541150001234"), ("551190001234", "5511990001234")],
)
def test_all_forms_of_a_number_are_one_contact(bot, stored, written_from):
    contact = make_contact(stored)
    deliver(bot, inbound(written_from))
    assert Message.objects.get().contact == contact


@pytest.mark.parametrize(("known", "shown"), [("", "María Pérez"), ("Mari", "Mari")])
def test_a_name_is_taken_only_where_there_is_none(bot, known, shown):
    make_contact(NUMBER, name=known)
    assert received(bot).contact.name == shown


def test_a_name_of_blanks_is_no_name(bot):
    assert received(bot, names=" \n ").contact.name == ""


def test_somebody_who_is_blocked_can_still_write(bot):
    make_contact(NUMBER, is_blocked=True)
    assert received(bot).contact.is_blocked


def test_an_inbound_clock_that_runs_ahead_does_not_lengthen_the_window(bot):
    message = received(bot, received=4102444800000)
    assert message.created_at <= timezone.now()
    assert Conversation.objects.get().window_ends_at <= timezone.now() + dt.timedelta(hours=24)


@pytest.mark.parametrize(
    "moment", [0, -62135596800, "0001-01-01T00:00:00Z", "yesterday", None, [], 1e300, True]
)
def test_a_clock_that_shows_nonsense_counts_as_now(bot, moment):
    message = received(bot, received=moment)
    assert timezone.now() - message.created_at < dt.timedelta(minutes=1)


def test_an_older_message_does_not_shorten_the_window(bot):
    now = timezone.now()
    for hours in (1, 5):
        moment = now - dt.timedelta(hours=hours)
        received(bot, messageId=f"in-{hours}", received=moment.isoformat())
    assert Conversation.objects.get().last_inbound_at == now - dt.timedelta(hours=1)


def test_an_answer_is_linked_to_what_was_sent_last(bot):
    contact = make_contact(NUMBER)
    sent(bot, "m-0", contact=contact, created_at=timezone.now() - dt.timedelta(hours=2))
    last = sent(bot, "m-1", contact=contact, created_at=timezone.now() - dt.timedelta(hours=1))
    answer = received(bot, received=None)
    assert answer.answers == last
    assert fresh(last).replied_at is not None


@pytest.mark.parametrize("fields", [{"provider_id": ""}, {"created_at": NOON - dt.timedelta(days=3)}])
def test_an_answer_is_not_linked_to_what_never_left_or_is_long_ago(bot, fields):
    sent(bot, contact=make_contact(NUMBER), **fields)
    assert received(bot, received=None).answers is None


def test_pictures_and_places_are_kept_with_what_they_bring(bot):
    bubble = {"type": "image", "mediaUrl": "https://cdn.example.com/a.jpg", "text": "Mira"}
    message = received(bot, bubble=bubble)
    assert (message.kind, message.loaded.of, message.loaded.body) == ("inbound", "image", "Mira")
    assert message.loaded.media_url == "https://cdn.example.com/a.jpg"


def test_a_kind_nobody_knows_is_kept(bot):
    assert received(bot, bubble={"type": "hologram"}).loaded.of == "hologram"


def test_what_our_own_side_wrote_is_not_inbound(bot):
    assert deliver(bot, inbound(NUMBER, owner="bot")) == DeliveryState.UNREADABLE
    assert not Contact.objects.exists()


# -- Hostile bodies --------------------------------------------------------------------------------

NASTY = (
    "<script>alert(1)</script>",
    "\x00\x00NUL",
    "bell\x07 esc\x1b[31m",
    "half \ud800 pair",
    "‮right to left",
    "x" * 100_000,
)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_texts_and_names_are_kept_and_break_nothing(bot, text):
    message = received(bot, names=text, bubble={"type": "text", "text": text})
    assert message.text
    assert "\x00" not in message.text + message.contact.name


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_words_in_news_are_kept_and_break_nothing(bot, text):
    message = sent(bot)
    deliver(bot, status("m-1", "failed", error={"code": text, "message": text}, note=text))
    deliver(bot, status("m-1", text))
    deliver(bot, status(text, "read"))
    assert fresh(message).status == Status.FAILED
    assert message.events.count() == 2


def nested(depth: int) -> bytes:
    return b'{"id": "m-1", "event": "read", "deep": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"


@pytest.mark.parametrize("depth", [20, 100, 900, 5_000, 200_000])
def test_deep_nesting_breaks_nothing(bot, depth):
    sent(bot)
    assert deliver(bot, nested(depth)) in (DeliveryState.APPLIED, DeliveryState.UNREADABLE)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 4000, "9" * 5000])
def test_numbers_that_are_none_break_nothing(bot, number):
    message = sent(bot)
    body = b'{"id": "m-1", "event": "read", "odd": ' + number.encode() + b"}"
    assert deliver(bot, body) in (DeliveryState.APPLIED, DeliveryState.UNREADABLE)
    assert fresh(message).status in (Status.READ, Status.ACCEPTED)


def test_a_number_that_is_none_does_not_lose_the_news(bot):
    message = sent(bot)
    deliver(bot, b'{"id": "m-1", "event": "read", "odd": NaN}')
    assert fresh(message).status == Status.READ


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{}", b"null", b"7", b'"text"', b"[[[]]]", b"{"])
def test_what_cannot_be_read_is_kept_as_it_came(bot, body):
    assert deliver(bot, body) == DeliveryState.UNREADABLE
    assert bytes(WebhookDelivery.objects.get().body) == body


def test_one_event_that_cannot_be_read_does_not_hide_the_next(bot):
    message = sent(bot)
    deliver(bot, [7, {"nothing": True}, told("read")])
    assert fresh(message).status == Status.READ


@pytest.mark.parametrize("envelope", ["data", "events", "results"])
def test_events_may_come_in_an_envelope(bot, envelope):
    message = sent(bot)
    deliver(bot, {envelope: [told("delivered_user"), told("read")]})
    assert fresh(message).status == Status.READ


def test_an_event_belongs_to_a_known_message_or_says_that_it_does_not(bot):
    sent(bot)
    assert intake.apply_event(bot, StatusEvent("m-1", "READ", Status.READ, {}))
    assert not intake.apply_event(bot, StatusEvent("m-2", "READ", Status.READ, {}))


def test_of_two_contacts_with_forms_of_one_number_the_exact_one_gets_the_message(bot):
    make_contact("551190001234", name="Antes")
    exact = make_contact("5511990001234", name="Zoe")
    message = intake.receive(bot, InboundMessage("m-exact", "5511990001234", TextContent(body="Oi"), {}))
    assert message.contact == exact
