"""A person at a real browser, the console as a server, and the simulator behind it.

Templates come from the simulator, messages go to it, and its webhooks come back to the console. Only the
worker has no process here: `send_all` does its work when a test says so. test_demo.py runs the real one.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from messaging import connecting, sending
from messaging.models import Bot
from messaging.template_sync import sync_templates
from tests.browser import ADVICE, executable
from tests.factories import make_account, make_bot, make_user
from tests.simulating import Simulator, wait_for

# Playwright's synchronous API runs an event loop in this thread, where Django otherwise refuses to work.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"desk": (1440, 900), "phone": (390, 844)}
EVERY_SIZE = pytest.mark.parametrize("size", SIZES)

# Violations are told to the console, where `Person.complaints` finds them with everything else; what htmx
# has put in its place is counted.
WATCH = """
document.addEventListener("securitypolicyviolation", ({violatedDirective, blockedURI}) =>
  console.error(`CSP: ${violatedDirective} ${blockedURI}`));
window.settled = {};
document.addEventListener("htmx:afterSettle", ({detail}) => {
  const path = detail.pathInfo?.requestPath.split("?")[0];
  window.settled[path] = (window.settled[path] ?? 0) + 1;
});
"""
COMPOSE = "/admin/messaging/message/compose/"


class Person:
    """Somebody at a browser. Labels and names are what they see; a page is waited for, not slept for."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        # An answer such as 404 or 422 is an error to the browser's console, and the point of some tests.
        self.expected = ""
        page.add_init_script(WATCH)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.set_default_timeout(8000)

    def _hear(self, message: ConsoleMessage) -> None:
        is_expected = self.expected and self.expected in message.text
        # htmx calls it an error when a newer request takes the place of one on its way.
        is_replaced = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
        if message.type == "error" and not is_expected and not is_replaced:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def log_in(self, user: User) -> None:
        """Without the login page, which has its own tests."""
        client = Client()
        client.force_login(user)
        value = client.cookies["sessionid"].value
        self.page.context.add_cookies([{"name": "sessionid", "value": value, "url": self.url}])

    # -- Compose -----------------------------------------------------------------------------------

    def compose(self, query: str = "") -> None:
        self.open(COMPOSE + query)

    def choose(self, label: str, option: str) -> None:
        """An option of a select, by the beginning of its words; the page answers before this returns."""
        select = self.page.get_by_role("combobox", name=label, exact=True)
        words = select.locator("option").all_inner_texts()
        with self.answer():
            select.select_option(label=next(text for text in words if text.startswith(option)))

    def choose_kind(self, name: str) -> None:
        with self.answer():
            self.page.get_by_role("radio", name=name, exact=True).check()

    def field(self, label: str) -> Locator:
        return self.page.get_by_role("textbox", name=label, exact=True)

    @property
    def results(self) -> Locator:
        """The people whom the search offers."""
        return self.page.locator("#contact-results button")

    def add(self, term: str, name: str) -> None:
        """Search for a `term` and pick the person of that `name`."""
        self.page.get_by_label("Search contacts").press_sequentially(term)
        with self.answer():
            self.results.filter(has_text=name).click()
        expect(self.chips.filter(has_text=name)).to_have_count(1)

    def type(self, label: str, text: str) -> None:
        """Key by key; returns when the preview has answered the last one."""
        with self.answer("preview/"):
            self.field(label).press_sequentially(text)

    def fill(self, label: str, text: str) -> None:
        """At once, as pasting does."""
        with self.answer("preview/"):
            self.field(label).fill(text)

    @property
    def send_button(self) -> Locator:
        return self.page.locator("button[name=do][value=send]")

    def press_send(self) -> None:
        self.send_button.click()
        self.page.wait_for_load_state()

    def send(self) -> None:
        """A message that nothing is wrong with; ends at its page."""
        self.press_send()
        self.page.wait_for_url("**/change/")

    def problem(self, label: str) -> Locator:
        """What is written under a field because of what stands in it."""
        ids = self.field(label).get_attribute("aria-describedby") or ""
        return self.page.locator(f"#{ids.split()[-1]}")

    @property
    def chips(self) -> Locator:
        return self.page.locator(".chip", has=self.page.locator("input[name=contact]"))

    @property
    def bubble(self) -> Locator:
        """The words in the preview, which a narrow window opens on request."""
        preview = self.page.locator("details.preview")
        if preview.count() and preview.get_attribute("open") is None:
            preview.locator("summary").click()
        return self.page.locator(".phone__screen .bubble__body")

    @contextmanager
    def answer(self, end: str = "") -> Iterator[None]:
        """Returns when htmx has put in its place what it asks the compose page for within."""
        path = COMPOSE + end
        before = self._settled(path)
        yield
        # Playwright's own way to wait for a value needs `eval`, which our policy forbids.
        wait_for(lambda: self._settled(path) > before)

    def _settled(self, path: str) -> int:
        return self.page.evaluate("path => window.settled[path] ?? 0", path)

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        except Error:
            pytest.fail(ADVICE)
        yield browser
        browser.close()


@pytest.fixture
def size() -> str:
    return "desk"


@pytest.fixture
def person(chromium: Browser, live_server: LiveServer, size: str) -> Iterator[Person]:
    """Not logged in yet. Whatever they do, the console of the browser stays silent."""
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="en-US", reduced_motion="reduce"
    )
    person = Person(context.new_page(), live_server.url)
    yield person
    complaints = list(person.complaints)
    # Pages that ask for news must stop before the tables are emptied.
    context.close()
    assert complaints == []


@pytest.fixture
def agent_here(person: Person, agent: User) -> Person:
    person.log_in(agent)
    return person


@pytest.fixture
def admin_here(person: Person) -> Person:
    person.log_in(make_user("alba", "Admins"))
    return person


@pytest.fixture
def connected(
    agent: User, simulator: Simulator, live_server: LiveServer, settings: Settings
) -> Iterator[Bot]:
    """The agent's bot: its templates are here, and its webhooks come here."""
    settings.SITE_URL = live_server.url
    bot = make_bot(account=make_account(base_url=simulator.url), members=(agent,))
    sync_templates(bot)
    connecting.subscribe(bot)
    yield bot
    # No late webhook may meet the next test's tables.
    simulator.reset()


@pytest.fixture
def send_all(connected: Bot) -> Callable[[], int]:
    """What a worker does when Send has woken it."""
    return sending.pump


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = os.path.dirname(__file__)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker("browser")
