"""Change lists: what they ask of the database, how one walks through them, and any query at all."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.models import Bot, Conversation, Message, Tag, WebhookDelivery
from messaging.statuses import Status
from tests.factories import make_account, make_bot, make_contact, make_message, make_template, make_user
from tests.messaging.admin.conftest import logged_in

HISTORY = "messaging_message_changelist"

fuzzed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# -- Queries -------------------------------------------------------------------------------------


def add_messages(bot: Bot, count: int) -> None:
    template = make_template(bot, element_name=f"aviso_{bot.templates.count()}")
    for number in range(count):
        make_message(bot, template=template if number % 2 else None, status=Status.READ)


def add_contacts(bot: Bot, count: int) -> None:
    for _number in range(count):
        contact = make_contact()
        contact.tags.add(Tag.objects.get_or_create(name="VIP")[0], Tag.objects.get_or_create(name="Quito")[0])


def add_bots(bot: Bot, count: int) -> None:
    for number in range(count):
        make_bot(account=make_account(), provider_id=f"bot-{Bot.objects.count()}-{number}")


def add_templates(bot: Bot, count: int) -> None:
    for _number in range(count):
        make_template(bot, element_name=f"aviso_{bot.templates.count()}")


def add_deliveries(bot: Bot, count: int) -> None:
    WebhookDelivery.objects.bulk_create([WebhookDelivery(bot=bot, body=b"{}", size=2) for _ in range(count)])


def add_people(bot: Bot, count: int) -> None:
    for _number in range(count):
        make_user(group="Agents")


def add_tags(bot: Bot, count: int) -> None:
    for _number in range(count):
        Tag.objects.create(name=f"Tag {Tag.objects.count()}")


def add_failures(bot: Bot, count: int) -> None:
    for _number in range(count):
        make_message(bot, status=Status.FAILED, reason="undeliverable")


LISTS: dict[str, Callable[[Bot, int], None]] = {
    HISTORY: add_messages,
    "messaging_contact_changelist": add_contacts,
    "messaging_bot_changelist": add_bots,
    "messaging_account_changelist": add_bots,
    "templates_app_template_changelist": add_templates,
    "messaging_webhookdelivery_changelist": add_deliveries,
    "messaging_tag_changelist": add_tags,
    "auth_user_changelist": add_people,
    "index": add_failures,
    "compose": add_templates,
}


def queries(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("name", LISTS)
def test_more_rows_need_no_more_queries(bot: Bot, admin_person_client: Client, name: str) -> None:
    path = reverse(f"admin:{name}")
    LISTS[name](bot, 5)
    queries(admin_person_client, path)
    few = queries(admin_person_client, path)
    LISTS[name](bot, 25)
    many = queries(admin_person_client, path)
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= 25


def test_a_contacts_page_needs_no_more_queries_for_more_messages(bot: Bot, agent_client: Client) -> None:
    contact = make_contact()
    path = reverse("admin:messaging_contact_change", args=[contact.pk])
    make_message(bot, contact)
    queries(agent_client, path)
    few = queries(agent_client, path)
    for number in range(9):
        make_message(make_bot(members=tuple(bot.members.all()), provider_id=str(number)), contact)
    assert len(queries(agent_client, path)) == len(few)


# -- History -------------------------------------------------------------------------------------


@pytest.fixture
def history(bot: Bot) -> list[int]:
    """The keys of 120 messages to one contact, newest first: two pages and a bit."""
    contact = make_contact(name="Lucía Vega")
    Conversation.objects.create(bot=bot, contact=contact)
    blank = make_message(bot, contact, text="pedido", status=Status.QUEUED)
    fields = {"bot": bot, "contact": contact, "kind": "text", "content": blank.content, "text": "pedido"}
    Message.objects.bulk_create([Message(**fields) for _number in range(119)])
    return list(Message.objects.order_by("-pk").values_list("pk", flat=True))


def page(client: Client, query: str = "") -> tuple[list[int], str, str]:
    """The keys on one page of history, and the links to older and newer ones."""
    response = client.get(reverse(f"admin:{HISTORY}") + query)
    assert response.status_code == 200, query
    shown = response.context["cl"]
    return [row.pk for row in shown.result_list], shown.older_url, shown.newer_url


def test_history_never_counts(history: list[int], agent_client: Client) -> None:
    middle = f"?before={history[60]}&q=pedido&status__exact=queued"
    for query in ("", middle):
        asked = queries(agent_client, reverse(f"admin:{HISTORY}") + query)
        assert not [sql for sql in asked if "COUNT(" in sql.upper() or "OFFSET" in sql.upper()]


def test_walking_to_older_pages_meets_every_message_once(history: list[int], agent_client: Client) -> None:
    met, older, newer = page(agent_client)
    assert not newer
    while older:
        rows, older, newer = page(agent_client, older)
        assert newer
        met += rows
    assert met == history


def test_walking_back_to_newer_pages_meets_every_message_once(
    history: list[int], agent_client: Client
) -> None:
    met, older, newer = page(agent_client, f"?before={history[109]}")
    assert not older
    while newer:
        rows, older, newer = page(agent_client, newer)
        assert older
        met = rows + met
    assert met == history


def test_new_messages_do_not_move_a_page(history: list[int], bot: Bot, agent_client: Client) -> None:
    _rows, older, _newer = page(agent_client)
    before, _older, _newer = page(agent_client, older)
    make_message(bot)
    after, _older, _newer = page(agent_client, older)
    assert after == before


def test_pages_keep_the_search_and_the_filters(history: list[int], agent_client: Client) -> None:
    asked = "?q=pedido&status__exact=queued&since=7"
    _rows, older, _newer = page(agent_client, asked)
    assert dict(parse_qsl(urlsplit(older).query)) == {
        "q": "pedido",
        "status__exact": "queued",
        "since": "7",
        "before": str(history[49]),
    }


def test_pages_keep_the_batch(bot: Bot, agent_client: Client) -> None:
    batch = "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11"
    for _number in range(60):
        make_message(bot, batch=batch)
    make_message(bot)
    rows, older, _newer = page(agent_client, f"?batch={batch}")
    more, _older, _newer = page(agent_client, older)
    assert len(rows) + len(more) == 60


@pytest.mark.parametrize(
    "value", ["-1", "0", "abc", "1.5", "9" * 18, "9" * 40, "9" * 5000, "²", "٣", "", "1&after=1"]
)
@pytest.mark.parametrize("name", ["before", "after"])
def test_no_row_named_to_go_on_from_breaks_a_page(
    history: list[int], agent_client: Client, name: str, value: str
) -> None:
    page(agent_client, f"?{name}={value}")


def test_history_is_searched_by_words_by_name_and_by_number(bot: Bot, agent_client: Client) -> None:
    wanted = make_message(bot, make_contact("593990000777", name="Lucía Vega"), text="Tu pedido salió")
    make_message(bot, make_contact("593990000888", name="Juan Lima"), text="Bienvenido")
    for term in ("pedido", "lucía", "099 000 0777", "+593 99 000 0777"):
        rows, _older, _newer = page(agent_client, f"?q={term.replace('+', '%2B')}")
        assert rows == [wanted.pk], term


def test_history_is_filtered_by_age(bot: Bot, agent_client: Client) -> None:
    old = make_message(bot, created_at=timezone.now() - dt.timedelta(days=3))
    young = make_message(bot)
    assert page(agent_client, "?since=1")[0] == [young.pk]
    assert page(agent_client, "?since=7")[0] == [young.pk, old.pk]


HUGE = ["9" * 18, "9" * 19, "9" * 40, "9" * 5000]


@pytest.mark.parametrize("value", HUGE)
@pytest.mark.parametrize(
    ("name", "field"),
    [
        (HISTORY, "bot"),
        ("templates_app_template_changelist", "bot"),
        ("messaging_contact_changelist", "tags__id__exact"),
        ("auth_user_changelist", "groups__id__exact"),
        ("compose", "bot"),
        ("compose", "template"),
        ("compose", "tag"),
        ("compose_contacts", "bot"),
        ("messaging_message_changelist", "p"),
        ("messaging_contact_changelist", "p"),
        ("messaging_contact_changelist", "o"),
    ],
)
def test_no_number_is_too_large_for_a_filter(
    bot: Bot, admin_person_client: Client, name: str, field: str, value: str
) -> None:
    make_template(bot)
    make_contact().tags.create(name="VIP")
    response = admin_person_client.get(reverse(f"admin:{name}"), {field: value, "q": "0990000777"})
    assert response.status_code in (200, 302)


def test_a_link_to_a_batch_that_is_not_there_shows_an_empty_list(bot: Bot, agent_client: Client) -> None:
    make_message(bot)
    assert page(agent_client, "?batch=5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11")[0] == []


# -- Any query at all ----------------------------------------------------------------------------

NAMES = """
    q before after batch since bot bot__id__exact status status__exact direction direction__exact
    state__exact category p o e all _facets _popup _to_field is_blocked__exact tags__id__exact
    groups__id__exact is_active__exact pk id name contact contact__name__startswith text__regex
    content__a credentials bot__account created_at__gte created_at__year template
    template__version__data media_url kind tag
