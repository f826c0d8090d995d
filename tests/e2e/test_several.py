"""One message to several people, each of whom gets their own."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from messaging.models import Bot, Message, Tag
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.factories import make_contact
from tests.simulating import Simulator

pytestmark = EVERY_SIZE


@pytest.fixture
def crowd(agent_here: Person, connected: Bot) -> Person:
    """Chose one person by search, two by tag and two by number; three more cannot get it."""
    vip = Tag.objects.create(name="VIP")
    make_contact("593990000101", name="Ana Souza")
    make_contact("593990000102", name="Beatriz Lima").tags.add(vip)
    make_contact("593990000103", name="Carlos Vega").tags.add(vip)
    make_contact("593990000104", name="Diego Rojas", is_blocked=True).tags.add(vip)
    agent_here.compose()
    agent_here.choose("Template", "Aviso pedido")
    agent_here.add("ana", "Ana Souza")
    agent_here.page.get_by_text("Type numbers or pick tags").click()
    agent_here.page.get_by_label("VIP").check()
    agent_here.fill("Numbers", "099 000 0105\n+593 99 000 0106, abc\n12\n+593 99 000 0101")
    return agent_here


def test_everybody_is_counted_and_the_refused_are_named_before_send(crowd: Person) -> None:
    audience = crowd.page.locator("#audience")
    expect(audience).to_contain_text("1 repetition left out")
    audience.locator("summary").click()
    expect(audience.get_by_role("listitem")).to_contain_text(["abc", "12", "Diego Rojas"])
    expect(audience).to_contain_text("blocked")
    crowd.fill("Pedido", "ORD-1")
    expect(crowd.page.get_by_text("Each person's own: contact's name.")).to_be_visible()
    # Nobody knows the name of a number that was just typed.
    expect(audience.locator("b").first).to_have_text("3 people get it")
    crowd.fill("Nombre", "cliente")
    expect(audience.locator("b").first).to_have_text("5 people get it")
    expect(crowd.send_button).to_have_text("Send 5 messages")


def test_each_of_them_gets_a_message_with_a_row_of_its_own(
    crowd: Person, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    crowd.fill("Nombre", "cliente")
    crowd.fill("Pedido", "ORD-1")
    crowd.press_send()
    expect(crowd.page.locator("#batch")).to_contain_text("5 messages of this send")
    expect(crowd.page.locator("#result_list tbody tr")).to_have_count(5)
    send_all()
    assert simulator.accepted() == {f"59399000010{last}": 1 for last in (1, 2, 3, 5, 6)}
    expect(crowd.page.locator("#batch")).to_contain_text("5 Read")
    assert Message.objects.values("batch").distinct().count() == 1


def test_each_of_them_gets_their_own_name(
    agent_here: Person, connected: Bot, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    make_contact("593990000101", name="Ana Souza")
    make_contact("593990000102", name="Beatriz Lima")
    agent_here.compose()
    agent_here.choose("Template", "Aviso pedido")
    agent_here.add("ana", "Ana Souza")
    agent_here.add("bea", "Beatriz Lima")
    agent_here.fill("Pedido", "ORD-1")
    agent_here.press_send()
    agent_here.page.wait_for_url("**batch=**")
    send_all()
    received = {row["destination"]: row["body"]["parameters"] for row in simulator.messages()}
    assert received == {
        "593990000101": ["Ana Souza", "ORD-1"],
        "593990000102": ["Beatriz Lima", "ORD-1"],
    }
