"""From the dashboard to the rows behind one of its numbers."""

import datetime as dt

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from messaging import summaries
from messaging.models import Bot
from messaging.statuses import Status
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.factories import make_message

HOME = reverse("admin:index")


def furnish(bot: Bot, agent: User) -> None:
    """Three messages of this week and two of an earlier one."""
    for days, status in (
        (0, Status.READ),
        (0, Status.READ),
        (0, Status.READ),
        (20, Status.SENT),
        (20, Status.SENT),
    ):
        at = timezone.now() - dt.timedelta(days=days)
        make_message(bot, status=status, created_by=agent, created_at=at, accepted_at=at)
    summaries.refresh()


@EVERY_SIZE
def test_a_period_is_chosen_and_a_number_opens_its_rows(agent_here: Person, agent: User, bot: Bot) -> None:
    furnish(bot, agent)
    page = agent_here.page
    agent_here.open(HOME)
    number = page.get_by_role("link", name="Handed over:")
    expect(number).to_have_text("3")
    page.get_by_role("navigation", name="Period").get_by_role("link", name="30 days").click()
    expect(page).to_have_url(f"{agent_here.url}{HOME}?period=30d")
    expect(number).to_have_text("5")
    number.click()
    expect(page.get_by_role("heading", name="Messages", level=1)).to_be_visible()
    expect(page.locator("#result_list tbody tr")).to_have_count(5)


def test_the_keyboard_reaches_days_and_numbers(agent_here: Person, agent: User, bot: Bot) -> None:
    furnish(bot, agent)
    page = agent_here.page
    agent_here.open(HOME)
    day = (timezone.now() - dt.timedelta(days=20)).date().isoformat()
    page.get_by_label("From", exact=True).fill(day)
    page.get_by_label("To", exact=True).fill(day)
    page.keyboard.press("Enter")
    expect(page.get_by_label("From", exact=True)).to_have_value(day)
    page.get_by_text("Show the numbers").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()
    assert agent_here.overflow() <= 0


def test_days_in_the_wrong_order_are_explained(agent_here: Person, bot: Bot) -> None:
    page = agent_here.page
    agent_here.open(f"{HOME}?since=2026-11-10&until=2026-11-09")
    expect(page.get_by_text("The last day is before the first. Choose a later one.")).to_be_visible()
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-11-10")
