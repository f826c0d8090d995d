"""The form of an account: credentials go in, are tried, and never come out."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from messaging.models import Account, Health
from tests.factories import CREDENTIALS, make_account, make_bot
from tests.simulating import Simulator

NEW = {"client_id": "new-client", "client_secret": "new-secret"}


def path(account: Account) -> str:
    return reverse("admin:messaging_account_change", args=[account.pk])


def save(client: Client, account: Account, **changes: Any) -> Any:
    form = {"name": account.name, "kind": "jelou", "base_url": "", "client_id": "", "client_secret": ""}
    return client.post(path(account), form | changes)


def errors(response: Any) -> str:
    return " ".join(str(error) for errors in response.context["errors"] for error in errors)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.fixture
def account(db: None) -> Account:
    """Its address is one that refuses connections; see `make_account`."""
    return make_account(name="Jelou")


@pytest.fixture
def live_account(simulator: Simulator, settings: Any) -> Account:
    # Only the demo may be told the address of a simulator.
    settings.DEMO = True
    return make_account(name="Jelou", base_url=simulator.url)


# -- What comes out ------------------------------------------------------------------------------


def test_the_secret_is_never_rendered(admin_person_client: Client, account: Account) -> None:
    account.spare_credentials = NEW
    account.save()
    page = admin_person_client.get(path(account)).content.decode()
    refused = save(admin_person_client, account, name="", client_secret="typed-secret").content.decode()
    history = admin_person_client.get(reverse("admin:messaging_account_history", args=[account.pk]))
    for text in (page, refused, history.content.decode()):
        assert CREDENTIALS["client_secret"] not in text
        assert NEW["client_secret"] not in text
        assert "typed-secret" not in text


def test_lists_and_bots_do_not_show_it_either(admin_person_client: Client, account: Account) -> None:
    bot = make_bot(account=account)
    for address in (
        reverse("admin:messaging_account_changelist"),
        reverse("admin:messaging_bot_change", args=[bot.pk]),
        reverse("admin:messaging_account_delete", args=[make_account().pk]),
    ):
        assert CREDENTIALS["client_secret"] not in admin_person_client.get(address).content.decode()


# -- What goes in --------------------------------------------------------------------------------


def test_an_empty_secret_keeps_the_stored_one(admin_person_client: Client, account: Account) -> None:
    assert save(admin_person_client, account, name="Another name").status_code == 302
    account.refresh_from_db()
    assert (account.name, account.credentials) == ("Another name", CREDENTIALS)


def test_new_credentials_take_the_place_of_the_old(admin_person_client: Client, account: Account) -> None:
    save(admin_person_client, account, **NEW)
    account.refresh_from_db()
    assert account.credentials == NEW
    assert account.spare_credentials is None


def test_a_rotation_keeps_both(admin_person_client: Client, account: Account) -> None:
    save(admin_person_client, account, **NEW, keep_previous="on")
    save(admin_person_client, account, keep_previous="on")
    account.refresh_from_db()
    assert account.credentials == NEW
    assert account.spare_credentials == CREDENTIALS


def test_a_rotation_ends_when_the_previous_ones_are_no_longer_kept(
    admin_person_client: Client, account: Account
) -> None:
    save(admin_person_client, account, **NEW, keep_previous="on")
    save(admin_person_client, account)
    account.refresh_from_db()
    assert account.spare_credentials is None


def test_a_new_account_needs_credentials(admin_person_client: Client) -> None:
    form = {"name": "New", "kind": "jelou", "base_url": "", "client_id": "", "client_secret": ""}
    response = admin_person_client.post(reverse("admin:messaging_account_add"), form)
    assert "The provider needs this." in errors(response)
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "http://127.0.0.1:8001",
        "http://localhost",
        "HTTP://api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
    ],
)
def test_credentials_travel_encrypted_only(admin_person_client: Client, account: Account, url: str) -> None:
    response = save(admin_person_client, account, base_url=url)
    assert response.status_code == 200
    assert errors(response)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "http://[::1].a.com",
    ],
)
def test_the_demo_trusts_this_machine_and_nobody_who_is_called_like_it(
    admin_person_client: Client, account: Account, settings: Any, url: str
) -> None:
    settings.DEMO = True
    assert save(admin_person_client, account, base_url=url).status_code == 200


def test_stored_credentials_never_go_to_another_host(admin_person_client: Client, account: Account) -> None:
    response = save(admin_person_client, account, base_url="https://api.example.com", keep_previous="on")
    assert "Write the credentials again." in errors(response)
    account.refresh_from_db()
    assert (account.base_url, account.credentials) == ("http://127.0.0.1:9", CREDENTIALS)


def test_who_moves_an_account_moves_none_of_its_old_credentials(
    admin_person_client: Client, account: Account
) -> None:
    save(admin_person_client, account, base_url="https://api.example.com", keep_previous="on", **NEW)
    account.refresh_from_db()
    assert (account.credentials, account.spare_credentials) == (NEW, None)


@pytest.mark.parametrize(
    "host",
    [
        *(
            "10.0.0.1",
            "169.254.169.254",
            "[::1]",
            "[::ffff:10.0.0.1]",
            "[::7f00:1]",
            "2130706433",
            "0177.0.0.1",
        ),
        *("127.1", "0x7f.1", "localhost", "168.63.129.16"),
    ],
)
def test_an_account_never_leads_into_our_own_network(
    admin_person_client: Client, account: Account, host: str
) -> None:
    assert errors(save(admin_person_client, account, base_url=f"https://{host}:8443", **NEW))
    account.refresh_from_db()
    assert account.base_url == "http://127.0.0.1:9"


# -- Trying --------------------------------------------------------------------------------------


def test_good_credentials_are_confirmed_on_save(admin_person_client: Client, live_account: Account) -> None:
    response = save(admin_person_client, live_account, base_url=live_account.base_url)
    live_account.refresh_from_db()
    assert live_account.health == Health.OK
    assert "accepts the credentials" in said(response)


def test_wrong_credentials_are_told_on_save(admin_person_client: Client, live_account: Account) -> None:
    response = save(admin_person_client, live_account, base_url=live_account.base_url, **NEW)
    live_account.refresh_from_db()
    assert live_account.health == Health.FAILED
    assert "refuses the credentials, so nothing is sent" in said(response)
    assert NEW["client_secret"] not in said(response)


def test_a_provider_that_does_not_answer_proves_nothing(
    admin_person_client: Client, account: Account
) -> None:
    Account.objects.update(health=Health.OK)
    # A port of this machine that nobody listens on, and an encrypted address as the form demands.
    response = save(admin_person_client, account, base_url="https://127.0.0.1:9")
    account.refresh_from_db()
    assert account.health == Health.UNCHECKED
    assert "could not be tried" in said(response)


def test_an_account_with_bots_cannot_be_deleted(admin_person_client: Client, account: Account) -> None:
    make_bot(account=account)
    address = reverse("admin:messaging_account_delete", args=[account.pk])
    assert admin_person_client.post(address, {"post": "yes"}).status_code == 403
    admin_person_client.post(
        reverse("admin:messaging_account_changelist"),
        {"action": "delete_selected", "_selected_action": account.pk, "post": "yes"},
    )
    assert Account.objects.filter(pk=account.pk).exists()


# -- Several recipients in one call --------------------------------------------------------------


@pytest.mark.parametrize(("typed", "kept"), [("", 1), ("1", 1), ("25", 25), ("100", 100)])
def test_how_many_share_a_call_is_kept(
    admin_person_client: Client, account: Account, typed: str, kept: int
) -> None:
    save(admin_person_client, account, coalesce=typed, base_url=account.base_url.replace("http:", "https:"))
    account.refresh_from_db()
    assert account.options["coalesce"] == kept


@pytest.mark.parametrize("typed", ["0", "101", "many"])
def test_a_call_for_nobody_or_for_too_many_is_refused(
    admin_person_client: Client, account: Account, typed: str
) -> None:
    response = save(admin_person_client, account, coalesce=typed)
    assert "number" in errors(response)


# -- What the provider asks for ------------------------------------------------------------------


def test_options_are_those_of_the_provider(admin_person_client: Client, account: Account) -> None:
    save(admin_person_client, account, nested_lists="on", base_url="https://api.example.com", **NEW)
    account.refresh_from_db()
    assert account.options == {
        "dynamic_url_parameter": False,
        "nested_lists": True,
        "legacy_messages": False,
        "coalesce": 1,
    }


def test_choosing_another_kind_loads_what_that_one_asks_for(
    admin_person_client: Client, account: Account
) -> None:
    page = admin_person_client.get(path(account)).content.decode()
    assert 'hx-get="."' in page and 'id="provider-fields"' in page
    assert CREDENTIALS["client_id"] in page


def test_a_kind_that_is_no_providers_is_refused(admin_person_client: Client, account: Account) -> None:
    response = save(admin_person_client, account, kind="carrier-pigeon")
    assert response.status_code == 200
    assert errors(response)
    assert admin_person_client.get(path(account), {"kind": "carrier-pigeon"}).status_code == 200
