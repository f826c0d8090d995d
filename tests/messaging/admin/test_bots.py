"""The form of a bot, and the buttons that talk to its provider."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from messaging.models import Bot
from tests.factories import make_account, make_bot, make_message, make_user
from tests.messaging.admin.conftest import logged_in
from tests.simulating import CHANNEL, WORKSPACE, Simulator


def save(client: Client, bot: Bot, **changes: Any) -> Any:
    form = {
        "name": bot.name,
        "account": bot.account.pk,
        "provider_id": bot.provider_id,
        "country": "EC",
        "time_zone": "America/Guayaquil",
        "is_on": "on",
        "rate": "5",
    }
    return client.post(reverse("admin:messaging_bot_change", args=[bot.pk]), form | changes)


def press(client: Client, bot: Bot, button: str) -> Any:
    return client.post(reverse(f"admin:messaging_bot_{button}", args=[bot.pk]))


def said(response: Any) -> str:
    return str(list(get_messages(response.wsgi_request))[-1])


# -- The form ------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["demo-soporte", "ws_1/ch_1", WORKSPACE])
def test_an_id_has_the_form_that_the_provider_gives_it(
    admin_person_client: Client, bot: Bot, wrong: str
) -> None:
    account = make_account(kind="bird", credentials={"access_key": "k"})
    response = save(admin_person_client, bot, account=account.pk, provider_id=wrong)
    assert "36 signs" in str(response.context["adminform"].errors["provider_id"])
    right = f"{WORKSPACE}/{CHANNEL}"
    assert save(admin_person_client, bot, account=account.pk, provider_id=right).status_code == 302


def test_a_bot_is_saved_and_a_worker_looks_at_its_queue(
    admin_person_client: Client, bot: Bot, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert save(admin_person_client, bot, name="Ventas", country="mx").status_code == 302
    bot.refresh_from_db()
    assert (bot.name, bot.country) == ("Ventas", "MX")
    assert OrmQ.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "XX"),
        ("country", "Ecuador"),
        ("country", ""),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("rate", "0"),
        ("rate", "-1"),
        ("rate", "nan"),
        ("rate", "inf"),
        ("rate", "fast"),
        ("name", ""),
        ("provider_id", ""),
        ("account", "999"),
        ("members", "999"),
    ],
)
def test_a_bot_that_cannot_work_is_refused(
    admin_person_client: Client, bot: Bot, field: str, value: str
) -> None:
    response = save(admin_person_client, bot, **{field: value})
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors


def test_two_bots_of_an_account_cannot_be_the_same(admin_person_client: Client, bot: Bot) -> None:
    twin = make_bot(account=bot.account, provider_id="another")
    response = save(admin_person_client, twin, provider_id=bot.provider_id)
    assert response.status_code == 200
    assert response.context["adminform"].form.non_field_errors()


def test_the_secret_of_the_webhook_never_comes_out_and_stays(admin_person_client: Client, bot: Bot) -> None:
    save(admin_person_client, bot, signing_secret="whsec-1")
    save(admin_person_client, bot, signing_secret="")
    bot.refresh_from_db()
    page = admin_person_client.get(reverse("admin:messaging_bot_change", args=[bot.pk]))
    assert bot.webhook_secret == {"secret": "whsec-1"}
    assert "whsec-1" not in page.content.decode()


def test_who_may_only_look_does_not_see_the_address_of_the_webhook(bot: Bot) -> None:
    """Whoever knows it may report statuses."""
    address = reverse("admin:messaging_bot_change", args=[bot.pk])
    for group in ("Supervisors", "Auditors"):
        page = logged_in(make_user(group=group)).get(address).content.decode()
        assert bot.name in page
        assert bot.webhook_token not in page


def test_a_bot_that_has_sent_cannot_be_deleted(admin_person_client: Client, bot: Bot) -> None:
    make_message(bot)
    address = reverse("admin:messaging_bot_delete", args=[bot.pk])
    assert admin_person_client.post(address, {"post": "yes"}).status_code == 403


def test_the_list_deletes_no_bot_that_has_sent(admin_person_client: Client, bot: Bot) -> None:
    make_message(bot)
    data = {"action": "delete_selected", "_selected_action": bot.pk, "post": "yes"}
    admin_person_client.post(reverse("admin:messaging_bot_changelist"), data)
    assert Bot.objects.filter(pk=bot.pk).exists()


# -- Limits --------------------------------------------------------------------------------------


def test_the_limits_of_a_bot_are_saved(admin_person_client: Client, bot: Bot) -> None:
    save(admin_person_client, bot, daily_reach="250", pair_interval="6.5")
    bot.refresh_from_db()
    assert (bot.daily_reach, bot.pair_interval) == (250, 6.5)


def test_limits_that_are_left_empty_are_none(admin_person_client: Client, bot: Bot) -> None:
    Bot.objects.update(daily_reach=1, pair_interval=1)
    save(admin_person_client, bot, daily_reach="", pair_interval="")
    bot.refresh_from_db()
    assert (bot.daily_reach, bot.pair_interval) == (None, 0)


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("daily_reach", "0", "Write 1 or more"),
        ("daily_reach", "-5", "Write 1 or more"),
        ("daily_reach", "2.5", "whole number"),
        ("pair_interval", "-1", "Write 0 or more"),
        ("pair_interval", "90000", "at most"),
        ("pair_interval", "nan", "number"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_in_words(
    admin_person_client: Client, bot: Bot, field: str, value: str, problem: str
) -> None:
    response = save(admin_person_client, bot, **{field: value})
    assert problem in str(response.context["adminform"].form.errors[field])


def test_quiet_hours_are_not_offered_yet(admin_person_client: Client, bot: Bot) -> None:
    page = admin_person_client.get(reverse("admin:messaging_bot_change", args=[bot.pk]))
    assert "quiet_from" not in page.content.decode()


# -- Sending -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "buttons"), [("Admins", True), ("Supervisors", True), ("Auditors", False)])
def test_its_page_stops_and_starts_it_for_those_who_may(bot: Bot, group: str, buttons: bool) -> None:
    make_message(bot)
    address = reverse("admin:messaging_bot_change", args=[bot.pk])
    page = logged_in(make_user(group=group)).get(address).content.decode()
    assert (reverse("admin:bot_pause", args=[bot.pk]) in page) == buttons
    assert (reverse("admin:bot_stop", args=[bot.pk]) in page) == buttons
    assert "1 one to one · 0 of campaigns" in page


def test_its_page_says_who_paused_it_and_offers_to_resume(admin_person_client: Client, bot: Bot) -> None:
    Bot.objects.update(paused_reason="bot_paused", paused_by=make_user("olga"))
    address = reverse("admin:messaging_bot_change", args=[bot.pk])
    page = admin_person_client.get(address).content.decode()
    assert "olga paused the bot." in page
    assert reverse("admin:bot_resume", args=[bot.pk]) in page


# -- Buttons -------------------------------------------------------------------------------------


def test_syncing_tells_how_many_templates_came(
    admin_person_client: Client, live_bot: Bot, simulator: Simulator
) -> None:
    assert "3 templates: 3 new" in said(press(admin_person_client, live_bot, "sync"))
    assert live_bot.templates.count() == 3


def test_a_sync_that_fails_says_why_and_changes_nothing(admin_person_client: Client, bot: Bot) -> None:
    assert said(press(admin_person_client, bot, "sync"))
    bot.refresh_from_db()
    assert bot.sync_error
    assert not bot.templates.exists()


def test_the_connection_can_be_tried(admin_person_client: Client, live_bot: Bot) -> None:
    assert "knows this bot" in said(press(admin_person_client, live_bot, "check"))
    Bot.objects.update(provider_id="no-such-bot")
    assert "knows this bot" not in said(press(admin_person_client, live_bot, "check"))


def test_the_webhook_is_connected(admin_person_client: Client, live_bot: Bot, simulator: Simulator) -> None:
    assert "reports statuses" in said(press(admin_person_client, live_bot, "subscribe"))


@pytest.mark.parametrize("button", ["sync", "check", "subscribe"])
def test_looking_at_a_button_presses_nothing(admin_person_client: Client, bot: Bot, button: str) -> None:
    address = reverse(f"admin:messaging_bot_{button}", args=[bot.pk])
    assert admin_person_client.get(address).status_code == 404
    bot.refresh_from_db()
    assert not bot.sync_error


@pytest.mark.parametrize("button", ["sync", "check", "subscribe"])
@pytest.mark.parametrize("group", ["Agents", "Supervisors", "Auditors"])
def test_only_who_may_change_a_bot_presses_its_buttons(bot: Bot, group: str, button: str) -> None:
    member = make_user(group=group)
    bot.members.add(member)
    assert press(logged_in(member), bot, button).status_code == 404


def test_the_list_says_which_bots_stand_still(admin_person_client: Client, bot: Bot) -> None:
    address = reverse("admin:messaging_bot_changelist")
    assert "Stopped" not in admin_person_client.get(address).content.decode()
    Bot.objects.update(paused_reason="wrong_credentials", paused_until=timezone.now() + dt.timedelta(1))
    make_bot(account=make_account(), is_on=False)
    page = admin_person_client.get(address).content.decode()
    assert "Stopped" in page and "Off" in page
