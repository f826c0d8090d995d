from collections.abc import Iterator
from typing import Literal

from django.utils.translation import gettext as _

from messaging import phones
from templates_app.bubbles import Bubble, Person
from templates_app.problems import Problem

from .base import Content
from .checks import check_count, check_needed, check_optional
from .parts import Part

NAME_LIMIT = 200
MOST_CARDS = 257
# Meta's own schema takes no more, while its page speaks of 257.
SAFE_CARDS = 5
MOST_LINES = 20


class CardPhone(Part):
    number: str = ""
    type: str = ""

    @property
    def wa_id(self) -> str:
        """Digits with country code. Raises phones.InvalidPhone."""
        return phones.normalise(self.number, "")


class CardEmail(Part):
    email: str = ""
    type: str = ""


class CardAddress(Part):
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: str = ""
    country_code: str = ""
    type: str = ""

    @property
    def line(self) -> str:
        parts = (self.street, self.city, self.state, self.zip, self.country)
        return ", ".join(part.strip() for part in parts if part.strip())


class ContactCard(Part):
    """Of a name's two parts at least the whole must be there; a number has + and the country code."""

    name: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[CardEmail, ...] = ()
    addresses: tuple[CardAddress, ...] = ()

    @property
    def formatted_name(self) -> str:
        return self.name.strip() or f"{self.first_name.strip()} {self.last_name.strip()}".strip()

    def problems(self, field: str) -> Iterator[Problem]:
        yield from check_needed(f"{field}.name", _("The name"), self.formatted_name, NAME_LIMIT)
        for part in ("first_name", "last_name", "company"):
            yield from check_optional(f"{field}.{part}", _("The name"), getattr(self, part), NAME_LIMIT)
        for part in ("phones", "emails", "addresses"):
            yield from check_count(f"{field}.{part}", getattr(self, part), 0, MOST_LINES)
        for index, phone in enumerate(self.phones):
            yield from _check_phone(f"{field}.phones.{index}.number", phone)
        for index, email in enumerate(self.emails):
            yield from _check_email(f"{field}.emails.{index}.email", email.email)

    def drawn(self) -> Person:
        lines = [phone.number for phone in self.phones] + [email.email for email in self.emails]
        lines += [address.line for address in self.addresses]
        return Person(self.formatted_name, tuple(filter(None, (self.company.strip(), *lines))))


class ContactsContent(Content):
    """Contact cards that the recipient can save.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/contacts-messages
    """

    kind: Literal["contacts"] = "contacts"
    contacts: tuple[ContactCard, ...] = ()

    def problems(self) -> list[Problem]:
        problems = check_count("contacts", self.contacts, 1, MOST_CARDS)
        if SAFE_CARDS < len(self.contacts) <= MOST_CARDS:
            sentence = _("More than %(limit)d contacts in one message may be refused. Send fewer to be sure.")
            problems.append(Problem("contacts", sentence % {"limit": SAFE_CARDS}, hard=False))
        for index, card in enumerate(self.contacts):
            problems += card.problems(f"contacts.{index}")
        return problems + self.delivery.problems()

    def bubble(self) -> Bubble:
        return Bubble(people=tuple(card.drawn() for card in self.contacts))


def _check_phone(field: str, phone: CardPhone) -> list[Problem]:
    try:
        phone.wa_id  # noqa: B018 - the property says whether it is one
    except phones.InvalidPhone:
        sentence = _("This is no number with + and country code, such as +593 99 123 4567. Mend it.")
        return [Problem(field, sentence)]
    return []


def _check_email(field: str, email: str) -> list[Problem]:
    name, at, host = email.strip().rpartition("@")
    if at and name and "." in host and " " not in email.strip():
        return check_optional(field, _("The address"), email, NAME_LIMIT)
    return [Problem(field, _("This is no e-mail address. Write one such as ana@example.com."))]
