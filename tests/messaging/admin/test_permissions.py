"""Who may open what: every address of the console, for everybody who may knock."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.db.models import ForeignKey, ManyToManyField
from django.test import Client
from django.urls import reverse

from messaging.models import Message
from tests.factories import make_user, open_window
from tests.messaging.admin.conftest import GROUPS, MARK, World, logged_in
from tests.messaging.admin.walking import address, routes

ROUTES = routes()
EVERY_ROUTE = pytest.mark.parametrize("route", ROUTES)

# Whatever the address: something here is what its form or button asks for.
EVERYTHING = {
    "do": "send",
    "name": "Changed",
    "number": "+593 99 000 0777",
    "username": "changed",
    "password1": "a-long-passphrase-1",
    "password2": "a-long-passphrase-1",
    "provider_id": "changed",
    "country": "EC",
    "time_zone": "UTC",
    "rate": "1",
    "kind": "jelou",
    "client_id": "changed",
    "client_secret": "changed",
    "body.1.label": "Changed",
    "post": "yes",
    "action": "delete_selected",
}


def open_to(user: User, world: World) -> set[str]:
    """The routes that answer this person with a page."""
    client = logged_in(user)
    return {route for route in ROUTES if client.get(address(route, world)).status_code == 200}


def of(app_and_model: str, *endings: str) -> set[str]:
    return {f"admin/{app_and_model}/{ending}" for ending in endings}


LIST_AND_PAGE = ("", "<path:object_id>/change/", "<path:object_id>/history/")
FORMS = ("add/",)
DELETE = ("<path:object_id>/delete/",)

SELF = {
    "admin/",
    "admin/jsi18n/",
    "admin/messaging/contact/number/",
    "admin/password_change/",
    "admin/password_change/done/",
    "admin/(?P<app_label>auth|django_q|templates_app|messaging)/",
}
LOOKING = (
    SELF
    | of("messaging/message", *LIST_AND_PAGE, "batch/<uuid:batch>/", "<uuid:public_id>/news/")
    | of("messaging/contact", *LIST_AND_PAGE)
    | of("messaging/tag", *LIST_AND_PAGE)
    | of("messaging/bot", *LIST_AND_PAGE, "<int:bot_id>/sending/")
    | of("templates_app/template", *LIST_AND_PAGE)
    | {f"admin/conversations/{rest}" for rest in ("", "list/", "<int:pk>/", "<int:pk>/news/")}
)
WATCHING = {"admin/operations/", "admin/operations/news/"}
WRITING = of("messaging/message", "compose/", "compose/contacts/") | of("messaging/contact", *FORMS)
EXPORTING = of("messaging/message", "exports/", "exports/news/")
SUPERVISING = (
    WATCHING
    | EXPORTING
    | {"admin/operations/bots/<int:bot_id>/stop/"}
    | of("messaging/webhookdelivery", *LIST_AND_PAGE)
    | of("messaging/tag", *FORMS, *DELETE)
)
EXPLAINED = of("messaging/reasonentry", *LIST_AND_PAGE)
MANAGING = (
    of("messaging/bot", *FORMS, "<int:bot_id>/webhook/")
    | of("messaging/account", *LIST_AND_PAGE, *FORMS)
    | of("auth/user", *LIST_AND_PAGE, *FORMS, *DELETE, "<id>/password/")
    | of("auth/group", *LIST_AND_PAGE)
    | of("messaging/reasonentry", *FORMS, *DELETE)
)
AUDITING = (
    WATCHING
    | EXPORTING
    | of("messaging/webhookdelivery", *LIST_AND_PAGE)
    | of("messaging/account", *LIST_AND_PAGE)
    | of("auth/user", *LIST_AND_PAGE)
    | of("auth/group", *LIST_AND_PAGE)
)
MAY_OPEN = {
    "Agents": LOOKING | WRITING,
    "Supervisors": LOOKING | WRITING | SUPERVISING | EXPLAINED,
    "Admins": LOOKING | WRITING | SUPERVISING | MANAGING | EXPLAINED,
    "Auditors": LOOKING | AUDITING | EXPLAINED,
}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_opens_these_pages_and_no_others(world: World, agent: User, group: str) -> None:
    world.contact.tags.create(name="VIP")
    user = agent if group == "Agents" else make_user("other", group)
    found = open_to(user, world)
    assert found - MAY_OPEN[group] == set()
    assert MAY_OPEN[group] - found == set()


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if "django_q" in route and "app_label" not in route]
)
def test_nobodys_group_opens_the_queue(world: World, group: str, route: str) -> None:
    response = logged_in(make_user("other", group)).get(address(route, world))
    assert response.status_code in (302, 403, 404)


# -- Another bot's agent -------------------------------------------------------------------------


@EVERY_ROUTE
def test_a_stranger_reads_nothing_of_the_bot(world: World, stranger: User, route: str) -> None:
    response = logged_in(stranger).get(address(route, world), follow=True)
    assert response.status_code in (200, 403, 404, 405)
    assert MARK not in text_of(response)


def text_of(response: Any) -> str:
    """Also of a file."""
    return (response.getvalue() if response.streaming else response.content).decode()


@EVERY_ROUTE
def test_a_stranger_changes_nothing_of_the_bot(world: World, stranger: User, route: str) -> None:
    before = of_the_bot(world)
    response = logged_in(stranger).post(address(route, world), forced(world), follow=True)
    assert response.status_code in (200, 403, 404, 405, 422)
    assert MARK not in response.content.decode().replace(f'value="aviso_{MARK}"', "")
    assert of_the_bot(world) == before


def of_the_bot(world: World) -> str:
    rows = [
        world.bot,
        world.bot.account,
        world.template,
        world.message,
        world.delivery,
        *world.bot.members.all(),
    ]
    for row in rows:
        row.refresh_from_db()
    messages = Message.objects.filter(bot=world.bot)
    return serializers.serialize("json", [*rows[:1], *rows[2:], *messages])


def forced(world: World) -> dict[str, Any]:
    """What a form of the bot's own would post."""
    return EVERYTHING | {
        "bot": world.bot.pk,
        "template": world.template.pk,
        "account": world.bot.account.pk,
        "contact": str(world.contact.public_id),
        "_selected_action": world.bot.pk,
    }


