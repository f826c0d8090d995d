"""What one message's page says: everything that is known, and nothing that must stay secret."""

import datetime as dt
import html
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging import health, sending
from messaging.models import Attempt, Bot, Message
from messaging.statuses import Status
from templates_app.components import Components
from tests.factories import CREDENTIALS, make_contact, make_message, make_template, make_user
from tests.messaging.admin.conftest import logged_in
from tests.simulating import Simulator, wait_for

HOSTILE = "<script>alert(1)</script>"


def shown(client: Client, message: Message, name: str = "messaging_message_change") -> str:
    response = client.get(reverse(f"admin:{name}", args=[message.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def test_it_tells_the_whole_way_of_a_message(
    agent_client: Client, live_bot: Bot, simulator: Simulator
) -> None:
    simulator.add_template(elementName="saludo", template="Hola")
    template = make_template(live_bot, Components(body="Hola"), element_name="saludo")
    message = make_message(live_bot, make_contact("593990000123"), template=template)
    sending.pump()
    page = shown(agent_client, message)
    assert page.index("Accepted") < page.index("Attempts") < page.index("Request") < page.index("Answer")
    assert "HTTP 200" in page
    assert "&quot;elementName&quot;: &quot;saludo&quot;" in page
    assert Message.objects.get().provider_id in page


def test_it_shows_what_the_provider_refused_and_what_helps(
    agent_client: Client, live_bot: Bot, simulator: Simulator
) -> None:
    template = make_template(live_bot, element_name="no_such_template")
    message = make_message(live_bot, make_contact("593990000123"), template=template)
    sending.pump()
    message.refresh_from_db()
    page = shown(agent_client, message)
    assert message.status == Status.FAILED
    assert "In the provider's words:" in page
    assert message.failure is not None
    assert str(message.failure.action) in html.unescape(page)


def test_credentials_are_not_in_it(agent_client: Client, live_bot: Bot, simulator: Simulator) -> None:
    simulator.fault("status_401")
    message = make_message(live_bot, make_contact("593990000123"), template=make_template(live_bot))
    sending.pump()
    assert message.attempts.exists()
    page = shown(agent_client, message)
    assert not [secret for secret in CREDENTIALS.values() if secret in page]


def test_a_code_is_nowhere_on_it(agent_client: Client, live_bot: Bot, simulator: Simulator) -> None:
    code = Components(body="Tu código es {{1}}.")
    simulator.add_template(elementName="codigo", template=code.body, category="AUTHENTICATION")
    template = make_template(live_bot, code, element_name="codigo", category="AUTHENTICATION")
    contact = make_contact("593990000123")
    agent_client.post(
        reverse("admin:compose"),
        {"do": "send", "template": template.pk, "contact": contact.public_id, "value-body.1": "884422"},
    )
    sending.pump()
    [message] = Message.objects.all()
    assert Attempt.objects.exists()
    wait_for(lambda: simulator.messages())
    pages = shown(agent_client, message) + shown(agent_client, message, "messaging_message_news")
    for name in ("messaging_message_changelist", "index"):
        pages += agent_client.get(reverse(f"admin:{name}")).content.decode()
    pages += agent_client.get(reverse("admin:messaging_contact_change", args=[contact.pk])).content.decode()
    assert "884422" not in pages


def test_nothing_in_it_becomes_html(agent_client: Client, bot: Bot) -> None:
    contact = make_contact(name=HOSTILE)
    fields = {"status": Status.FAILED, "reason": "undeliverable", "detail": HOSTILE, "provider_code": HOSTILE}
    message = make_message(bot, contact, text=HOSTILE, provider_id=HOSTILE, **fields)
    when = timezone.now()
    request = {"body": HOSTILE}
    Attempt.objects.create(
        message=message,
        number=1,
        claim_id=message.public_id,
        started_at=when,
        request=request,
        answer=HOSTILE,
    )
    message.events.create(bot=bot, key="a", source="webhook", word=HOSTILE, detail=HOSTILE)
    pages = shown(agent_client, message)
    pages += agent_client.get(reverse("admin:messaging_message_changelist")).content.decode()
    pages += agent_client.get(reverse("admin:index")).content.decode()
    pages += agent_client.get(reverse("admin:messaging_contact_change", args=[contact.pk])).content.decode()
    assert HOSTILE not in pages
    assert "&lt;script&gt;" in pages


@pytest.mark.parametrize("name", ["مريم الأحمد", "🎉" * 60, "Wolfeschlegel" * 15, "a\u202eb", " "])
def test_any_name_can_be_looked_at(agent_client: Client, bot: Bot, name: str) -> None:
    message = make_message(bot, make_contact(name=name), text=name * 50)
    assert name.strip() in shown(agent_client, message)
    assert agent_client.get(reverse("admin:messaging_message_changelist")).status_code == 200
    assert agent_client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("status", Status)
def test_a_message_in_any_state_can_be_looked_at(agent_client: Client, bot: Bot, status: Status) -> None:
    fields: dict[str, Any] = {"reason": "undeliverable"} if status in ("failed", "skipped") else {}
    if status == "received":
        fields["direction"] = "in"
    if status == "sending":
        fields |= {"claim_id": "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11", "lease_until": timezone.now()}
    message = make_message(bot, status=status, **fields)
    assert str(status.label) in shown(agent_client, message)


def test_it_asks_for_news_as_long_as_there_may_be_some(agent_client: Client, bot: Bot) -> None:
    assert "hx-get" in shown(agent_client, make_message(bot))
    assert "every 1s" in shown(agent_client, make_message(bot), "messaging_message_news")
    assert "hx-trigger" not in shown(agent_client, make_message(bot, status=Status.READ))
    old = make_message(bot, status=Status.SENT, created_at=timezone.now() - dt.timedelta(days=5))
    assert "hx-trigger" not in shown(agent_client, old)


def test_a_queued_message_says_what_it_waits_for(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot)
    assert "No worker is running." in shown(agent_client, message)
    health.beat()
    assert "It is the next of this bot to leave." in shown(agent_client, message)
    Bot.objects.update(is_on=False)
    assert "The bot is switched off." in shown(agent_client, message)


def test_until_when_it_waits_is_told_by_the_persons_clock(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot, due_at=dt.datetime(2100, 1, 1, 12, tzinfo=dt.UTC))
    agent_client.cookies["timezone"] = "America/Guayaquil"
    assert "Until 2100-01-01 07:00:00 (America/Guayaquil)." in shown(agent_client, message)


def test_one_that_was_put_back_says_why_in_the_providers_words_too(agent_client: Client, bot: Bot) -> None:
    later = timezone.now() + dt.timedelta(minutes=1)
    message = make_message(bot, due_at=later, reason="rate_limited", detail="slow down")
    page = shown(agent_client, message)
    assert "Too many requests reached the provider" in page
    assert "slow down" in page


def test_an_old_message_that_waits_is_still_followed(agent_client: Client, bot: Bot) -> None:
    old = make_message(bot, created_at=timezone.now() - dt.timedelta(days=5))
    assert "every 20s" in shown(agent_client, old)


# -- Taking it back ------------------------------------------------------------------------------


def take_back(client: Client, message: Message) -> Any:
    return client.post(reverse("admin:messaging_message_cancel", args=[message.public_id]), follow=True)


def test_a_message_that_waits_is_taken_back_and_says_by_whom(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot)
    assert "Do not send it" in shown(agent_client, message)
    page = html.unescape(take_back(agent_client, message).content.decode())
    message.refresh_from_db()
    assert message.status == Status.CANCELED
    assert "The message was canceled." in page
    assert page.index("Timeline") < page.index("Canceled", page.index("Timeline")) < page.rindex("ana")


def test_one_that_has_left_is_not_taken_back(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot, status=Status.SENT)
    assert "Do not send it" not in shown(agent_client, message)
    assert "It was too late" in take_back(agent_client, message).content.decode()
    message.refresh_from_db()
    assert message.status == Status.SENT


def test_who_may_not_write_takes_nothing_back(bot: Bot) -> None:
    message = make_message(bot)
    auditor = logged_in(make_user(group="Auditors"))
    assert "Do not send it" not in shown(auditor, message)
    assert take_back(auditor, message).status_code == 403


def test_another_bots_agent_takes_nothing_back(bot: Bot) -> None:
    message = make_message(bot)
    stranger = logged_in(make_user(group="Agents"))
    assert take_back(stranger, message).status_code == 404
    message.refresh_from_db()
    assert message.status == Status.QUEUED


# -- Addresses -----------------------------------------------------------------------------------


def test_an_address_that_is_no_message_is_not_found(agent_client: Client, bot: Bot) -> None:
    number = make_message(bot).pk
    for address in (number, "nonsense", "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11"):
        path = f"/admin/messaging/message/{address}/change/"
        assert agent_client.get(path).status_code == 404
