"""Whom somebody means: by a number written in any way, a part of one, or the beginnings of a name."""

from django.db import connection
from django.db.models import Q, QuerySet

from messaging import phones, text_index
from messaging.models import Bot, Contact
from templates_app.scoping import User

# Whom a name or a part of a number may stand for; more people are no search.
MOST_PEOPLE = 100
# A part of a number that says something.
FEWEST_DIGITS = 4


def people(text: str, user: User) -> tuple[list[int], bool]:
    """The contacts whom a number written in any way, a part of it, or a name stands for; whether all.

    A whole number is looked up in all its forms. Of a name the beginning of each word is enough.
    """
    if exact := _with_number(text, user):
        return exact, True
    found: QuerySet = Contact.objects.none()
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) >= FEWEST_DIGITS and _is_number(text):
        found = Contact.objects.filter(_with_part(digits)).order_by()
    elif condition := text_index.condition(text_index.CONTACTS, text, connection.vendor, prefixes=True):
        found = text_index.matching(Contact.objects.order_by(), text_index.CONTACTS, condition)
    keys = list(found.values_list("pk", flat=True)[: MOST_PEOPLE + 1])
    return keys[:MOST_PEOPLE], len(keys) <= MOST_PEOPLE


def _with_part(digits: str) -> Q:
    """As typed, and without the zero that is dialled inside a country only."""
    found = Q(wa_id__contains=digits)
    shorter = digits.lstrip("0")
    return found | Q(wa_id__contains=shorter) if len(shorter) >= FEWEST_DIGITS else found


def _is_number(text: str) -> bool:
    return not any(char.isalpha() for char in text)


def _with_number(text: str, user: User) -> list[int]:
    if not _is_number(text) or sum(map(str.isdecimal, text)) < 6:
        return []
    countries = {"", *Bot.objects.for_user(user).values_list("country", flat=True)}
    forms: set[str] = set()
    for country in countries:
        try:
            forms |= phones.variants(phones.normalise(text, country))
        except phones.InvalidPhone:
            continue
    return list(Contact.objects.filter(wa_id__in=forms).values_list("pk", flat=True))
