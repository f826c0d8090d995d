"""From a long list to a file: filter, keep the view, export, download."""

import csv
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from messaging import exporting
from messaging.models import Bot, Export
from messaging.statuses import Status
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.factories import make_bot, make_contact, make_message, make_template, make_user

pytestmark = EVERY_SIZE
LIST = "/admin/messaging/message/"


@pytest.fixture
def bot_with_history() -> Bot:
    bot = make_bot()
    template = make_template(bot)
    lucia = make_contact(name="Lucía Vega")
    make_message(bot, lucia, template=template, text="=tu pedido", status=Status.READ)
    make_message(bot, make_contact(name="Juan Lima"), text="tu pedido")
    return bot


@pytest.fixture
def supervisor_here(person: Person) -> Person:
    person.log_in(make_user("susana", "Supervisors"))
    return person


def test_what_is_filtered_is_kept_and_becomes_a_file(
    supervisor_here: Person, bot_with_history: Bot, tmp_path: Path
) -> None:
    page = supervisor_here.page
    supervisor_here.open(LIST)
    page.get_by_role("button", name="More filters").click()
    page.get_by_label("Template").select_option("aviso_pedido")
    page.get_by_label("Person").fill("lucia")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    assert supervisor_here.overflow() <= 0

    page.get_by_role("button", name="Save this view").click()
    page.get_by_label("Name of what is shown now").fill("Lucía's orders")
    page.get_by_role("button", name="Save view", exact=True).click()
    supervisor_here.open(LIST)
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Lucía's orders").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)

    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="CSV").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    exporting.run(Export.objects.get().pk)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    path = tmp_path / "messages.csv"
    download.value.save_as(path)
    (row,) = list(csv.DictReader(path.open(encoding="utf-8-sig")))
    assert (row["contact"], row["text"]) == ("Lucía Vega", "'=tu pedido")


def test_a_page_of_filters_has_nothing_in_anybodys_way(
    supervisor_here: Person, bot_with_history: Bot
) -> None:
    supervisor_here.open(f"{LIST}?status__exact=read&template=aviso_pedido&from=2026-01-01")
    for name in ("More filters", "Save this view", "Export"):
        supervisor_here.page.get_by_role("button", name=name).click()
        found = Axe().run(supervisor_here.page)
        assert found.response["violations"] == []
        supervisor_here.page.keyboard.press("Escape")
    supervisor_here.open(f"{LIST}exports/")
    assert Axe().run(supervisor_here.page).response["violations"] == []
