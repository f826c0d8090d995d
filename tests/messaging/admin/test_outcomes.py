"""The page of a message whose outcome nobody knows: the evidence, the two buttons, and who may press them."""

import datetime as dt
import html
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging import deciding, reconciling
from messaging.models import Bot, Message
from messaging.statuses import Status
from tests.factories import make_contact, make_message, make_template, make_user
from tests.messaging.admin.conftest import GROUPS, logged_in
from tests.messaging.test_reconciling import fresh, take, unknown
from tests.simulating import Simulator


@pytest.fixture
def message(bot: Bot) -> Message:
    """Its outcome is unknown for so long that a person may decide."""
    return unknown(bot, minutes_ago=30)


@pytest.fixture
def supervisor(db: None) -> Client:
    return logged_in(make_user("sara", "Supervisors"))


def page(client: Client, message: Message, name: str = "messaging_message_change") -> str:
    response = client.get(reverse(f"admin:{name}", args=[message.public_id]))
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def decide(client: Client, message: Message, decision: str, **more: Any) -> Any:
    path = reverse("admin:messaging_message_settle", args=[message.public_id])
    return client.post(path, {"decision": decision}, **more)


# -- What it shows -------------------------------------------------------------------------------


def test_it_shows_the_call_that_broke_and_offers_both_ways(supervisor: Client, message: Message) -> None:
    shown = page(supervisor, message)
    assert "ended at" in shown and "without an answer" in shown
    assert "Assume it was sent" in shown
    assert "If it did arrive after all, the person gets it twice." in shown


def test_the_part_that_is_fetched_again_has_forms_that_work(supervisor: Client, message: Message) -> None:
    shown = page(supervisor, message, "messaging_message_news")
    assert shown.count("csrfmiddlewaretoken") == 2
    assert 'name="decision" value="send_again"' in shown


def test_it_says_what_the_list_said(supervisor: Client, live_bot: Bot) -> None:
    message = unknown(live_bot, minutes_ago=30)
    assert "was not read yet" in page(supervisor, message)
    reconciling.reconcile()
    shown = page(supervisor, message)
    assert "was read once, at" in shown
    assert "The message is not in it." in shown
    assert "Not in the provider's list" in shown


def test_it_shows_every_listed_message_that_it_may_be(
    supervisor: Client, live_bot: Bot, simulator: Simulator
) -> None:
    message = unknown(live_bot)
    ids = [take(live_bot, message), take(live_bot, message)]
    reconciling.reconcile()
    shown = page(supervisor, message)
    assert "which one is this cannot be told" in shown
    assert all(one in shown for one in ids)


def test_it_says_that_the_list_could_not_be_read(
    supervisor: Client, live_bot: Bot, simulator: Simulator
) -> None:
    simulator.fault("500", endpoint="notifications")
    message = unknown(live_bot, minutes_ago=30)
    reconciling.reconcile()
    assert "could not be read yet; it was last tried at" in page(supervisor, message)


def test_it_says_that_a_text_is_not_listed(supervisor: Client, bot: Bot) -> None:
    text = unknown(bot, minutes_ago=1, template=None)
    assert "Jelou does not list this kind of message" in page(supervisor, text)
    assert "Assume it was sent" in page(supervisor, text)


def test_a_young_one_is_not_decided_yet(supervisor: Client, bot: Bot) -> None:
    shown = page(supervisor, unknown(bot, minutes_ago=1))
    assert "Nothing has to be decided before" in shown
    assert "Assume it was sent" not in shown


def test_it_says_why_it_cannot_be_sent_again(supervisor: Client, message: Message) -> None:
    message.contact.is_blocked = True
    message.contact.save(update_fields=["is_blocked"])
    shown = page(supervisor, message)
    assert "It cannot be sent again as it is: This contact is blocked" in shown
    assert "send_again" not in shown


def test_nothing_that_a_provider_wrote_becomes_html(supervisor: Client, message: Message) -> None:
    hostile = {"id": "<script>alert(1)</script>", "word": "<b>READ</b>", "at": ""}
    news = {"key": "k", "source": "reconcile", "word": reconciling.CANDIDATES}
    message.events.create(bot=message.bot, raw={"candidates": [hostile]}, **news)
    response = supervisor.get(reverse("admin:messaging_message_change", args=[message.public_id]))
    assert "&lt;script&gt;" in response.content.decode()
    assert "<script>alert" not in response.content.decode()


