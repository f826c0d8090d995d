"""One message to one person, from the login page to the two blue ticks."""

import datetime as dt
import re
import time
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone
from playwright.sync_api import Route, expect

from messaging.models import Bot, Contact, Message
from templates_app.models import Template
from tests.e2e.conftest import COMPOSE, EVERY_SIZE, Person
from tests.factories import make_contact, open_window
from tests.simulating import Simulator, wait_for

pytestmark = EVERY_SIZE


@pytest.fixture
def lucia(db: None) -> Contact:
    return make_contact("593990000123", name="Lucía Vega")


@pytest.fixture
def filled(agent_here: Person, connected: Bot, lucia: Contact) -> Person:
    """At a message to Lucía with nothing left to fill."""
    agent_here.compose(order_for(lucia))
    return agent_here


def order_for(contact: Contact, **more: str) -> str:
    """The query of a page that is filled for this contact."""
    template = Template.objects.get(element_name="aviso_pedido").pk
    fields = {"contact": contact.public_id, "template": template}
    return "?" + urlencode(fields | {"value-body.1": "Lucía", "value-body.2": "ORD-77"} | more)


def test_an_agent_finds_compose_right_after_logging_in(person: Person, agent: User) -> None:
    agent.set_password("a long passphrase")
    agent.save()
    person.open("/")
    person.page.get_by_label("Username").fill("ana")
    person.page.get_by_label("Password").fill("a long passphrase")
    person.page.get_by_role("button", name="Log in").click()
    person.page.get_by_role("navigation").get_by_role("link", name="Compose").filter(visible=True).click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Compose")


