"""Every kind of message that has more than a text, from the tiles to the row that waits."""

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from messaging.models import Bot, Contact, Message
from tests import files
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.e2e.test_looks import inspect
from tests.factories import make_contact, open_window

pytestmark = [EVERY_SIZE, pytest.mark.usefixtures("carries_all")]


@pytest.fixture
def lucia(connected: Bot) -> Contact:
    contact = make_contact("593990000123", name="Lucía Vega")
    open_window(connected, contact)
    return contact


@pytest.fixture
def writing(agent_here: Person, lucia: Contact) -> Person:
    """To Lucía, who wrote an hour ago."""
    agent_here.compose(f"?contact={lucia.public_id}")
    return agent_here


def thing(person: Person, name: str) -> Locator:
    return person.page.get_by_role("group", name=name, exact=True)


def press(person: Person, name: str) -> None:
    """With the keyboard."""
    button = person.page.get_by_role("button", name=name, exact=True).last
    button.focus()
    with person.answer():
        person.page.keyboard.press("Enter")


def sent(person: Person) -> dict:
    person.send()
    return Message.objects.get().content


def fill(person: Person, inside: str, label: str, text: str) -> None:
    with person.answer("preview/"):
        thing(person, inside).get_by_label(label, exact=True).first.fill(text)


def test_a_message_with_buttons(writing: Person) -> None:
    writing.choose_kind("Buttons")
    writing.fill("Text", "¿Seguimos?")
    fill(writing, "Button 1", "Words on the button", "Sí")
    press(writing, "Add a button")
    expect(thing(writing, "Button 2").get_by_label("Words on the button")).to_be_focused()
    fill(writing, "Button 2", "Words on the button", "No")
    expect(writing.bubble).to_have_text("¿Seguimos?")
    assert [button["title"] for button in sent(writing)["buttons"]] == ["Sí", "No"]


def test_rows_of_a_list_are_added_moved_and_removed_with_the_keyboard(writing: Person) -> None:
    writing.choose_kind("List")
    writing.fill("Text", "¿En qué ayudamos?")
    writing.fill("Words on the button", "Ver opciones")
    for number, title in enumerate(("Saldo", "Pagar", "Salir"), 1):
        if number > 1:
            press(writing, "Add a row")
        writing.page.keyboard.insert_text(title) if number > 1 else fill(writing, "Row 1", "Title", title)
    press(writing, "Move Row 3 up")
    expect(writing.page.get_by_role("button", name="Move Row 2 up")).to_be_focused()
    expect(writing.page.locator("#announcer")).to_have_text("Moved up. It is number 2 of 3 now.")
    press(writing, "Remove Row 1")
    expect(writing.page.get_by_role("button", name="Remove Row 1")).to_be_focused()
    rows = sent(writing)["sections"][0]["rows"]
    assert [row["title"] for row in rows] == ["Salir", "Pagar"]


def test_a_carousel_of_two_cards(writing: Person) -> None:
    writing.choose_kind("Carousel")
    writing.page.locator("#f-body").fill("Ofertas")
    for number in (1, 2):
        card = thing(writing, f"Card {number}")
        card.get_by_label("Picture or film", exact=True).fill(f"https://cdn.example.com/{number}.png")
        card.get_by_label("Text of the card").fill(f"Laptop {number}")
        card.get_by_label("Words on the button").fill("Comprar")
        with writing.answer("preview/"):
            card.get_by_label("Link", exact=True).fill(f"https://tienda.example.com/{number}")
    press(writing, "Move Card 2 up")
    assert [card["body"] for card in sent(writing)["cards"]] == ["Laptop 2", "Laptop 1"]


def test_a_place(writing: Person) -> None:
    writing.choose_kind("Location")
    writing.fill("Latitude", "95")
    expect(writing.page.locator("#below-f-latitude")).to_contain_text("a number from -90 to 90")
    writing.fill("Latitude", "-2.1894")
    expect(writing.page.locator("#below-f-latitude .field__problem")).to_have_count(0)
    writing.fill("Longitude", "-79.8891")
    writing.fill("Name of the place", "Tienda")
    assert sent(writing)["latitude"] == "-2.1894"


def test_a_contact_card(writing: Person) -> None:
    writing.choose_kind("Contacts")
    fill(writing, "Contact 1", "Name", "Juan Pérez")
    press(writing, "Add a number")
    writing.page.keyboard.insert_text("+593 98 765 4321")
    assert sent(writing)["contacts"] == [{"name": "Juan Pérez", "phones": [{"number": "+593 98 765 4321"}]}]


def test_a_picture_is_uploaded_and_seen(
    writing: Person, settings: Settings, live_server: LiveServer, tmp_path: object
) -> None:
    settings.MEDIA_ROOT, settings.MEDIA_HOSTS = str(tmp_path), [live_server.url]
    writing.choose_kind("Picture")
    field = writing.page.locator("#upload-f-files-0-url")
    with writing.answer():
        field.set_input_files({"name": "menu.png", "mimeType": "image/png", "buffer": files.png(40, 20)})
    picture = writing.page.locator(".phone__screen .bubble__media img")
    expect(picture).to_have_count(1)
    with writing.answer():
        field.set_input_files({"name": "menu.png", "mimeType": "image/png", "buffer": files.PDF})
    expect(writing.page.locator("#below-f-files-0-url")).to_contain_text("This file is application/pdf")
    assert sent(writing)["files"][0]["mime"] == "image/png"


def test_the_counter_counts_down_while_typing(writing: Person) -> None:
    writing.choose_kind("Buttons")
    writing.fill("Header", "😀" * 59)
    count = writing.page.locator("#below-f-header .field__count")
    expect(count).to_have_text("1 of 60 characters left")
    writing.fill("Header", "😀" * 62)
    expect(count).to_have_text("2 characters too many")


def test_switching_kinds_and_back_loses_nothing(writing: Person) -> None:
    writing.choose_kind("List")
    fill(writing, "Row 1", "Title", "Saldo")
    writing.choose_kind("Location")
    writing.fill("Latitude", "1")
    writing.choose_kind("Template")
    writing.choose_kind("List")
    expect(thing(writing, "Row 1").get_by_label("Title", exact=True)).to_have_value("Saldo")
    writing.choose_kind("Location")
    expect(writing.field("Latitude")).to_have_value("1")


def test_the_focus_goes_to_what_is_wrong(writing: Person) -> None:
    writing.choose_kind("Buttons")
    writing.expected = "422"
    writing.press_send()
    expect(writing.page.locator("#f-body")).to_be_focused()
    expect(writing.page.locator("#below-f-buttons-0-title")).to_contain_text("is empty")


@pytest.mark.parametrize("kind", ["list", "carousel", "contacts", "buttons", "image"])
def test_the_form_of_a_kind_is_in_order(agent_here: Person, lucia: Contact, kind: str, size: str) -> None:
    if size == "phone":
        pytest.skip("Both sizes are looked at in one go.")
    agent_here.compose(f"?contact={lucia.public_id}&kind={kind}&delivery.tags=vip&buttons.0.action=postback")
    inspect(agent_here)
    agent_here.expected = "422"
    agent_here.press_send()
    inspect(agent_here)


def test_kinds_that_cannot_be_sent_are_greyed(agent_here: Person, connected: Bot) -> None:
    agent_here.open(reverse("admin:compose"))
    expect(agent_here.page.get_by_role("radio", name="List", exact=True)).to_be_disabled()
    expect(agent_here.page.get_by_role("radio", name="Template", exact=True)).to_be_enabled()
