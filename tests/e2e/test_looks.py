"""Every page, light and dark, wide and narrow: nothing that axe finds wrong, nothing our policy forbids,
nothing in the browser's console, and nothing that has to be pushed aside to be read.

Each page is loaded once and looked at in its four forms.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page, expect

from jelouadmin.site import NAVIGATION
from messaging.models import (
    Account,
    Attempt,
    Bot,
    Contact,
    Conversation,
    Export,
    Message,
    Outcome,
    ReasonEntry,
    SavedView,
    Tag,
    WebhookDelivery,
)
from messaging.statuses import Status
from templates_app.models import Template
from tests.e2e.conftest import EVERY_SIZE, SIZES, Person
from tests.factories import claimed, make_contact, make_message, open_window

# Of what axe looks at, only this depends on the theme.
CONTRAST = {"runOnly": ["color-contrast"]}
# A closed select draws its options nowhere, and that of time zones has hundreds.
RUN = "options => axe.run({exclude: ['option']}, options)"
# Colours take a moment to change, those that are inherited one after the other.
END_TRANSITIONS = """async () => {
  for (let round = 0; round < 20; round++) {
    await new Promise((done) => requestAnimationFrame(done));
    const running = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    for (const transition of running) transition.finish();
    if (!running.length && round > 1) return;
  }
}"""

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3


@pytest.fixture
def furnished(connected: Bot) -> Bot:
    """Rows in many states, some of them unhandy: a name without spaces, right to left, emoji, HTML."""
    vip = Tag.objects.create(name="VIP")
    for number, name in enumerate(("Lucía Vega", "مريم الأحمد", LONG, "🎉🎉", "<b>Juan</b>", "")):
        contact = make_contact(f"59399000010{number}", name=name, attributes={"pedido": "ORD-1"})
        contact.tags.add(vip)
    contacts = list(Contact.objects.order_by("wa_id"))
    open_window(connected, contacts[0])
    order = connected.templates.get(element_name="aviso_pedido")
    for status in (
        Status.QUEUED,
        Status.UNKNOWN,
        Status.READ,
        Status.DELIVERED,
        Status.SENT,
        Status.CANCELED,
    ):
        make_message(connected, contacts[1], template=order, status=status)
    make_message(connected, contacts[2], text=LONG * 3, status=Status.FAILED, reason="undeliverable")
    unlisted = {"status": Status.FAILED, "reason": "unlisted", "provider_code": "98765", "detail": LONG}
    make_message(connected, contacts[2], **unlisted)
    read = make_message(connected, contacts[0], template=order)
    claimed(read, attempt=True)
    Attempt.objects.update(outcome=Outcome.ACCEPTED, http_status=200, answer=json.dumps({"id": LONG}))
    Message.objects.filter(pk=read.pk).update(status=Status.READ, detail="as the provider says")
    WebhookDelivery.objects.create(bot=connected, body=b'{"status": "READ"}', size=18, state="applied")
    return connected


def inspect(person: Person) -> None:
    assert person.complaints == []
    person.page.evaluate(AXE_SCRIPT)
    for width, height in SIZES.values():
        person.page.set_viewport_size({"width": width, "height": height})
        assert person.overflow() <= 0, f"At {width} the page is too wide."
        for scheme in ("light", "dark"):
            dress(person.page, scheme)
            options = CONTRAST if scheme == "dark" else {}
            found = AxeResults(person.page.evaluate(RUN, options))
            assert not found.violations_count, f"At {width}, {scheme}: {found.generate_report()}"
    # To measure, axe puts inline styles into the page, which the policy forbids too.
    person.complaints.clear()


def dress(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.evaluate(END_TRANSITIONS)


def of(model: type[Model], **lookup: object) -> int:
    return model._default_manager.filter(**lookup).order_by("pk")[0].pk


def message_page(**lookup: object) -> str:
    message = Message.objects.filter(**lookup).order_by("-pk")[0]
    return reverse("admin:messaging_message_change", args=[message.public_id])


def at_compose(kind: str) -> str:
    contact = Contact.objects.get(name="Lucía Vega").public_id
    template = of(Template, element_name="aviso_pedido")
    return f"{reverse('admin:compose')}?contact={contact}&template={template}&kind={kind}"


def _talk() -> Conversation:
    """With something of everything: both directions, a quote, a failure, a note."""
    talk = Conversation.objects.get(window_ends_at__isnull=False)
    asked = Message.objects.filter(contact=talk.contact).latest("pk")
    content = {"kind": "text", "version": 1, "body": LONG}
    reply: dict[str, Any] = {
        "direction": "in",
        "status": "received",
        "provider_id": "in-1",
        "content": content,
    }
    make_message(talk.bot, talk.contact, answers=asked, answers_by="latest", text=LONG, **reply)
    make_message(talk.bot, talk.contact, status=Status.FAILED, reason="undeliverable")
    author = User.objects.get(username="alba")
    talk.notes.create(author=author, text=LONG)
    Conversation.objects.filter(pk=talk.pk).update(assignee=author, unread=2)
    return talk


def _closed_talk() -> Conversation:
    contact = Contact.objects.order_by("wa_id")[2]
    return open_window(Bot.objects.get(), contact, hours_ago=30)


def _exports() -> str:
    """In each of their states."""
    owner = User.objects.get(username="alba")
    for state in Export.State:
        if state != Export.State.RUNNING:
            Export.objects.create(owner=owner, format="csv", state=state, error="broken", query=f"q={LONG}")
    return reverse("admin:exports")


def _saved_view() -> str:
    owner = User.objects.get(username="alba")
    for is_shared in (True, False):
        query = "status=read&since=7"
        SavedView.objects.create(
            owner=owner, name=f"{LONG[:50]} {is_shared}", query=query, is_shared=is_shared
        )
    return reverse("admin:messaging_message_changelist") + "?status=read&since=7&person=%E2%80%AEabc"


def _batch() -> uuid.UUID:
    batch = uuid.uuid4()
    for contact in Contact.objects.all():
        newest = Message.objects.filter(contact=contact).order_by("-pk").values_list("pk", flat=True)[:1]
        Message.objects.filter(pk__in=list(newest)).update(batch=batch)
    return batch


def _explanation() -> ReasonEntry:
    return ReasonEntry.objects.create(provider="jelou", said=LONG, sentence=LONG, action=LONG)


PAGES: dict[str, Callable[[], str]] = {
    "a conversation": lambda: reverse("admin:conversation", args=[_talk().pk]),
    "a conversation that only a template can go on": lambda: reverse(
        "admin:conversation", args=[_closed_talk().pk]
    ),
    "a message that was read": lambda: message_page(attempts__isnull=False),
    "a message that failed": lambda: message_page(reason="undeliverable"),
    "a message nobody can explain": lambda: message_page(reason="unlisted"),
    "the question before sending again": lambda: (
        f"{reverse('admin:messaging_message_resend')}?message={Message.objects.filter(status='read')[0].public_id}"
    ),
    "files that were asked for": _exports,
    "a saved view among filters": _saved_view,
    "the question before a bot stops": lambda: reverse("admin:bot_stop", args=[of(Bot)]),
    "a send that several people got": lambda: (
        f"{reverse('admin:messaging_message_changelist')}?batch={_batch()}"
    ),
    "an explanation": lambda: reverse("admin:messaging_reasonentry_change", args=[_explanation().pk]),
    "conversations nobody has": lambda: reverse("admin:conversations") + "?q=nobody",
    "the dashboard of a wrong period": lambda: reverse("admin:index") + "?since=2026-13-40&until=x",
    "deleting a tag": lambda: reverse("admin:messaging_tag_delete", args=[of(Tag)]),
    "a new explanation": lambda: reverse("admin:messaging_reasonentry_add"),
    "a message that waits": lambda: message_page(status="queued"),
    "the search for messages": lambda: reverse("admin:messaging_message_changelist") + "?q=a&since=7",
    "messages that are not there": lambda: reverse("admin:messaging_message_changelist") + "?q=nobody",
    "a filled template": lambda: at_compose("template"),
    "a text": lambda: at_compose("text"),
    "a new contact": lambda: reverse("admin:messaging_contact_add"),
    "a contact": lambda: reverse("admin:messaging_contact_change", args=[of(Contact, name=LONG)]),
    "the history of a contact": lambda: reverse("admin:messaging_contact_history", args=[of(Contact)]),
    "a bot": lambda: reverse("admin:messaging_bot_change", args=[of(Bot)]),
    "an account": lambda: reverse("admin:messaging_account_change", args=[of(Account)]),
    "a template": lambda: reverse("admin:templates_app_template_change", args=[of(Template)]),
    "a new person": lambda: reverse("admin:auth_user_add"),
    "a webhook call": lambda: reverse("admin:messaging_webhookdelivery_change", args=[of(WebhookDelivery)]),
    "tags": lambda: reverse("admin:messaging_tag_changelist"),
    "the password": lambda: reverse("admin:password_change"),
}


@pytest.mark.parametrize("url_name", [page.url_name for _label, pages in NAVIGATION for page in pages])
def test_a_page_of_the_navigation_is_in_order(admin_here: Person, furnished: Bot, url_name: str) -> None:
    admin_here.open(reverse(url_name))
    inspect(admin_here)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_behind_the_navigation_is_in_order(admin_here: Person, furnished: Bot, name: str) -> None:
    admin_here.open(PAGES[name]())
    inspect(admin_here)


def test_the_login_page_is_in_order(person: Person) -> None:
    person.open("/")
    person.page.get_by_role("button", name="Log in").click()
    inspect(person)


def test_a_refused_login_is_in_order(person: Person) -> None:
    person.open("/")
    person.page.get_by_label("Username").fill("ana")
    person.page.get_by_label("Password").fill("wrong")
    person.page.get_by_role("button", name="Log in").click()
    expect(person.page.get_by_role("alert")).to_be_visible()
    inspect(person)


def test_the_page_that_does_not_exist_is_in_order(admin_here: Person) -> None:
    admin_here.expected = "404"
    admin_here.open("/nowhere/")
    expect(admin_here.page.get_by_role("heading")).to_have_text("This page does not exist")
    inspect(admin_here)


def test_compose_with_everything_wrong_is_in_order(admin_here: Person, furnished: Bot) -> None:
    admin_here.compose()
    admin_here.choose("Template", "Promo imagen")
    admin_here.page.get_by_text("Type numbers or pick tags").click()
    admin_here.fill("Numbers", "abc\n12\n593990000104")
    admin_here.fill("Address of the image", "ftp://example.com/a b.png")
    admin_here.expected = "422"
    admin_here.press_send()
    expect(admin_here.page.get_by_text("Nothing was sent.")).to_be_visible()
    inspect(admin_here)


def test_open_menus_are_in_order(admin_here: Person, furnished: Bot) -> None:
    admin_here.open(reverse("admin:messaging_message_changelist"))
    admin_here.page.locator("details.filter summary").first.click()
    inspect(admin_here)
    admin_here.page.set_viewport_size({"width": 1440, "height": 900})
    admin_here.page.locator(".usermenu__button").click()
    expect(admin_here.page.locator("details.filter[open]")).to_have_count(0)
    inspect(admin_here)


def test_the_end_of_a_visit_is_in_order(admin_here: Person) -> None:
    admin_here.open(reverse("admin:index"))
    admin_here.page.locator(".usermenu__button").click()
    admin_here.page.get_by_role("button", name="Log out").click()
    expect(admin_here.page.get_by_role("heading")).to_have_text("You are logged out")
    inspect(admin_here)


# -- How a person likes it -----------------------------------------------------------------------


@EVERY_SIZE
@pytest.mark.parametrize(("name", "code"), [("Español", "es"), ("Português", "pt-br")])
def test_the_console_speaks_another_language(agent_here: Person, name: str, code: str) -> None:
    agent_here.open(reverse("admin:messaging_contact_changelist") + "?q=ana")
    agent_here.page.locator(".usermenu__button").click()
    agent_here.page.get_by_role("group", name="Language").get_by_text(name).click()
    expect(agent_here.page.locator("html")).to_have_attribute("lang", code)
    expect(agent_here.page.locator("#searchbar")).to_have_value("ana")


@EVERY_SIZE
def test_the_chosen_theme_stays(agent_here: Person) -> None:
    agent_here.open(reverse("admin:index"))
    light = background(agent_here.page)
    agent_here.page.locator(".usermenu__button").click()
    agent_here.page.get_by_role("button", name="Dark").click()
    agent_here.open(reverse("admin:messaging_contact_changelist"))
    assert background(agent_here.page) != light
    agent_here.page.locator(".usermenu__button").click()
    expect(agent_here.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


def background(page: Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")
