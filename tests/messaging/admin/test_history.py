"""Doors of history: filters above the list, saved views, files."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging import exporting
from messaging.models import Bot, Export, SavedView
from messaging.statuses import Status
from tests.factories import make_bot, make_contact, make_message, make_template, make_user
from tests.messaging.admin.conftest import logged_in

LIST = "/admin/messaging/message/"


@pytest.fixture
def supervisor(db: None) -> User:
    return make_user("susana", "Supervisors")


# -- Filters -------------------------------------------------------------------------------------


def test_a_filter_that_holds_is_said_and_may_be_taken_away(bot: Bot, agent_client: Client) -> None:
    make_template(bot)
    response = agent_client.get(LIST, {"template": "aviso_pedido", "status__exact": "read"})
    assert [chip.value for chip in response.context["cl"].tools["chips"]] == ["aviso_pedido"]
    assert 'href="?status__exact=read"' in response.content.decode()


def test_an_address_is_short_whatever_the_form_sent(bot: Bot, agent_client: Client) -> None:
    response = agent_client.get(LIST, {"person": "", "kind": "text", "from": "", "q": ""})
    assert response["Location"] == "?kind=text"


def test_what_was_typed_wrong_is_said_and_stays_in_its_field(bot: Bot, agent_client: Client) -> None:
    make_message(bot, text="secreto")
    page = agent_client.get(LIST, {"from": "soon", "person": "ana"}).content.decode()
    assert "From: “soon” is not a date or time. Write it as 2026-11-20" in page
    assert 'value="soon"' in page and 'value="ana"' in page
    assert "secreto" not in page


def test_a_form_offers_nothing_of_other_bots(bot: Bot, agent_client: Client) -> None:
    other = make_bot(name="Ventas", provider_id="other")
    make_template(other, element_name="oferta_ajena")
    make_user("ajena", "Agents").bots.add(other)
    page = agent_client.get(LIST).content.decode()
    assert "oferta_ajena" not in page and "ajena" not in page and "Ventas" not in page


# -- Views ---------------------------------------------------------------------------------------


def save(client: Client, name: str, query: str = "status__exact=read", **more: str) -> None:
    address = reverse("admin:saved_view_save")
    response = client.post(address, {"name": name, "query": query, **more}, follow=True)
    assert response.status_code == 200


def test_what_is_shown_is_saved_without_the_page_one_is_on(agent: User, agent_client: Client) -> None:
    save(agent_client, "  Read   today ", "q=hola&before=7&status__exact=read&_popup=1")
    view = SavedView.objects.get(owner=agent)
    assert (view.name, view.query, view.is_shared) == ("Read today", "q=hola&status__exact=read", False)


def test_saving_a_name_again_changes_that_view(agent: User, agent_client: Client) -> None:
    save(agent_client, "Mine")
    save(agent_client, "Mine", "kind=text")
    assert [view.query for view in SavedView.objects.filter(owner=agent)] == ["kind=text"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "\0"])
def test_a_view_has_a_name_of_a_length(agent_client: Client, name: str) -> None:
    save(agent_client, name)
    assert not SavedView.objects.exists()


def test_an_agent_shares_nothing_with_everybody(agent: User, agent_client: Client) -> None:
    save(agent_client, "Mine", is_shared="1")
    assert not SavedView.objects.get(owner=agent).is_shared


def test_a_shared_view_shows_each_their_own_messages(
    bot: Bot, agent: User, agent_client: Client, supervisor: User
) -> None:
    other = make_bot(name="Ventas", provider_id="other")
    for one in (bot, other):
        make_message(one, make_contact(), status=Status.READ)
    save(logged_in(supervisor), "All read", is_shared="1")
    response = agent_client.get(LIST)
    assert "All read" in response.content.decode()
    query = SavedView.objects.get().query
    pages = [logged_in(user).get(f"{LIST}?{query}") for user in (agent, supervisor)]
    assert [len(page.context["cl"].result_list) for page in pages] == [1, 2]


def test_only_its_owner_renames_a_view(agent: User, agent_client: Client, supervisor: User) -> None:
    view = SavedView.objects.create(owner=agent, name="Mine", is_shared=True)
    address = reverse("admin:saved_view_rename", args=[view.pk])
    assert logged_in(supervisor).post(address, {"name": "Theirs"}).status_code == 404
    agent_client.post(address, {"name": "Better"})
    view.refresh_from_db()
    assert view.name == "Better"


def test_a_name_that_is_taken_is_refused(agent: User, agent_client: Client) -> None:
    view = SavedView.objects.create(owner=agent, name="One")
    SavedView.objects.create(owner=agent, name="Two")
    address = reverse("admin:saved_view_rename", args=[view.pk])
    page = agent_client.post(address, {"name": "Two"}, follow=True).content.decode()
    assert "Name: you have a view called “Two”" in page


def test_who_looks_after_shared_views_may_delete_them_and_no_others(
    agent: User, agent_client: Client, supervisor: User
) -> None:
    shared = SavedView.objects.create(owner=agent, name="Shared", is_shared=True)
    private = SavedView.objects.create(owner=agent, name="Private")
    foreign = SavedView.objects.create(owner=supervisor, name="Foreign", is_shared=True)
    client = logged_in(supervisor)
    addresses = [reverse("admin:saved_view_delete", args=[view.pk]) for view in (shared, private)]
    answers = [client.post(address).status_code for address in addresses]
    assert answers == [302, 404]
    assert agent_client.post(reverse("admin:saved_view_delete", args=[foreign.pk])).status_code == 403


# -- Files ---------------------------------------------------------------------------------------


def written(client: Client, query: str = "") -> Export:
    client.post(reverse("admin:export_start"), {"query": query, "format": "csv"})
    done = exporting.run(Export.objects.latest("pk").pk)
    assert done is not None
    return done


def test_a_file_holds_what_the_address_says_and_is_told_apart(bot: Bot, supervisor: User) -> None:
    make_message(bot, text="no")
    make_message(bot, text="wanted", status=Status.READ)
    client = logged_in(supervisor)
    done = written(client, "status__exact=read")
    response = client.get(reverse("admin:export_download", args=[done.public_id]))
    body = response.getvalue().decode()
    assert "wanted" in body and ",no," not in body
    assert "no-store" in response["Cache-Control"]
    assert "attachment" in response["Content-Disposition"]


def test_a_file_is_its_owners_alone(bot: Bot, supervisor: User) -> None:
    done = written(logged_in(supervisor))
    address = reverse("admin:export_download", args=[done.public_id])
    assert logged_in(make_user("otra", "Admins")).get(address).status_code == 404


def test_a_file_cannot_be_had_after_a_day_or_without_the_permission(bot: Bot, supervisor: User) -> None:
    done = written(logged_in(supervisor))
    address = reverse("admin:export_download", args=[done.public_id])
    Export.objects.update(created_at=timezone.now() - dt.timedelta(hours=25))
    assert logged_in(supervisor).get(address).status_code == 404
    supervisor.groups.clear()
    assert logged_in(supervisor).get(address).status_code == 403


def test_a_page_stops_asking_when_every_file_is_written(bot: Bot, supervisor: User) -> None:
    client = logged_in(supervisor)
    client.post(reverse("admin:export_start"), {"format": "xlsx"})
    assert b"hx-trigger" in client.get(reverse("admin:exports_news")).content
    exporting.run(Export.objects.get().pk)
    assert b"hx-trigger" not in client.get(reverse("admin:exports_news")).content


def test_an_agent_has_no_button_and_no_door(bot: Bot, agent_client: Client) -> None:
    assert "export-sheet" not in agent_client.get(LIST).content.decode()
    assert agent_client.post(reverse("admin:export_start"), {"format": "csv"}).status_code == 403


def test_a_format_that_is_none_is_not_there(bot: Bot, supervisor: User) -> None:
    response = logged_in(supervisor).post(reverse("admin:export_start"), {"format": "exe"})
    assert response.status_code == 404
