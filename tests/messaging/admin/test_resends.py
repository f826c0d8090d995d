"""The button, the list's action, and the page that asks before something may arrive twice."""

import datetime as dt
import html
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.models import Bot, Message
from messaging.statuses import Status
from tests.factories import make_message, make_user, queued
from tests.messaging.admin.conftest import logged_in

PATH = "/admin/messaging/message/resend/"


def failed(bot: Bot, **fields: Any) -> Message:
    return queued(bot, **{"status": Status.FAILED, "reason": "value_missing"} | fields)


def press(client: Client, *messages: Message, **more: Any) -> Any:
    posted = {"do": "send", "message": [str(one.public_id) for one in messages], "token": uuid.uuid4()}
    return client.post(PATH, posted | more)


def copies() -> list[Message]:
    return list(Message.objects.filter(resend_of__isnull=False))


def test_one_press_leads_to_the_new_message(agent_client: Client, bot: Bot) -> None:
    message = failed(bot)
    response = press(agent_client, message)
    [copy] = copies()
    assert response.url == reverse("admin:messaging_message_change", args=[copy.public_id])


def test_both_pages_lead_to_each_other(agent_client: Client, bot: Bot) -> None:
    message = failed(bot)
    press(agent_client, message)
    [copy] = copies()
    for one, other in ((message, copy), (copy, message)):
        page = agent_client.get(reverse("admin:messaging_message_change", args=[one.public_id]))
        assert str(other.public_id) in page.content.decode()


def test_a_double_click_sends_once(agent_client: Client, bot: Bot) -> None:
    message, token = failed(bot), uuid.uuid4()
    first, second = (press(agent_client, message, token=token) for _ in range(2))
    assert first.url == second.url
    assert len(copies()) == 1


def test_a_press_much_later_says_that_nothing_new_was_sent(agent_client: Client, bot: Bot) -> None:
    message, token = failed(bot), uuid.uuid4()
    press(agent_client, message, token=token)
    Message.objects.update(created_at=timezone.now() - dt.timedelta(hours=1))
    page = agent_client.get(press(agent_client, message, token=token).url).content.decode()
    assert "It was sent again before" in page
    assert len(copies()) == 1


def test_every_look_at_the_page_posts_the_same_press(agent_client: Client, bot: Bot) -> None:
    path = reverse("admin:messaging_message_change", args=[failed(bot).public_id])
    tokens = re.findall(r'name="token" value="([^"]+)"', "".join(look(agent_client, path) for _ in range(2)))
    assert len(tokens) == 2 and len(set(tokens)) == 1


def look(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_what_may_have_arrived_is_asked_about_first(agent_client: Client, bot: Bot) -> None:
    message = queued(bot, status=Status.DELIVERED)
    page = press(agent_client, message).content.decode()
    assert "The first one is on the phone" in page
    assert copies() == []
    assert press(agent_client, message, asked="yes").status_code == 422
    assert press(agent_client, message, asked="yes", confirmed="yes").status_code == 302
    assert len(copies()) == 1


def test_what_is_refused_says_why(agent_client: Client, bot: Bot) -> None:
    message = failed(bot)
    message.contact.is_blocked = True
    message.contact.save(update_fields=["is_blocked"])
    page = press(agent_client, message).content.decode()
    assert "blocked" in page and 'value="send"' not in page
    assert copies() == []


def test_many_are_chosen_in_the_list_and_asked_about(agent_client: Client, bot: Bot) -> None:
    rows = [failed(bot), failed(bot), queued(bot, status=Status.READ), make_message(bot)]
    posted = {"action": "resend_selected", "_selected_action": [row.pk for row in rows]}
    page = agent_client.post(reverse("admin:messaging_message_changelist"), posted).content.decode()
    assert "2 can be sent again" in page and "1 only if you confirm" in page and "1 cannot be sent" in page
    assert copies() == []
    response = press(agent_client, *rows, asked="yes")
    assert {copy.resend_of for copy in copies()} == set(rows[:2])
    assert "batch=" in response.url
    assert "2 were left out." in agent_client.get(response.url).content.decode()


def test_going_back_to_confirm_sends_the_rest_alone(agent_client: Client, bot: Bot) -> None:
    rows, token = [failed(bot), queued(bot, status=Status.READ)], uuid.uuid4()
    press(agent_client, *rows, token=token, asked="yes")
    press(agent_client, *rows, token=token, asked="yes", confirmed="yes")
    assert sorted(copy.resend_of_id or 0 for copy in copies()) == [row.pk for row in rows]


def test_who_may_not_write_sends_nothing_again(bot: Bot) -> None:
    message, auditor = failed(bot), logged_in(make_user(group="Auditors"))
    assert press(auditor, message).status_code == 403
    page = auditor.get(reverse("admin:messaging_message_changelist")).content.decode()
    assert "resend_selected" not in page


def test_another_bots_agent_sends_nothing_again(bot: Bot) -> None:
    stranger = logged_in(make_user(group="Agents"))
    assert press(stranger, failed(bot)).status_code == 404


@pytest.mark.parametrize("keys", [[], ["nonsense"], [str(uuid.uuid4())]])
def test_nothing_to_send_again_is_not_found(agent_client: Client, bot: Bot, keys: list[str]) -> None:
    assert agent_client.post(PATH, {"do": "send", "message": keys}).status_code == 404
    assert agent_client.get(PATH, {"message": keys}).status_code == 404


def test_a_token_that_is_none_is_no_error(agent_client: Client, bot: Bot) -> None:
    assert press(agent_client, failed(bot), token="x").status_code == 302


def test_the_page_can_be_linked_to(agent_client: Client, bot: Bot) -> None:
    page = agent_client.get(PATH, {"message": str(failed(bot).public_id)}).content.decode()
    assert "1 can be sent again" in html.unescape(page)
    assert re.search(r'name="token" value="[0-9a-f-]{36}"', page)
