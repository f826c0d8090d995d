"""Webhooks are applied after they were answered, once, whoever dies in between."""

import datetime as dt
import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import applying, events, sweeping
from messaging.models import Bot, DeliveryState, Message, MessageEvent, WebhookDelivery
from messaging.statuses import Status
from tests.factories import make_account, make_bot, make_message, make_template, make_user
from tests.messaging.admin.conftest import logged_in
from tests.simulating import wait_for
from tests.webhook_bodies import inbound, status


def stored(bot: Bot, body: object, minutes_ago: float = 0, **fields: Any) -> WebhookDelivery:
    """As the view leaves it."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    delivery = WebhookDelivery.objects.create(bot=bot, body=raw, size=len(raw), **fields)
    received_at = timezone.now() - dt.timedelta(minutes=minutes_ago)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(received_at=received_at)
    return delivery


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_call_is_answered_first_and_applied_by_a_thread(client, bot, settings):
    settings.WEBHOOKS_APPLIED_AFTER = True
    body = json.dumps(inbound("593990000321"))
    answer = client.post(f"/webhooks/jelou/{bot.webhook_token}/", body, content_type="application/json")
    assert answer.json() == {"result": "received"}
    wait_for(lambda: states() == ["applied"])
    assert Message.objects.get().text == "Hola"


def test_the_sweeper_applies_what_a_process_left_behind(bot):
    stored(bot, inbound("593990000321"), minutes_ago=2)
    sweeping.sweep()
    assert states() == ["applied"]


def test_the_sweeper_leaves_fresh_ones_to_those_who_took_them(bot):
    stored(bot, inbound("593990000321"))
    assert applying.apply_left_behind() == 0
    assert states() == ["received"]


def test_one_that_meets_a_bug_of_ours_stops_no_other(bot):
    broken = make_bot(provider_id="other", account=make_account(kind="nobody"))
    stored(broken, inbound("593990000321"))
    stored(bot, inbound("593990000321"))
    assert applying.apply_all(WebhookDelivery.objects.values_list("pk", flat=True)) == 1
    assert states() == ["failed", "applied"]


def test_what_was_refused_is_never_applied(bot):
    delivery = stored(bot, b"", state=DeliveryState.REFUSED)
    assert applying.apply_all([delivery.pk]) == 0
    assert states() == ["refused"]


def test_unmatched_news_applied_again_finds_the_message_that_came_meanwhile(bot):
    delivery = stored(bot, status("m-1", "read"))
    applying.apply_all([delivery.pk])
    assert states() == ["unmatched"]
    message = make_message(bot, provider_id="m-1", status=Status.ACCEPTED)
    applying.apply_all([delivery.pk])
    message.refresh_from_db()
    assert (states(), message.status) == (["applied"], Status.READ)
    assert message.events.count() == MessageEvent.objects.count() == 1


# -- The action ------------------------------------------------------------------------------------


def press(user: User, delivery: WebhookDelivery) -> Any:
    data = {"action": "apply_again", "_selected_action": [delivery.pk]}
    return logged_in(user).post(reverse("admin:messaging_webhookdelivery_changelist"), data, follow=True)


def test_an_admin_applies_calls_again(admin_person, bot):
    delivery = stored(bot, inbound("593990000321"))
    assert "1 call applied." in press(admin_person, delivery).content.decode()
    assert states() == ["applied"]


def test_whoever_only_looks_applies_nothing(bot):
    delivery = stored(bot, inbound("593990000321"))
    press(make_user("luz", "Auditors"), delivery)
    assert states() == ["received"]


# -- Any order, with the send call anywhere in between ---------------------------------------------

WORDS = ("delivered_channel", "delivered_user", "read", "failed", "reply")
SEND = "the provider's id is stored"
steps = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True).flatmap(
    lambda words: st.permutations([*words * 2, SEND])
)


def settle(bot: Bot, order: list[str]) -> dict[str, Any]:
    """What a message has become after webhooks and the send call in this order."""
    message = make_message(bot, status=Status.SENDING, claim_id=bot.public_id, lease_until=timezone.now())
    for step in order:
        if step == SEND:
            Message.objects.filter(pk=message.pk).update(provider_id="m-1", status=Status.ACCEPTED)
            message.refresh_from_db()
            events.adopt(message)
        else:
            moment = dt.datetime(2026, 1, 15, 12, WORDS.index(step), tzinfo=dt.UTC)
            delivery = stored(bot, status("m-1", step, timestamp=moment.isoformat()))
            applying.apply_all([delivery.pk])
    names = ("status", "reason", "sent_at", "delivered_at", "read_at", "failed_at", "replied_at")
    found = Message.objects.filter(pk=message.pk).values(*names).get()
    return found | {"events": message.events.count()}


@given(steps)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_all_orders_end_the_same_wherever_the_send_call_comes(db, order):
    account = make_bot(provider_id=timezone.now().isoformat()).account
    straight = [SEND, *dict.fromkeys(step for step in WORDS if step in order)]
    bots = [make_bot(account=account, provider_id=f"{name}-{timezone.now().isoformat()}") for name in "ab"]
    assert settle(bots[0], straight) == settle(bots[1], order)


# -- Hostile calls ---------------------------------------------------------------------------------


def test_a_signed_call_sent_again_by_a_stranger_changes_nothing(client: Client, bot: Bot) -> None:
    make_message(bot, provider_id="m-1", status=Status.ACCEPTED)
    body = json.dumps(status("m-1", "delivered_user"))
    for _ in range(3):
        client.post(f"/webhooks/jelou/{bot.webhook_token}/", body, content_type="application/json")
    assert MessageEvent.objects.count() == 1


@pytest.mark.parametrize(
    "clock", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 0, -1, 10**25, "noon", None]
)
def test_a_clock_far_off_is_no_reason_to_refuse_and_opens_no_window_for_ever(bot, clock):
    delivery = stored(bot, inbound("593990000321", received=clock))
    applying.apply_all([delivery.pk])
    conversation = bot.conversations.get()
    assert states() == ["applied"]
    assert conversation.window_ends_at <= timezone.now() + dt.timedelta(hours=24)


HOSTILE = "<script>alert(1)</script>\u202e\x00\x07{{ settings }}<img src=x onerror=alert(1)>"


def test_html_and_control_characters_are_kept_as_text(bot):
    delivery = stored(bot, inbound("593990000321", HOSTILE, names=HOSTILE))
    applying.apply_all([delivery.pk])
    message = Message.objects.select_related("contact").get()
    assert message.contact.name.startswith("<script>")
    assert "\x00" not in message.text + message.contact.name


def test_the_page_of_a_call_shows_no_one_time_code(db: None) -> None:
    bot = make_bot(account=make_account(kind="bird", credentials={"access_key": "k"}))
    template = make_template(bot, category="AUTHENTICATION")
    message = make_message(bot, template=template, provider_id="m-1")
    values = message.content | {"values": {"body.1": "918273", "body.2": "918273"}}
    Message.objects.update(content=values)
    payload = {"id": "m-1", "status": "delivered", "body": {"text": {"text": "918273 is your code"}}}
    body = json.dumps({"event": "whatsapp.outbound", "payload": payload}).encode()
    delivery = WebhookDelivery.objects.create(bot=bot, body=body, size=len(body))
    address = reverse("admin:messaging_webhookdelivery_change", args=[delivery.pk])
    shown = logged_in(make_user("aura", "Auditors")).get(address).content.decode()
    assert "is your code" in shown
    assert "918273" not in shown
