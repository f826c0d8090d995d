"""Somebody decides about a message of which nobody knows whether it arrived."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from messaging import reconciling
from messaging.models import Bot, Message
from messaging.statuses import Status
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.factories import make_contact, make_user
from tests.messaging.test_reconciling import unknown
from tests.simulating import Simulator

pytestmark = EVERY_SIZE


@pytest.fixture
def lost(connected: Bot) -> Message:
    """The provider does not list it, half an hour after the call broke."""
    message = unknown(connected, make_contact("593990000123", name="Lucía Vega"), minutes_ago=30)
    reconciling.reconcile()
    return message


@pytest.fixture
def supervisor_here(person: Person, lost: Message) -> Person:
    person.log_in(make_user("sara", "Supervisors"))
    person.open(f"/admin/messaging/message/{lost.public_id}/change/")
    return person


def open_way(person: Person, name: str) -> None:
    person.page.locator("summary").filter(has_text=name).click()


def test_the_evidence_stands_on_the_page_and_fits(supervisor_here: Person) -> None:
    question = supervisor_here.page.get_by_role("region", name="Did it arrive?")
    expect(question).to_contain_text("The message is not in it.")
    open_way(supervisor_here, "It did not arrive")
    expect(question).to_contain_text("the person gets it twice")
    assert supervisor_here.overflow() <= 0


def test_a_supervisor_sends_it_again_and_it_arrives(
    supervisor_here: Person, lost: Message, simulator: Simulator, send_all: Callable[[], int]
) -> None:
    open_way(supervisor_here, "It did not arrive")
    supervisor_here.page.get_by_role("button", name="Send it again").click()
    expect(supervisor_here.page.get_by_text("this is the page of the new one")).to_be_visible()
    send_all()
    expect(supervisor_here.page.get_by_role("status").locator(".badge")).to_have_text("Read")
    assert simulator.accepted() == {"593990000123": 1}
    supervisor_here.page.get_by_role("definition").get_by_role("link").filter(has_text="20").last.click()
    expect(supervisor_here.page.get_by_text("sara sent it again at")).to_be_visible()


def test_a_supervisor_takes_it_for_sent(supervisor_here: Person, lost: Message) -> None:
    open_way(supervisor_here, "It arrived")
    supervisor_here.page.get_by_role("button", name="Assume it was sent").click()
    expect(supervisor_here.page.get_by_text("sara decided at")).to_be_visible()
    assert Message.objects.get().status == Status.ACCEPTED