@pytest.mark.parametrize(
    "query",
    [
        "bot={bot}",
        "bot__id__exact={bot}",
        "template={template}",
        "batch={batch}",
        "q=zorzal",
        "status=APPROVED",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "messaging_message_changelist",
        "templates_app_template_changelist",
        "messaging_bot_changelist",
        "compose",
    ],
)
def test_no_query_shows_a_stranger_the_bot(world: World, stranger: User, name: str, query: str) -> None:
    filled = query.format(bot=world.bot.pk, template=world.template.pk, batch=world.message.batch)
    response = logged_in(stranger).get(f"{reverse('admin:' + name)}?{filled}", follow=True)
    # What was searched for stands in the search field again.
    assert f" {MARK}" not in response.content.decode()
    assert f"_{MARK}" not in response.content.decode()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("messaging_bot", "webhook_token__startswith=a"),
        ("messaging_bot", "webhook_secret__isnull=1"),
        ("messaging_bot", "account__credentials__isnull=0"),
        ("messaging_account", "spare_credentials__isnull=1"),
        ("messaging_webhookdelivery", "body=a"),
        ("messaging_webhookdelivery", "bot__webhook_token__startswith=a"),
        ("auth_user", "password__startswith=p"),
    ],
)
def test_no_filter_tells_a_secret_letter_by_letter(world: World, name: str, query: str) -> None:
    client = logged_in(make_user("alba", "Admins"))
    assert client.get(f"{reverse(f'admin:{name}_changelist')}?{query}").status_code == 400


RELATIONS = [
    (model._meta.app_label, model._meta.model_name, field.name)
    for model in apps.get_models()
    for field in model._meta.get_fields()
    if isinstance(field, ForeignKey | ManyToManyField)
]


@pytest.mark.parametrize(("app", "model", "field"), RELATIONS)
def test_no_autocomplete_shows_a_stranger_the_bot(
    world: World, stranger: User, app: str, model: str, field: str
) -> None:
    query = {"app_label": app, "model_name": model, "field_name": field, "term": ""}
    response = logged_in(stranger).get(reverse("admin:autocomplete"), query)
    assert response.status_code in (200, 403, 404)
    assert MARK not in response.content.decode()


