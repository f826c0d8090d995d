"""An agent reads what a contact wrote, answers, and sees the next message come in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from messaging.models import Bot, Contact, Conversation, Message
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.factories import make_contact, open_window
from tests.simulating import Simulator, wait_for

NUMBER = "593990000123"


@pytest.fixture
def writer(connected: Bot, simulator: Simulator) -> Contact:
    """Has just written to the bot."""
    contact = make_contact(NUMBER, name="Lucía Vega")
    simulator.inbound(NUMBER, "¿Siguen ahí?")
    wait_for(lambda: Conversation.objects.filter(unread=1).exists())
    return contact


def said(person: Person, text: str) -> None:
    expect(person.page.locator("#entries .bubble__body", has_text=text)).to_be_visible(timeout=15000)


@EVERY_SIZE
def test_a_thread_is_opened_answered_and_goes_on_without_a_reload(
    agent_here: Person, writer: Contact, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    page = agent_here.page
    agent_here.open("/admin/conversations/")
    expect(page).to_have_title("(1) Conversations | Jelou Admin")
    page.get_by_role("link", name="Lucía Vega").click()
    said(agent_here, "¿Siguen ahí?")
    page.get_by_label("Answer", exact=True).fill("Sí, ¿en qué te ayudo?")
    page.get_by_role("button", name="Send", exact=True).click()
    said(agent_here, "Sí, ¿en qué te ayudo?")
    expect(page.get_by_label("Answer", exact=True)).to_have_value("")
    send_all()
    wait_for(lambda: simulator.accepted() == {NUMBER: 1})
    simulator.inbound(NUMBER, "Gracias, buenas noches")
    said(agent_here, "Gracias, buenas noches")
    expect(page.locator(".said--in .said__quoted").last).to_contain_text("¿en qué te ayudo?")
    assert agent_here.overflow() <= 0
    wait_for(lambda: Conversation.objects.get().unread == 0)


@EVERY_SIZE
def test_when_the_window_closes_the_composer_turns_to_templates(
    agent_here: Person, connected: Bot, writer: Contact
) -> None:
    talk = Conversation.objects.get()
    agent_here.open(f"/admin/conversations/{talk.pk}/")
    agent_here.page.get_by_label("Answer", exact=True).fill("Half an answer")
    open_window(connected, writer, hours_ago=25)
    sentence = "only a template can be sent"
    expect(agent_here.page.locator("#answer-window")).to_contain_text(sentence, timeout=15000)
    expect(agent_here.page.get_by_label("Answer", exact=True)).to_have_value("Half an answer")
    agent_here.page.get_by_role("link", name="Use a template").click()
    expect(agent_here.chips).to_contain_text("Lucía Vega")


def test_a_note_stays_inside(agent_here: Person, writer: Contact) -> None:
    page = agent_here.page
    agent_here.open(f"/admin/conversations/{Conversation.objects.get().pk}/")
    page.get_by_text("Internal note", exact=True).click()
    page.get_by_label("Internal note; the contact never sees it").fill("Pide factura")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.locator(".memo")).to_contain_text("Pide factura")
    assert not Message.objects.filter(direction="out").exists()


def test_the_alerts_are_turned_off_and_stay_off(agent_here: Person, writer: Contact) -> None:
    page = agent_here.page
    agent_here.open("/admin/conversations/")
    page.get_by_role("button", name="Sound and number").click()
    expect(page).to_have_title("Conversations | Jelou Admin")
    page.reload()
    expect(page).to_have_title("Conversations | Jelou Admin")
    expect(page.get_by_role("button", name="Sound and number")).to_have_attribute("aria-pressed", "false")