def test_what_the_preview_shows_is_what_arrives(
    agent_here: Person, connected: Bot, lucia: Contact, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    agent_here.compose()
    agent_here.choose("Bot", "Soporte")
    agent_here.choose("Template", "Aviso pedido")
    agent_here.add("luc", "Lucía Vega")
    agent_here.type("Nombre", "Doña Lucía")
    expect(agent_here.bubble).to_contain_text("Hola Doña Lucía, tu pedido")
    agent_here.type("Pedido", "ORD-77 <b>*hoy*</b> 🎉")
    shown = agent_here.bubble.inner_text()
    agent_here.send()
    send_all()
    [arrived] = simulator.messages(destination="593990000123")
    assert arrived["body"]["parameters"] == ["Doña Lucía", "ORD-77 <b>*hoy*</b> 🎉"]
    agent_here.page.goto(f"{simulator.url}/phones/test-bot/593990000123/")
    expect(agent_here.page.locator(".bubble .text")).to_have_text(shown)


def test_the_page_of_a_message_follows_it_without_being_loaded_again(
    filled: Person, send_all: Callable[[], int]
) -> None:
    filled.send()
    status = filled.page.get_by_role("status").locator(".badge")
    expect(status).to_have_text("Queued")
    filled.page.evaluate("window.isTheSamePage = true")
    send_all()
    expect(status).to_have_text("Read")
    expect(filled.page.locator(".timeline .badge")).to_contain_text(
        ["Queued", "Accepted", "Sent", "Delivered", "Read"]
    )
    assert filled.page.evaluate("window.isTheSamePage")


def test_what_is_opened_stays_open_while_news_comes(
    filled: Person, agent: User, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    agent.user_permissions.add(Permission.objects.get(codename="view_raw"))
    simulator.switch(delays={"delivered_user": 2.5}, read="never")
    filled.send()
    send_all()
    attempt = filled.page.locator("#attempt-1")
    attempt.locator("summary").click()
    expect(filled.page.get_by_role("status").locator(".badge")).to_have_text("Delivered")
    expect(attempt.locator("pre").first).to_be_visible()


def test_a_slow_connection_loses_no_choice(agent_here: Person, connected: Bot) -> None:
    def slowly(route: Route) -> None:
        time.sleep(0.6)
        route.continue_()

    agent_here.compose()
    agent_here.page.route(f"**{COMPOSE}", slowly)
    agent_here.choose("Template", "Aviso pedido")
    expect(agent_here.field("Pedido")).to_be_visible()


# -- Free text -----------------------------------------------------------------------------------


def test_text_is_off_as_long_as_nobody_knows_that_the_contact_wrote(
    agent_here: Person, connected: Bot, lucia: Contact
) -> None:
    agent_here.compose(f"?contact={lucia.public_id}")
    expect(agent_here.page.get_by_role("radio", name="Text")).to_be_disabled()
    expect(agent_here.page.locator("#window")).to_contain_text("We do not know that this contact ever wrote")


def test_text_is_off_once_the_window_has_closed(agent_here: Person, connected: Bot, lucia: Contact) -> None:
    open_window(connected, lucia, hours_ago=30)
    agent_here.compose(f"?contact={lucia.public_id}")
    expect(agent_here.page.get_by_role("radio", name="Text")).to_be_disabled()
    expect(agent_here.page.locator("#window")).to_contain_text("last wrote 1 day, 6")


def test_text_is_offered_with_the_time_left_after_the_contact_wrote(
    agent_here: Person, connected: Bot, lucia: Contact, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    simulator.inbound("593990000123", "¿Hay alguien?")
    wait_for(Message.objects.exists)
    agent_here.compose(f"?contact={lucia.public_id}")
    expect(agent_here.page.locator("#window")).to_contain_text(re.compile("23.hours.*left"))
    agent_here.choose_kind("Text")
    agent_here.type("Text", "Sí, *aquí* estoy.")
    expect(agent_here.bubble).to_have_text("Sí, aquí estoy.")
    agent_here.send()
    send_all()
    [arrived] = simulator.messages(kind="session")
    assert arrived["body"]["text"] == "Sí, *aquí* estoy."


# -- What is wrong -------------------------------------------------------------------------------


def test_a_problem_stands_at_its_field_while_typing(filled: Person) -> None:
    expect(filled.problem("Pedido")).to_be_empty()
    filled.fill("Pedido", "ORD-77     con huecos")
    expect(filled.problem("Pedido")).to_contain_text("more than four spaces in a row")
    expect(filled.problem("Nombre")).to_be_empty()


def test_a_refused_send_says_why_and_loses_nothing(agent_here: Person, connected: Bot) -> None:
    agent_here.compose()
    agent_here.choose("Template", "Aviso pedido")
    agent_here.fill("Nombre", "Lucía")
    agent_here.expected = "422"
    agent_here.press_send()
    expect(agent_here.page.get_by_text("Nothing was sent.")).to_be_visible()
    expect(agent_here.problem("Pedido")).to_contain_text("has no value")
    expect(agent_here.page.locator("#problems-recipients")).to_contain_text("Choose who gets it")
    expect(agent_here.field("Nombre")).to_have_value("Lucía")
    assert not Message.objects.exists()


# -- Once ----------------------------------------------------------------------------------------


def test_a_double_click_sends_once(filled: Person, connected: Bot) -> None:
    filled.send_button.dblclick()
    filled.page.wait_for_url("**/change/")
    assert Message.objects.count() == 1


def test_going_back_and_forth_sends_nothing_more(filled: Person) -> None:
    filled.send()
    filled.page.reload()
    filled.page.go_back()
    filled.page.go_forward()
    assert Message.objects.count() == 1


def test_a_page_that_was_sent_says_so_and_sends_nothing_more(filled: Person, lucia: Contact) -> None:
    token = filled.page.locator("input[name=token]").input_value()
    filled.send()
    Message.objects.update(created_at=timezone.now() - dt.timedelta(minutes=1))
    filled.compose(order_for(lucia, token=token))
    filled.send()
    expect(filled.page.locator("#messages")).to_contain_text("This page was sent before")
    assert Message.objects.count() == 1


def test_a_page_that_was_sent_and_is_changed_sends_the_change(filled: Person, lucia: Contact) -> None:
    token = filled.page.locator("input[name=token]").input_value()
    filled.send()
    filled.compose(order_for(lucia, token=token))
    filled.fill("Pedido", "ORD-78")
    filled.send()
    assert Message.objects.count() == 2


# -- Changing one's mind -------------------------------------------------------------------------


def test_a_chip_can_be_taken_away(filled: Person, lucia: Contact) -> None:
    with filled.answer():
        filled.page.get_by_role("button", name="Remove Lucía Vega").click()
    expect(filled.chips).to_have_count(0)
    expect(filled.page.locator("#audience")).to_contain_text("Nobody is chosen yet")
    expect(filled.field("Pedido")).to_have_value("ORD-77")


def test_another_template_keeps_what_was_typed(filled: Person) -> None:
    filled.choose("Template", "Promo imagen")
    expect(filled.page.locator("#value-body-1")).to_have_value("Lucía")
    filled.choose("Template", "Aviso pedido")
    expect(filled.field("Nombre")).to_have_value("Lucía")


def test_another_kind_loses_nothing(filled: Person, connected: Bot, lucia: Contact) -> None:
    open_window(connected, lucia)
    filled.compose(f"?contact={lucia.public_id}")
    filled.choose("Template", "Aviso pedido")
    filled.fill("Pedido", "ORD-78")
    filled.choose_kind("Text")
    filled.fill("Text", "Primera línea\nsegunda")
    filled.choose_kind("Template")
    expect(filled.field("Pedido")).to_have_value("ORD-78")
    filled.choose_kind("Text")
    expect(filled.field("Text")).to_have_value("Primera línea\nsegunda")


# -- Keys ----------------------------------------------------------------------------------------


def test_enter_in_a_field_does_not_send(filled: Person) -> None:
    filled.page.get_by_label("Search contacts").press("Enter")
    filled.page.wait_for_load_state()
    filled.field("Pedido").press("Enter")
    filled.page.wait_for_load_state()
    expect(filled.field("Pedido")).to_have_value("ORD-77")
    assert not Message.objects.exists()


def test_the_keyboard_alone_sends_a_message(agent_here: Person, connected: Bot, lucia: Contact) -> None:
    agent_here.compose()
    go_to(agent_here, "#contact-search")
    agent_here.page.keyboard.type("luc")
    expect(agent_here.results).to_contain_text(["Lucía Vega"])
    agent_here.page.keyboard.press("Tab")
    with agent_here.answer():
        agent_here.page.keyboard.press("Enter")
    expect(agent_here.page.locator("#contact-search")).to_be_focused()
    go_to(agent_here, "#template")
    with agent_here.answer():
        agent_here.page.keyboard.type("B")
    expect(agent_here.page.locator("#template")).to_be_focused()
    go_to(agent_here, "button[name=do][value=send]")
    agent_here.page.keyboard.press("Enter")
    agent_here.page.wait_for_url("**/change/")
    assert Message.objects.get().to == lucia.wa_id


def go_to(person: Person, selector: str) -> None:
    """With Tab alone, forwards."""
    for _press in range(60):
        person.page.keyboard.press("Tab")
        if person.page.locator(selector).evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not lead to {selector}.")
