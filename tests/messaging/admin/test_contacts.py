"""The form of a contact: numbers as people write them, and facts as lines."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import Bot, Contact
from tests.factories import make_bot, make_contact, make_message

HOSTILE = "<script>alert(1)</script>"

pytestmark = pytest.mark.usefixtures("bot")


def add(client: Client, number: str = "", **fields: Any) -> Any:
    return client.post(reverse("admin:messaging_contact_add"), {"number": number, **fields})


def change(client: Client, contact: Contact, number: str, **fields: Any) -> Any:
    address = reverse("admin:messaging_contact_change", args=[contact.pk])
    return client.post(address, {"number": number, **fields})


def error(response: Any, field: str = "number") -> str:
    return " ".join(response.context["adminform"].form.errors.get(field, []))


# -- Numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "593990000123",
        "+593 99 000 0123",
        "00593 99 000 0123",
        "099 000 0123",
        "+593 (99) 000-0123",
        "tel:+593990000123",
        "whatsapp:+593990000123",
        "+593.99.000.0123",
        "593990000123.0",
        "\u202a+593 99 000 0123\u202c",
        "+５９３９９０００0123",
        "  0990000123  ",
    ],
)
def test_however_a_number_is_written_it_is_stored_as_whatsapp_calls_it(
    agent_client: Client, written: str
) -> None:
    assert add(agent_client, written).status_code == 302
    contact = Contact.objects.get()
    assert contact.wa_id == "593990000123"
    assert contact.as_entered == written


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "required"),
        ("Lucía", "letters"),
        ("12", "too short"),
        ("+593 99 000 0123 4567", "too long"),
        ("5.93E+11", "spreadsheet"),
        ("0990000123 ext 4", "extension"),
        ("+593990000123 +593990000124", "more than one +"),
        ("+999 1234567", "country code"),
        ("9" * 61, "60"),
        (HOSTILE, "letters"),
    ],
)
def test_what_is_no_number_is_refused_in_words(agent_client: Client, written: str, sentence: str) -> None:
    response = add(agent_client, written, name="Lucía Vega")
    assert sentence in error(response)
    assert HOSTILE not in response.content.decode()
    assert "Lucía Vega" in response.content.decode()
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("593990000123", "099 000 0123"),
        ("5215550000123", "+52 55 5000 0123"),
        ("525550000123", "+52 1 55 5000 0123"),
        ("5491150000123", "+54 11 5000 0123"),
        ("551190000123", "+55 11 99000 0123"),
    ],
)
def test_somebody_who_is_there_in_another_form_is_not_added_again(
    agent_client: Client, stored: str, written: str
) -> None:
    make_contact(stored, name="Lucía Vega")
    response = add(agent_client, written)
    assert error(response) == "Lucía Vega has this number already."


def test_a_number_without_country_needs_one_if_the_bots_are_of_two(agent_client: Client, bot: Bot) -> None:
    make_bot(members=tuple(bot.members.all()), country="MX", provider_id="mx")
    assert "country code" in error(add(agent_client, "099 000 0123"))


def test_a_contact_keeps_its_number_when_only_the_name_changes(agent_client: Client) -> None:
    contact = make_contact("593990000123", as_entered="0990000123")
    assert change(agent_client, contact, contact.number, name="Lucía").status_code == 302
    contact.refresh_from_db()
    assert (contact.wa_id, contact.as_entered, contact.name) == ("593990000123", "0990000123", "Lucía")


def test_somebody_whom_whatsapp_gives_no_number_may_stay_without(agent_client: Client) -> None:
    contact = Contact.objects.create(user_id="EC.abc", name="?")
    assert change(agent_client, contact, "", name="Lucía").status_code == 302
    contact.refresh_from_db()
    assert (contact.wa_id, contact.name) == (None, "Lucía")


def test_a_number_is_explained_while_it_is_typed(agent_client: Client) -> None:
    def explained(number: str) -> str:
        return agent_client.get(
            reverse("admin:messaging_contact_number"), {"number": number}
        ).content.decode()

    assert "+593 99 000 0123" in explained("099 000 0123")
    assert "too short" in explained("12")
    assert explained("").strip() == ""
    assert HOSTILE not in explained(HOSTILE)


# -- Facts ---------------------------------------------------------------------------------------


def attributes(client: Client, text: str) -> Any:
    return add(client, "0990000123", attributes=text)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", {}),
        ("pedido: ORD-1\nciudad: Quito", {"pedido": "ORD-1", "ciudad": "Quito"}),
        ("hora: 10:30\r\n\r\n  web : https://example.com ", {"hora": "10:30", "web": "https://example.com"}),
        ("a: 1\na: 2", {"a": "2"}),
        ("🎉: مرحبا", {"🎉": "مرحبا"}),
    ],
)
def test_facts_are_lines(agent_client: Client, text: str, facts: dict[str, str]) -> None:
    assert attributes(agent_client, text).status_code == 302
    assert Contact.objects.get().attributes == facts


@pytest.mark.parametrize("text", ["pedido", "pedido:", ": ORD-1", "a: 1\npedido ORD-1"])
def test_a_line_that_is_no_fact_is_named(agent_client: Client, text: str) -> None:
    response = attributes(agent_client, text)
    assert f"Line {len(text.splitlines())} is not" in error(response, "attributes")
    assert text.splitlines()[-1] in response.content.decode()


def test_facts_come_back_as_the_lines_they_were(agent_client: Client) -> None:
    attributes(agent_client, "pedido: ORD-1\nciudad: Quito")
    address = reverse("admin:messaging_contact_change", args=[Contact.objects.get().pk])
    # PostgreSQL keeps them in an order of its own.
    [lines] = re.findall(r"attributes[^>]*>\s*([^<]*)</textarea>", agent_client.get(address).content.decode())
    assert set(lines.splitlines()) == {"pedido: ORD-1", "ciudad: Quito"}


@pytest.mark.parametrize("field", ["number", "name", "attributes", "language"])
def test_a_nul_in_a_field_is_refused(agent_client: Client, field: str) -> None:
    response = add(agent_client, **{"number": "0990000123", field: "a: \x00b"})
    assert response.status_code == 200
    assert error(response, field)


def test_a_tag_that_is_none_is_a_bad_request(agent_client: Client) -> None:
    assert add(agent_client, number="0990000123", tags="abc").status_code == 400


@pytest.mark.parametrize("name", ["messaging_contact_changelist", "compose_contacts", "conversations"])
def test_a_search_for_a_whole_book_finds_nobody(agent_client: Client, name: str) -> None:
    assert agent_client.get(reverse(f"admin:{name}"), {"q": "x" * 100_000}).status_code == 200


# -- History -------------------------------------------------------------------------------------


def test_somebody_we_wrote_to_stays(admin_person_client: Client, bot: Bot) -> None:
    contact = make_contact()
    make_message(bot, contact)
    address = reverse("admin:messaging_contact_delete", args=[contact.pk])
    assert admin_person_client.post(address, {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": contact.pk, "post": "yes"}
    admin_person_client.post(reverse("admin:messaging_contact_changelist"), data)
    assert Contact.objects.filter(pk=contact.pk).exists()


def test_somebody_we_never_wrote_to_can_be_deleted(admin_person_client: Client) -> None:
    contact = make_contact()
    admin_person_client.post(reverse("admin:messaging_contact_delete", args=[contact.pk]), {"post": "yes"})
    assert not Contact.objects.exists()


def test_names_stay_names(agent_client: Client) -> None:
    contact = make_contact(name=HOSTILE, attributes={HOSTILE: HOSTILE})
    contact.tags.create(name=HOSTILE)
    pages = agent_client.get(reverse("admin:messaging_contact_changelist")).content.decode()
    pages += agent_client.get(reverse("admin:messaging_contact_change", args=[contact.pk])).content.decode()
    assert HOSTILE not in pages


def test_contacts_are_found_by_number_in_any_form(agent_client: Client) -> None:
    make_contact("593990000123", name="Lucía Vega")
    make_contact("593990000999", name="Juan Lima")
    for term in ("lucía", "vega", "099 000 0123", "+593 99 000 0123"):
        response = agent_client.get(reverse("admin:messaging_contact_changelist"), {"q": term})
        assert [row.name for row in response.context["cl"].result_list] == ["Lucía Vega"], term