# -- The buttons ---------------------------------------------------------------------------------


def test_taking_it_for_sent_is_shown_with_the_name(supervisor: Client, message: Message) -> None:
    decide(supervisor, message, "assume_sent")
    assert fresh(message).status == Status.ACCEPTED
    shown = page(supervisor, message)
    assert "sara decided at" in shown
    assert "Assume it was sent" not in shown


def test_sending_it_again_leads_to_the_new_message(supervisor: Client, message: Message) -> None:
    response = decide(supervisor, message, "send_again")
    again = message.resends.get()
    assert response["Location"] == reverse("admin:messaging_message_change", args=[again.public_id])
    assert str(message.public_id) in page(supervisor, again)
    shown = page(supervisor, message)
    assert "sara sent it again at" in shown
    assert str(again.public_id) in shown


def test_pressing_twice_leads_to_the_same_message(supervisor: Client, message: Message) -> None:
    first, second = (decide(supervisor, message, "send_again") for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Message.objects.count() == 2


def test_who_comes_too_late_is_told(supervisor: Client, message: Message, agent: User) -> None:
    deciding.assume_sent(message, agent)
    response = decide(supervisor, message, "send_again", follow=True)
    assert "News came in the meantime" in response.content.decode()
    assert Message.objects.count() == 1


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("decision", ["assume_sent", "send_again"])
def test_supervisors_and_admins_decide(message: Message, agent: User, group: str, decision: str) -> None:
    user = agent if group == "Agents" else make_user("other", group)
    response = decide(logged_in(user), message, decision)
    may = group in ("Supervisors", "Admins")
    assert response.status_code == (302 if may else 403)
    assert (fresh(message).status != Status.UNKNOWN or message.resends.exists()) == may


def test_who_may_not_decide_is_told_who_may(agent_client: Client, message: Message) -> None:
    shown = page(agent_client, message)
    assert "A supervisor or an admin can decide" in shown
    assert 'name="decision"' not in shown


def test_another_bots_agent_finds_nothing_to_decide(message: Message) -> None:
    stranger = make_user("bruno", "Agents")
    assert decide(logged_in(stranger), message, "assume_sent").status_code == 404


@pytest.mark.parametrize("decision", ["", "delete", "settle", "__class__"])
def test_there_are_two_decisions(supervisor: Client, message: Message, decision: str) -> None:
    assert decide(supervisor, message, decision).status_code == 404


def test_looking_decides_nothing(supervisor: Client, message: Message) -> None:
    path = reverse("admin:messaging_message_settle", args=[message.public_id])
    assert supervisor.get(path, {"decision": "assume_sent"}).status_code == 404
    assert fresh(message).status == Status.UNKNOWN


# -- Silence -------------------------------------------------------------------------------------


def accepted(bot: Bot, hours_ago: float, **fields: Any) -> Message:
    when = timezone.now() - dt.timedelta(hours=hours_ago)
    fields = {"provider_id": f"id-{hours_ago}"} | fields
    return make_message(bot, make_contact(), status=Status.ACCEPTED, accepted_at=when, **fields)


def test_a_message_without_news_says_so(agent_client: Client, bot: Bot) -> None:
    message = accepted(bot, 2, template=make_template(bot))
    assert "The provider took it and has said nothing since" in page(agent_client, message)
    Message.objects.update(checks=2, checked_at=timezone.now())
    assert "was read 2 times for this message" in page(agent_client, message)


def test_a_young_message_is_not_silent(agent_client: Client, bot: Bot) -> None:
    assert "has said nothing" not in page(agent_client, accepted(bot, 0.5, template=make_template(bot)))


def test_a_text_says_that_no_news_will_come(agent_client: Client, bot: Bot) -> None:
    shown = page(agent_client, accepted(bot, 30))
    assert "Jelou took it, and reports nothing more about this kind of message." in shown
    assert "has said nothing" not in shown


def test_the_list_finds_messages_without_news(agent_client: Client, bot: Bot) -> None:
    template = make_template(bot)
    wanted = accepted(bot, 2, template=template)
    others = [accepted(bot, 0.5, template=template), accepted(bot, 30)]
    response = agent_client.get(reverse("admin:messaging_message_changelist"), {"news": "none"})
    assert [row.pk for row in response.context["cl"].result_list] == [wanted.pk]
    assert all(str(other.public_id) not in response.content.decode() for other in others)
