"""A Bird bot that no webhook reaches has the same history as one that Bird reports to."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from messaging import connecting, polling, reconciling, sending
from messaging.models import Bot, Conversation, Message, MessageEvent, Source, WebhookDelivery
from messaging.providers import bird_listing
from messaging.providers.base import Answer, ProviderError
from messaging.statuses import Status
from tests.factories import make_account, make_bot, make_contact, make_message, make_template, open_window
from tests.simulating import BIRD_KEY, CHANNEL, WORKSPACE, wait_for

NUMBER = "15005550100"
ROW = ("status", "delivered_at", "read_at", "replied_at", "reason")


@pytest.fixture
def bird_bot(db, bird_simulator):
    account = make_account(
        kind="bird", credentials={"access_key": BIRD_KEY}, base_url=bird_simulator.url, name="Bird"
    )
    return make_bot(account=account, provider_id=f"{WORKSPACE}/{CHANNEL}")


def sent(bird_bot, simulator):
    """A text, read and answered on the phone."""
    contact = make_contact(NUMBER)
    simulator.inbound(NUMBER, "Hola", bot=CHANNEL)
    open_window(bird_bot, contact)
    message = make_message(bird_bot, contact)
    sending.pump()
    wait_for(lambda: any(row["status"] == "READ" for row in simulator.messages(bot=CHANNEL)))
    simulator.inbound(NUMBER, "Gracias", bot=CHANNEL)
    return message


def polled(message):
    """As if the patience were over, and still within what clocks may differ by."""
    Message.objects.filter(pk=message.pk).update(accepted_at=timezone.now() - polling.PATIENCE)
    reconciling.reconcile()
    message.refresh_from_db()


def story(message):
    """All that a person would see of it."""
    inbound = Message.objects.filter(direction="in").order_by("created_at")
    row = Message.objects.values(*ROW).get(pk=message.pk)
    window = Conversation.objects.get(contact=message.contact).window_ends_at
    return row, list(inbound.values("text", "created_at", "answers", "answers_by")), window


@pytest.mark.django_db(transaction=True)
def test_the_lists_say_what_the_webhooks_say(live_server, bird_bot, bird_simulator, settings):
    settings.SITE_URL = live_server.url
    connecting.subscribe(bird_bot)
    message = sent(bird_bot, bird_simulator)
    wait_for(lambda: Message.objects.filter(text="Gracias").exists())
    wait_for(lambda: Message.objects.get(pk=message.pk).status == Status.READ)
    told = story(message)
    forget(bird_bot, message)
    polled(message)
    assert story(message) == told


def forget(bot: Bot, message: Message) -> None:
    """As if no webhook had ever come."""
    WebhookDelivery.objects.all().delete()
    MessageEvent.objects.filter(source=Source.WEBHOOK).delete()
    Message.objects.filter(direction="in").delete()
    Conversation.objects.update(last_inbound_at=None, window_ends_at=None, unread=0)
    nothing = {"delivered_at": None, "read_at": None, "replied_at": None, "sent_at": None}
    Message.objects.filter(pk=message.pk).update(status=Status.ACCEPTED, **nothing)


def test_that_it_was_read_comes_from_the_interactions(bird_bot, bird_simulator):
    message = sent(bird_bot, bird_simulator)
    polled(message)
    read = message.events.get(status=Status.READ)
    assert (message.status, read.source, read.word) == (Status.READ, Source.RECONCILE, "read")


def test_a_second_round_adds_nothing(bird_bot, bird_simulator):
    message = sent(bird_bot, bird_simulator)
    for _round in range(2):
        polled(message)
    assert list(Message.objects.filter(direction="in").values_list("text", flat=True)) == ["Hola", "Gracias"]
    assert message.events.filter(status=Status.READ).count() == 1
    assert Conversation.objects.get(contact=message.contact).unread == 2


def test_a_bot_that_was_never_called_reads_what_people_write_before_it_sends(bird_bot, bird_simulator):
    bird_simulator.inbound(NUMBER, "¿Hay alguien?", bot=CHANNEL, name="Ana")
    reconciling.reconcile()
    inbound = Message.objects.get()
    assert (inbound.text, inbound.contact.name) == ("¿Hay alguien?", "Ana")
    assert Conversation.objects.get().is_window_open


def test_a_bot_that_is_called_is_left_to_its_webhook(bird_bot, bird_simulator):
    WebhookDelivery.objects.create(bot=bird_bot, body=b"", size=0, state="applied")
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    reconciling.reconcile()
    assert not Message.objects.exists()


def test_a_bot_that_is_off_is_not_asked(bird_bot, bird_simulator):
    Bot.objects.update(is_on=False)
    assert polling.unheard() == []


def test_only_the_last_day_is_read_and_then_only_what_is_new(bird_bot):
    day_ago = timezone.now() - dt.timedelta(days=1)
    assert abs(polling._last_heard(bird_bot) - day_ago) < dt.timedelta(minutes=1)
    make_message(bird_bot, direction="in", status="received")
    assert timezone.now() - polling._last_heard(bird_bot) < dt.timedelta(minutes=5)


def test_a_bot_that_is_away_loses_only_its_own_turn(bird_bot, bird_simulator):
    away = make_account(kind="bird", credentials={"access_key": "wrong"}, base_url=bird_simulator.url)
    make_bot(account=away, provider_id=f"{WORKSPACE}/{WORKSPACE}")
    bird_simulator.inbound(NUMBER, "Hola", bot=CHANNEL)
    reconciling.reconcile()
    assert Message.objects.get().bot == bird_bot


def test_a_silent_message_is_looked_up(bird_bot, bird_simulator):
    """Among the few: by its id."""
    message = sent(bird_bot, bird_simulator)
    WebhookDelivery.objects.create(bot=bird_bot, body=b"", size=0, state="applied")
    Message.objects.filter(pk=message.pk).update(accepted_at=timezone.now() - dt.timedelta(hours=2))
    reconciling.reconcile()
    message.refresh_from_db()
    assert message.status == Status.DELIVERED


@pytest.mark.parametrize("data", [None, "x", [], {"results": 1}])
def test_a_list_of_interactions_that_is_none_is_an_error_of_the_provider(data):
    with pytest.raises(ProviderError):
        bird_listing.interactions(Answer(200, "", {}, data))


def test_interactions_that_cannot_be_read_are_left_out():
    odd = [None, 7, {}, {"messageId": ["m"], "type": "read"}, {"messageId": "m", "type": None}]
    assert bird_listing.interactions(Answer(200, "", {}, {"results": odd})) == []


# -- The bot's page --------------------------------------------------------------------------------


def test_the_page_says_that_the_list_is_read_instead(admin_person_client, bird_bot):
    template = make_template(bird_bot)
    at = timezone.now() - dt.timedelta(minutes=3)
    make_message(
        bird_bot, template=template, status=Status.ACCEPTED, provider_id="m-1", accepted_at=at, created_at=at
    )
    body = admin_person_client.get(reverse("admin:messaging_bot_change", args=[bird_bot.pk])).content.decode()
    assert "what contacts write comes late" in body and "does not come at all" not in body


def test_the_page_says_what_bird_reports(admin_person_client, bird_bot, settings):
    settings.SITE_URL = "http://127.0.0.1:8150"
    address = reverse("admin:messaging_bot_webhook", args=[bird_bot.pk])
    assert "Does not report all of it to us" in admin_person_client.get(address).content.decode()
    connecting.subscribe(bird_bot)
    body = admin_person_client.get(address).content.decode()
    assert "Reports to us" in body and "whatsapp.inbound" in body and "is not listed" not in body
