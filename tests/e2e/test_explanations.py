"""Somebody opens a message that failed, reads why, and does the one thing that helps."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import expect

from messaging.models import Bot, Message
from messaging.statuses import Status
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.factories import make_contact, make_message
from tests.simulating import Simulator

pytestmark = EVERY_SIZE


def failed(bot: Bot, reason: str, **fields: object) -> Message:
    contact = make_contact("593990000123", name="Lucía Vega")
    order = bot.templates.get(element_name="aviso_pedido")
    message = make_message(bot, contact, template=order)
    Message.objects.filter(pk=message.pk).update(
        status=Status.FAILED, reason=reason, failed_at=timezone.now(), **fields
    )
    return message


def look(person: Person, message: Message) -> None:
    person.open(f"/admin/messaging/message/{message.public_id}/change/")


def test_a_failure_is_read_and_sent_again(
    agent_here: Person, connected: Bot, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    message = failed(connected, "too_many_starts")
    look(agent_here, message)
    page = agent_here.page
    expect(page.get_by_text("never finished, so the message was put aside")).to_be_visible()
    expect(page.get_by_text("Sending again helps once this is mended")).to_be_visible()
    assert agent_here.overflow() <= 0
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("this is the page of the new one")).to_be_visible()
    assert str(message.public_id) not in page.url
    send_all()
    expect(page.get_by_role("status").locator(".badge")).to_have_text("Read")
    assert simulator.accepted() == {"593990000123": 1}


def test_what_arrived_is_asked_about_before_it_is_sent_twice(agent_here: Person, connected: Bot) -> None:
    message = failed(connected, "undeliverable")
    Message.objects.update(status=Status.READ, reason="")
    look(agent_here, message)
    page = agent_here.page
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("The person has read the first one already.")).to_be_visible()
    assert agent_here.overflow() <= 0
    agent_here.expected = "422"
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("Nothing was sent")).to_be_visible()
    page.get_by_label("Send this one again all the same").check()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("this is the page of the new one")).to_be_visible()


def test_a_value_is_corrected_in_what_was_written(agent_here: Person, connected: Bot) -> None:
    look(agent_here, failed(connected, "invalid_value"))
    agent_here.page.get_by_role("button", name="Correct and send anew").click()
    expect(agent_here.chips.filter(has_text="Lucía Vega")).to_have_count(1)
    expect(agent_here.page.locator("input[name='value-body.1']")).not_to_have_value("")


def test_an_admin_explains_what_nobody_knows(admin_here: Person, connected: Bot) -> None:
    message = failed(connected, "unlisted", provider_code="98765", detail="The moon is full")
    look(admin_here, message)
    page = admin_here.page
    expect(page.get_by_text("The moon is full")).to_be_visible()
    page.get_by_role("link", name="Add an explanation").click()
    expect(page.get_by_label("What the provider says")).to_have_value("98765")
    page.get_by_label("What happened").fill("The provider rests.")
    page.get_by_label("What to do").fill("Call them.")
    page.get_by_role("button", name="Save", exact=True).click()
    look(admin_here, message)
    expect(page.get_by_text("The provider rests.")).to_be_visible()


def test_several_are_chosen_in_the_list(agent_here: Person, connected: Bot) -> None:
    failed(connected, "too_many_starts")
    agent_here.open("/admin/messaging/message/")
    page = agent_here.page
    page.locator("input.action-select").first.check()
    page.locator("select[name=action]").select_option("resend_selected")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("1 can be sent again")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("this is the page of the new one")).to_be_visible()
