"""The frame of every page: navigation, first page, languages, and what is refused at the door."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from messaging.models import Bot
from tests.factories import make_message, make_user
from tests.messaging.admin.conftest import logged_in

ALL = [
    *("Dashboard", "Compose", "Conversations", "Messages", "Contacts"),
    *("Templates", "Bots", "Accounts", "Webhooks", "Explanations", "Operations", "Users"),
]


def navigation(client: Client) -> list[str]:
    nav = client.get(reverse("admin:index")).context["nav"]
    return [str(item["label"]) for section in nav for item in section["items"]]


# -- Navigation ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "missing"),
    [
        ("Admins", set()),
        ("Supervisors", {"Accounts", "Users"}),
        ("Agents", {"Accounts", "Webhooks", "Explanations", "Operations", "Users"}),
        ("Auditors", {"Compose"}),
    ],
)
def test_everybody_sees_the_pages_they_may_open(db: None, group: str, missing: set[str]) -> None:
    assert navigation(logged_in(make_user(group=group))) == [label for label in ALL if label not in missing]


def test_every_line_of_the_navigation_leads_to_a_page(admin_person_client: Client, bot: Bot) -> None:
    nav = admin_person_client.get(reverse("admin:index")).context["nav"]
    for item in (item for section in nav for item in section["items"]):
        response = admin_person_client.get(item["url"])
        assert response.status_code == 200
        assert 'aria-current="page"' in response.content.decode()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("index", "Dashboard"),
        ("compose", "Compose"),
        ("messaging_message_changelist", "Messages"),
        ("messaging_contact_add", "Contacts"),
    ],
)
def test_the_page_one_is_on_is_marked_and_no_other(
    agent_client: Client, bot: Bot, name: str, label: str
) -> None:
    nav = agent_client.get(reverse(f"admin:{name}")).context["nav"]
    active = [str(item["label"]) for section in nav for item in section["items"] if item.get("active")]
    assert active == [label]


def test_the_root_leads_to_the_dashboard(agent_client: Client) -> None:
    response = agent_client.get("/", follow=True)
    assert response.redirect_chain == [("/admin/", 302)]


def test_who_is_in_no_group_still_gets_a_page(db: None) -> None:
    client = logged_in(make_user("nadia"))
    assert navigation(client) == ["Dashboard"]
    assert "Choose a page from the navigation." in client.get(reverse("admin:index")).content.decode()


# -- The dashboard -------------------------------------------------------------------------------


def test_it_works_before_there_is_anything_to_show(agent_client: Client) -> None:
    assert agent_client.get(reverse("admin:index")).status_code == 200


def test_it_says_when_no_worker_runs(agent_client: Client, bot: Bot) -> None:
    assert "No worker has ever been seen" in agent_client.get(reverse("admin:index")).content.decode()


# -- Every answer --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/admin/login/", "/nowhere/", "/admin/"])
def test_every_answer_forbids_foreign_scripts_and_frames(agent_client: Client, path: str) -> None:
    response = agent_client.get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"


def test_no_page_has_a_script_or_a_style_of_its_own(admin_person_client: Client, bot: Bot) -> None:
    make_message(bot)
    nav = admin_person_client.get(reverse("admin:index")).context["nav"]
    for item in (item for section in nav for item in section["items"]):
        content = admin_person_client.get(item["url"]).content.decode()
        assert not re.findall(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son\w+=", content)
        assert not re.findall(r'\sstyle="', content)


def test_pages_are_not_kept_by_the_browser_after_logging_out(agent_client: Client) -> None:
    assert "no-store" in agent_client.get(reverse("admin:messaging_message_changelist"))["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/admin/messaging/contact/?q=%00", "/admin/messaging/message/?status__exact=a%00"]
)
def test_an_address_with_a_nul_is_refused(agent_client: Client, path: str) -> None:
    assert agent_client.get(path).status_code == 400


@pytest.mark.parametrize("code", ["en", "es", "pt-br"])
def test_a_language_is_kept(agent_client: Client, code: str) -> None:
    agent_client.post(reverse("set_language"), {"language": code, "next": "/admin/"})
    assert f'<html lang="{code}"' in agent_client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("target", ["https://evil.example.com/", "//evil.example.com", "javascript:alert(1)"])
def test_changing_the_language_leads_nowhere_else(agent_client: Client, target: str) -> None:
    response = agent_client.post(reverse("set_language"), {"language": "es", "next": target})
    assert "evil" not in response["Location"] and "javascript" not in response["Location"]


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(client: Client, agent: User) -> None:
    def refusal(username: str) -> str:
        data = {"username": username, "password": "wrong"}
        response = client.post(reverse("admin:login"), data)
        return str(response.context["form"].non_field_errors())

    assert refusal("ana") == refusal("nobody-of-that-name")


def test_somebody_who_is_no_staff_is_not_let_in(client: Client, db: None) -> None:
    User.objects.create_user("customer", password="a-long-passphrase-1")
    client.post(reverse("admin:login"), {"username": "customer", "password": "a-long-passphrase-1"})
    assert client.get(reverse("admin:index")).status_code == 302
