"""A bot whose provider does not call is told of all the same, by the provider's list."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging import applying, connecting, polling, reconciling, sending
from messaging.models import Bot, Message, Source, WebhookDelivery
from messaging.statuses import Status
from tests.factories import make_message, make_template
from tests.simulating import Simulator, wait_for
from tests.webhook_bodies import status

MINUTE = dt.timedelta(minutes=1)


def taken(bot: Bot, minutes_ago: float = 3, **fields: Any) -> Message:
    """A template that the provider took so long ago."""
    at = timezone.now() - minutes_ago * MINUTE
    template = bot.templates.first() or make_template(bot)
    made: dict[str, Any] = {
        "status": Status.ACCEPTED,
        "provider_id": "m-1",
        "accepted_at": at,
        "created_at": at,
    }
    return make_message(bot, template=template, **made | fields)


def called(bot: Bot, minutes_ago: float = 0, **fields: Any) -> None:
    delivery = WebhookDelivery.objects.create(bot=bot, body=b"", size=0, **{"state": "applied"} | fields)
    at = timezone.now() - minutes_ago * MINUTE
    WebhookDelivery.objects.filter(pk=delivery.pk).update(received_at=at)


def test_a_bot_is_deaf_when_its_provider_takes_and_does_not_call(bot):
    assert not polling.is_deaf(bot)
    taken(bot)
    assert polling.is_deaf(bot)


def test_a_call_ends_it_and_a_refused_one_does_not(bot):
    taken(bot)
    called(bot, state="refused")
    assert polling.is_deaf(bot)
    called(bot)
    assert not polling.is_deaf(bot)


@pytest.mark.parametrize(("minutes_ago", "fields"), [(1, {}), (60 * 25, {}), (3, {"kind": "text"})])
def test_nobody_is_deaf_too_soon_too_late_or_for_what_is_never_told(bot, minutes_ago, fields):
    taken(bot, minutes_ago, **fields)
    assert not polling.is_deaf(bot)


@pytest.mark.parametrize(
    ("age", "asked_ago", "is_due"),
    [(3, None, True), (3, 4, False), (10, 6, True), (120, 6, False), (120, 31, True)],
)
def test_the_older_a_message_the_rarer_it_is_asked_about(bot, age, asked_ago, is_due):
    checked_at = timezone.now() - asked_ago * MINUTE if asked_ago else None
    taken(bot, age, checked_at=checked_at)
    assert bool(polling.due()) == is_due


def test_what_is_final_or_heard_of_is_not_asked_about(bot):
    taken(bot, status=Status.READ)
    assert polling.due() == []


@pytest.fixture
def unheard(live_bot: Bot, simulator: Simulator) -> Message:
    """Sent, read and answered on the phone; nobody has told us."""
    make_template(live_bot)
    message = make_message(live_bot, template=live_bot.templates.get())
    sending.pump()
    wait_for(lambda: simulator.messages()[0]["status"] == "READ")
    return message


def later(message: Message) -> None:
    """As if the patience were over, and still within what clocks may differ by."""
    at = timezone.now() - polling.PATIENCE
    Message.objects.filter(pk=message.pk).update(accepted_at=at)


def test_the_list_gives_the_same_history_as_calls_would(unheard):
    later(unheard)
    reconciling.reconcile()
    unheard.refresh_from_db()
    listed = unheard.events.filter(source=Source.RECONCILE)
    assert unheard.status == Status.READ
    assert [event.status for event in listed] == ["sent", "delivered", "read"]
    assert unheard.sent_at <= unheard.delivered_at <= unheard.read_at


def test_a_call_that_comes_after_all_adds_nothing(unheard):
    later(unheard)
    reconciling.reconcile()
    read = unheard.events.get(status="read")
    body = json.dumps(status(read.provider_id, "read", timestamp=read.provider_time.isoformat())).encode()
    applying.apply_all([WebhookDelivery.objects.create(bot=unheard.bot, body=body, size=len(body)).pk])
    assert unheard.events.filter(status="read").count() == 1


def test_a_provider_that_is_away_leaves_all_as_it_is(bot):
    message = taken(bot)
    reconciling.reconcile()
    message.refresh_from_db()
    assert message.status == Status.ACCEPTED


# -- The bot's page --------------------------------------------------------------------------------


def panel(client: Client, bot: Bot) -> str:
    return client.get(reverse("admin:messaging_bot_webhook", args=[bot.pk])).content.decode()


def test_the_page_says_whether_the_provider_reports_to_us(admin_person_client, live_bot, settings):
    settings.SITE_URL = "http://127.0.0.1:8150"
    assert "Does not report all of it to us" in panel(admin_person_client, live_bot)
    connecting.subscribe(live_bot)
    assert "Reports to us" in panel(admin_person_client, live_bot)


def test_a_subscription_of_somebody_else_is_shown_with_its_address(admin_person_client, live_bot, settings):
    settings.SITE_URL = "http://127.0.0.1:1"
    connecting.subscribe(live_bot)
    settings.SITE_URL = "http://127.0.0.1:2"
    body = panel(admin_person_client, live_bot)
    assert "elsewhere" in body and "http://127.0.0.1:1" in body


def test_a_provider_that_cannot_be_asked_is_said_to_be_so(admin_person_client, bot):
    assert "Could not be asked" in panel(admin_person_client, bot)


def test_agents_do_not_ask(agent_client, live_bot):
    assert agent_client.get(reverse("admin:messaging_bot_webhook", args=[live_bot.pk])).status_code == 404


@pytest.mark.parametrize(
    ("url", "can"),
    [
        ("https://console.example.com", True),
        ("https://8.8.8.8", True),
        ("http://console.example.com", False),
        ("https://localhost", False),
        ("https://10.0.0.4", False),
        ("https://[::1]", False),
        ("https://console.local", False),
        ("", False),
    ],
)
def test_a_provider_reaches_public_https_addresses_only(settings, url, can):
    settings.SITE_URL = url
    assert connecting.can_be_called() == can


def test_the_page_says_what_to_do_when_calls_do_not_come(admin_person_client, bot):
    taken(bot)
    body = admin_person_client.get(reverse("admin:messaging_bot_change", args=[bot.pk])).content.decode()
    assert "its list is read every few minutes instead" in body and "set SITE_URL" in body
