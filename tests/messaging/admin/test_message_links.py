"""A message's page and list: what it answers and how we know, the webhook it came in, and our own reasons."""

import datetime as dt
import html
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging import deliveries, intake
from messaging.failures import Retry, Side
from messaging.models import Bot, Link, Message, ReasonEntry, WebhookDelivery
from messaging.statuses import Status
from tests.factories import make_contact, make_message, make_user
from tests.messaging.admin.conftest import logged_in
from tests.messaging.admin.test_message_page import shown
from tests.webhook_bodies import inbound

NUMBER = "593990000321"


def delivered(bot: Bot, body: object, ago: float = 0) -> WebhookDelivery:
    raw = json.dumps(body).encode()
    row = WebhookDelivery.objects.create(bot=bot, body=raw, size=len(raw))
    WebhookDelivery.objects.filter(pk=row.pk).update(received_at=timezone.now() - dt.timedelta(minutes=ago))
    return row


def received(bot: Bot, ago: float = 0, **more: Any) -> tuple[Message, WebhookDelivery]:
    at = timezone.now() - dt.timedelta(minutes=ago)
    delivery = delivered(bot, inbound(NUMBER, received=int(at.timestamp() * 1000), **more), ago)
    intake.apply_delivery(delivery)
    return Message.objects.filter(direction="in").latest("pk"), delivery


def asked(client: Client, message: Message) -> tuple[int, str]:
    answer = client.get(reverse("admin:messaging_message_delivery", args=[message.public_id]))
    return answer.status_code, html.unescape(answer.content.decode())


@pytest.mark.parametrize("link", Link)
def test_it_says_how_it_knows_what_is_answered(agent_client: Client, bot: Bot, link: Link) -> None:
    first = make_message(bot, status=Status.READ, text="¿Quieres?")
    answer = make_message(
        bot, first.contact, direction="in", status="received", answers=first, answers_by=link
    )
    page = shown(agent_client, answer)
    assert str(link.label) in page and str(first.public_id) in page


@pytest.fixture
def supervisor_client(db: None) -> Client:
    return logged_in(make_user("sara", "Supervisors"))


def test_the_webhook_of_a_message_is_found_and_shown(supervisor_client: Client, bot: Bot) -> None:
    message, delivery = received(bot)
    assert deliveries.about(message) == delivery
    code, body = asked(supervisor_client, message)
    assert code == 200 and '"names": "María Pérez"' in body
    assert "Look for the webhook" in shown(supervisor_client, message)


def test_among_many_it_is_still_the_first_that_brought_it(bot: Bot) -> None:
    for number in range(40):
        delivered(bot, inbound(NUMBER, messageId=f"old-{number}"), ago=300 - number)
    message, delivery = received(bot, ago=100)
    delivered(bot, inbound(NUMBER), ago=50)
    assert deliveries.about(message) == delivery


def test_one_without_an_id_is_known_by_all_it_says(bot: Bot) -> None:
    message, delivery = received(bot, messageId="")
    assert message.provider_id.startswith("raw:")
    assert deliveries.about(message) == delivery


def test_a_message_that_no_webhook_brought_says_so(supervisor_client: Client, bot: Bot) -> None:
    message = make_message(bot, direction="in", status="received", provider_id="m-1")
    assert "No stored webhook has it" in asked(supervisor_client, message)[1]
    delivered(bot, {"x": 1})
    delivered(bot, inbound(NUMBER))
    assert "No stored webhook has it" in asked(supervisor_client, message)[1]


def test_agents_do_not_see_it_and_what_we_sent_has_none(
    agent_client: Client, supervisor_client: Client, bot: Bot
) -> None:
    message, _delivery = received(bot)
    assert "Look for the webhook" not in shown(agent_client, message)
    assert asked(agent_client, message)[0] == 403
    assert asked(supervisor_client, make_message(bot))[0] == 404


def test_the_list_shows_our_own_sentence_for_what_the_catalogue_does_not_know(
    agent_client: Client, bot: Bot
) -> None:
    entry: dict[str, Any] = {"side": Side.PROVIDER, "retry": Retry.NEVER, "action": "Call."}
    ReasonEntry.objects.create(provider="jelou", said="99999", sentence="The line is cut.", **entry)
    make_message(bot, status=Status.FAILED, reason="unlisted", provider_code="99999")
    make_message(bot, make_contact(), status=Status.FAILED, reason="undeliverable")
    page = agent_client.get(reverse("admin:messaging_message_changelist")).content.decode()
    assert "The line is cut." in page