def test_a_strangers_numbers_do_not_count_the_bots_messages(
    world: World, agent: User, stranger: User
) -> None:
    assert counted(agent) == 1
    assert counted(stranger) == 0


def counted(user: User) -> int:
    return logged_in(user).get(reverse("admin:index")).context["steps"][0].count


def test_a_contacts_page_shows_a_stranger_neither_messages_nor_windows(world: World, stranger: User) -> None:
    open_window(world.bot, world.contact)
    response = logged_in(stranger).get(reverse("admin:messaging_contact_change", args=[world.contact.pk]))
    assert list(response.context["recent"]) == []
    assert response.context["windows"] == []


def test_a_stranger_cannot_send_from_the_bot_nor_with_its_template(world: World, stranger: User) -> None:
    client = logged_in(stranger)
    values = {"contact": str(world.contact.public_id), "template": world.template.pk, "do": "send"}
    values |= {"value-body.1": "a", "value-body.2": "b"}
    for bot in (world.bot, world.other_bot):
        response = client.post(reverse("admin:compose"), values | {"bot": bot.pk})
        assert response.status_code == 422
    assert Message.objects.count() == 1


def test_who_is_in_no_group_sees_nothing_even_of_their_own_bot(world: World) -> None:
    nobody = make_user("nadia")
    world.bot.members.add(nobody)
    client = logged_in(nobody)
    for route in ROUTES:
        assert MARK not in client.get(address(route, world), follow=True).content.decode(), route


def test_an_agent_who_is_no_longer_active_is_out_at_once(world: World, agent: User) -> None:
    client = logged_in(agent)
    User.objects.filter(pk=agent.pk).update(is_active=False)
    response = client.get(reverse("admin:messaging_message_changelist"))
    assert response.status_code == 302


def test_a_file_is_its_owners_alone(world: World, agent: User) -> None:
    """Whoever else may export: they ask for one of their own, which holds what they may see."""
    address = reverse("admin:export_download", args=[world.export.public_id])
    for group in ("Supervisors", "Admins", "Auditors"):
        assert logged_in(make_user(group, group)).get(address).status_code == 404
    assert logged_in(agent).get(address).status_code == 403


@EVERY_ROUTE
def test_a_get_changes_nothing(world: World, route: str) -> None:
    client = logged_in(make_user("alba", "Admins"))
    before = everything()
    query = {name: str(value) for name, value in (forced(world) | {"decision": "send_again"}).items()}
    client.get(address(route, world), query | {"message": str(world.message.public_id), "confirmed": "yes"})
    assert everything() == before


@EVERY_ROUTE
def test_a_post_from_another_site_is_refused(world: World, route: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("alba", "Admins"))
    before = everything()
    response = client.post(address(route, world), forced(world))
    assert response.status_code in (403, 404, 405)
    assert everything() == before


# -- Auditors ------------------------------------------------------------------------------------


@EVERY_ROUTE
def test_an_auditor_changes_nothing(world: World, route: str) -> None:
    auditor = make_user("auditor", "Auditors")
    client = logged_in(auditor)
    before = everything()
    data = forced(world) | {"bot": world.bot.pk, "value-body.1": "a", "value-body.2": "b"}
    client.post(address(route, world), data)
    assert everything() == before


def everything() -> str:
    """Every row of ours and of people, except what a login itself writes, and bookmarks of one's own."""
    ours = [model for model in apps.get_models() if model._meta.app_label in ("messaging", "templates_app")]
    models = [model for model in ours if model._meta.model_name not in ("account", "savedview")] + [User]
    return serializers.serialize(
        "json", [row for model in models for row in model._default_manager.order_by("pk")]
    )


# -- Nobody --------------------------------------------------------------------------------------

OPEN_TO_ALL = {"admin/login/", "admin/logout/"}


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN_TO_ALL])
def test_who_is_not_logged_in_is_asked_to(world: World, client: Client, route: str) -> None:
    path = address(route, world)
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/?next=/admin/")


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN_TO_ALL])
def test_a_page_whose_session_ended_goes_to_the_login_as_a_whole(
    world: World, client: Client, route: str
) -> None:
    response = client.get(address(route, world), headers={"HX-Request": "true"})
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("/admin/login/")