"""
WORDS = "-1 0 1 1e400 ² ٣ NaN [ ( % ' \" null true 1,2 .. queued APPROVED"
VALUES = st.one_of(
    st.sampled_from(
        ["\x00", "a\x00b", "9" * 30, "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11", "\u202e", "🎉" * 400]
    ),
    st.sampled_from(WORDS.split()),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)
QUERIES = st.dictionaries(
    st.one_of(st.sampled_from(NAMES.split()), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)),
    st.one_of(VALUES, st.lists(VALUES, max_size=2)),
    max_size=3,
)


@pytest.mark.parametrize("name", [name for name in LISTS if name != "index"])
@fuzzed
@given(query=QUERIES)
def test_any_query_gets_a_page_or_a_redirect(
    bot: Bot, admin_person: User, name: str, query: dict[str, str | list[str]]
) -> None:
    response = logged_in(admin_person).get(reverse(f"admin:{name}"), query)
    assert response.status_code in (200, 302, 400)


@pytest.mark.parametrize("name", ["compose_contacts", "messaging_contact_number", "autocomplete"])
@fuzzed
@given(query=QUERIES, term=VALUES)
def test_any_term_gets_an_answer(
    bot: Bot, admin_person: User, name: str, query: dict[str, str | list[str]], term: str
) -> None:
    known: dict[str, Any] = query | {"q": term, "number": term, "term": term}
    known |= {"app_label": "messaging", "model_name": "contact", "field_name": "tags"}
    assert logged_in(admin_person).get(reverse(f"admin:{name}"), known).status_code in (200, 400)


PATHS = [
    f"admin/messaging/{model}/"
    for model in ("message", "contact", "bot", "account", "tag", "webhookdelivery")
]


@pytest.mark.parametrize("path", [*PATHS, "admin/templates_app/template/", "admin/auth/user/"])
@pytest.mark.parametrize(
    "key",
    ["0", "-1", "9" * 30, "9" * 5000, "²", "٣", "abc", "%00", "1%00", "1_2F", "%F0%9F%8E%89", "a" * 3000],
)
def test_no_key_of_a_row_breaks_a_page(admin_person_client: Client, bot: Bot, path: str, key: str) -> None:
    for end in ("change", "history", "delete"):
        response = admin_person_client.get(f"/{path}{key}/{end}/")
        assert response.status_code in (302, 400, 403, 404)


def test_a_year_that_no_calendar_has_is_a_bad_request(admin_person: User) -> None:
    address = reverse("admin:messaging_contact_changelist")
    assert logged_in(admin_person).get(address, {"created_at__year": "9" * 30}).status_code == 400
