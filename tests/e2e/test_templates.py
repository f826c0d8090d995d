"""Templates that have more than text, filled at a real browser."""

import pytest
from playwright.sync_api import expect

from messaging.models import Bot, Message
from messaging.template_sync import sync_templates
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.e2e.test_looks import inspect
from tests.factories import make_contact
from tests.messaging.test_every_template import CASES
from tests.simulating import Simulator

pytestmark = EVERY_SIZE


def filling(person: Person, bot: Bot, simulator: Simulator, name: str) -> Person:
    """At the form of a template, which goes to Lucía."""
    simulator.add_template(elementName="caso", **CASES[name].listed)
    sync_templates(bot)
    contact = make_contact("593990000123", name="Lucía Vega")
    person.compose(f"?contact={contact.public_id}&template={bot.templates.get(element_name='caso').pk}")
    return person


def test_each_blank_of_a_card_is_previewed_while_typing(
    agent_here: Person, connected: Bot, simulator: Simulator
) -> None:
    person = filling(agent_here, connected, simulator, "cards that are listed")
    card = person.page.get_by_role("group", name="Card 1", exact=True)
    with person.answer("preview/"):
        card.get_by_label("Value", exact=True).press_sequentially("$ 10")
    with person.answer("preview/"):
        card.get_by_label("End of the link", exact=True).press_sequentially("reloj")
    assert person.bubble.first.inner_text() == "Hola"
    shown = person.page.locator(".phone__screen .bubble-card").first
    expect(shown).to_contain_text("Reloj a $ 10")
    expect(shown).to_contain_text("https://tienda.example.com/p/reloj")
    inspect(person)


def test_an_offer_has_a_code_and_an_end(agent_here: Person, connected: Bot, simulator: Simulator) -> None:
    person = filling(agent_here, connected, simulator, "an offer that ends")
    person.fill("Code of “Copiar”", "HOY25")
    person.fill("End of the link “Comprar”", "oferta")
    end = person.page.locator("#f-offer_ends")
    with person.answer("preview/"):
        end.fill("2020-01-01T10:00")
    expect(person.page.locator("#below-f-offer_ends")).to_contain_text("has ended already")
    with person.answer("preview/"):
        end.fill("2099-12-01T10:00")
    expect(person.page.locator("#below-f-offer_ends .field__problem")).to_have_count(0)
    person.send()
    assert Message.objects.get().content["values"] == {"button.0.code": "HOY25", "button.1.1": "oferta"}


def test_what_happens_when_they_answer_is_added_and_told_at_its_field(
    agent_here: Person, connected: Bot, simulator: Simulator
) -> None:
    person = filling(agent_here, connected, simulator, "what happens when they answer")
    person.page.get_by_text("When they answer", exact=True).click()
    with person.answer():
        person.page.get_by_role("button", name="Add an option", exact=True).click()
    person.fill("Leads to the flow", "abc")
    expect(person.problem("Leads to the flow")).to_contain_text("a number from 1 on")
    person.fill("Leads to the flow", "23838")
    person.send()
    assert Message.objects.get().content["answered"]["menu"] == [{"flow_id": "23838"}]


@pytest.mark.parametrize("name", [name for name in CASES if "not listed" in name or "quick" in name])
def test_the_form_of_a_template_is_in_order(
    agent_here: Person, connected: Bot, simulator: Simulator, name: str, size: str
) -> None:
    if size == "phone":
        pytest.skip("Both sizes are looked at in one go.")
    person = filling(agent_here, connected, simulator, name)
    inspect(person)
    person.expected = "422"
    person.press_send()
    inspect(person)
