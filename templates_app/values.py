"""Values by their type, written as the language of the template writes them.

A number with one separator and three digits behind it is read as that language reads it: `1.500` is fifteen
hundred in Spanish and one and a half in English.
"""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from urllib.parse import quote

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_group_symbol, list_currencies
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from templates_app.components import Missing, ValueType

TYPES: Mapping[ValueType, str | Promise] = {
    "text": gettext_lazy("Text"),
    "number": gettext_lazy("Number"),
    "money": gettext_lazy("Money"),
    "date": gettext_lazy("Date"),
    "link": gettext_lazy("Part of a link"),
    "code": gettext_lazy("Code"),
}
POLICIES: Mapping[Missing, str | Promise] = {
    "fallback": gettext_lazy("Use the fallback"),
    "block": gettext_lazy("Ask for it"),
    "skip": gettext_lazy("Leave that person out"),
}
DEFAULT_LANGUAGE = "en"
MOST_DIGITS = 30

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,' ]*")
_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_CODE = re.compile(r"[A-Za-z0-9-]+")


class Unreadable(ValueError):
    """The text is no value of its type; the message says what would be one."""


def formatted(value: str | int | float, type: ValueType, language: str, currency: str = "") -> str:
    """`value` as the recipient reads it. Raises Unreadable."""
    locale = _locale(language)
    text = str(value).strip()
    match type:
        case "number":
            return _plain(format_decimal(_number(value, locale), locale=locale))
        case "money":
            return _plain(format_currency(_number(value, locale), currency or "USD", locale=locale))
        case "date":
            return _date(text, locale)
        case "link":
            return quote(re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", text), safe="%:/?#[]@!$&'()*+,;=~")
        case "code":
            return _code(text)
    return text


def is_currency(code: str) -> bool:
    """Whether it is a currency's three letters, such as `USD`."""
    return code in list_currencies()


def _number(value: str | int | float, locale: Locale) -> Decimal:
    text = str(value).strip().replace("\u2212", "-").replace("\u00a0", " ")
    if not isinstance(value, str):
        return Decimal(text)
    if not _NUMBER.fullmatch(text) or len(text) > MOST_DIGITS:
        raise Unreadable(_("This is no number. Write one such as 1500 or 59.90."))
    return Decimal(_with_point(re.sub(r"[' ]", "", text), get_group_symbol(locale)))


def _with_point(text: str, group: str) -> str:
    """Digits with a point before the fraction and no other separator."""
    separators = re.findall(r"[.,]", text)
    last = separators[-1] if separators else ""
    fraction = text.rpartition(last)[2] if last else ""
    is_group = separators.count(last) > 1 or (len(separators) == 1 and len(fraction) == 3 and last == group)
    if not last or is_group:
        return re.sub(r"[.,]", "", text)
    whole = re.sub(r"[.,]", "", text.rpartition(last)[0])
    return f"{whole}.{fraction or '0'}"


def _date(text: str, locale: Locale) -> str:
    """A day, and its time if the text has one that is not midnight."""
    time = _moment(text, locale)
    day = format_date(time.date(), format="long", locale=locale)
    clock = format_time(time.time(), format="short", locale=locale)
    return _plain(f"{day}, {clock}" if time.time() != dt.time() else day)


def _moment(text: str, locale: Locale) -> dt.datetime:
    """ISO 8601, or day and month in the order of the language. The zone is the writer's."""
    try:
        if found := _DAY.fullmatch(text):
            first, second, year = (int(part) for part in found.groups())
            pattern = locale.date_formats["short"].pattern
            is_day_first = pattern.index("d") < pattern.index("M")
            day, month = (first, second) if is_day_first else (second, first)
            return dt.datetime(year, month, day)
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable(_("This is no date. Write one such as 2027-05-14.")) from None


def _code(text: str) -> str:
    """Codes are often typed in groups, and copied without."""
    joined = text.replace(" ", "")
    if not _CODE.fullmatch(joined):
        raise Unreadable(_("A code has letters, digits and - only. Write it without other signs."))
    return joined


def _plain(text: str) -> str:
    """With ordinary spaces: people search for what they see."""
    return re.sub("[\u00a0\u202f]", " ", text)


@cache
def _locale(language: str) -> Locale:
    """The template's language, or the nearest one that is known."""
    for code in (language, language.partition("_")[0], DEFAULT_LANGUAGE):
        try:
            return Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("English is always known.")
