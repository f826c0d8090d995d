"""Phone numbers: what people type, what WhatsApp calls them, and which written forms are one person.

A `wa_id` is digits with the country code and nothing else (`593991234567`), which is also how Jelou
wants a destination (https://docs.jelou.ai/en/api/campanas/envio-individual). The grammar of numbers is
libphonenumber's; a number it thinks impossible is refused, one it merely does not know is not.
"""

import re
import unicodedata

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

_E164 = re.compile(r"[1-9][0-9]{6,14}")
_SCHEME = re.compile(r"\A\s*(?:tel|whatsapp):", re.IGNORECASE)
# A spreadsheet keeps a number as 5491155500001.0, or as 5.49E+12, whose last digits are gone.
_FLOAT = re.compile(r"\A\+?[0-9]+\.0+\Z")
_SCIENTIFIC = re.compile(r"\A\+?[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+\Z", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[0-9)\s.,;](?:ext|extension|x|anexo|ramal|interno|int|#)[\s.:=#]*[0-9]+\s*\Z", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\n\r\t,;，；、،\u2028\u2029]+")
_BRACKETED = re.compile(r"[^<>]*<([^<>]*)>[^<>]*")
_OLD_MEXICAN = re.compile(r"521[0-9]{10}")
_SHOWN_AT_MOST = 40

_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_FLAWS_OF_PARSING = {
    NumberParseException.INVALID_COUNTRY_CODE: "no_country",
    NumberParseException.TOO_LONG: "too_long",
}
_FLAWS = {
    ValidationResult.INVALID_COUNTRY_CODE: "no_country",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.TOO_LONG: "too_long",
}

# Other written forms of one number; `canonical` names the form that comes first.
# Chats of each country: https://github.com/chatwoot/chatwoot/issues/14048 (Brazil),
# https://github.com/chatwoot/chatwoot/issues/11053 (Argentina), and
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers
_FORMS = (
    (re.compile(r"521?([0-9]{10})"), ("52{}", "521{}")),
    (re.compile(r"549?([0-9]{10})"), ("549{}", "54{}")),
    (re.compile(r"55([1-9][0-9])9?([6-9][0-9]{7})"), ("55{}9{}", "55{}{}")),
)

_SENTENCES = {
    "empty": gettext_noop("There is no number. Write one with its country code, such as +593 99 123 4567."),
    "letters": gettext_noop("“%(typed)s” has letters or signs that no number has. Write digits only."),
    "several": gettext_noop("“%(typed)s” has more than one +. Write one number per line."),
    "scientific": gettext_noop(
        "“%(typed)s” was shortened by a spreadsheet and its last digits are lost. "
        "Format that column as text and copy the number again."
    ),
    "extension": gettext_noop(
        "“%(typed)s” has an extension, and WhatsApp cannot reach one. Write the number without it."
    ),
    "no_country": gettext_noop(
        "“%(typed)s” has no country code that is known. Write the number with + and its country code."
    ),
    "ambiguous": gettext_noop(
        "“%(typed)s” may be %(local)s or %(international)s. Write yours with + and its country code."
    ),
    "too_short": gettext_noop("“%(typed)s” is too short for its country. Check for missing digits."),
    "too_long": gettext_noop("“%(typed)s” is too long for its country. Check for digits too many."),
    "impossible": gettext_noop("“%(typed)s” cannot be a number of its country. Check its digits."),
}


class InvalidPhone(ValueError):
    """What was typed is no number we can send to. `reason` is a key for machines, `message` for people."""

    def __init__(self, reason: str, typed: str, **facts: str) -> None:
        self.reason = reason
        self.typed = typed.strip()[:_SHOWN_AT_MOST]
        self.message = _(_SENTENCES[reason]) % {"typed": self.typed, **facts}
        super().__init__(self.message)


def normalise(text: str, country: str = "") -> str:
    """The `wa_id` of a number as people write it; raises InvalidPhone.

    `country` (two letters, usually the bot's) reads numbers written without a country code. With + or 00
    a number is international. Bare digits may be either. If one reading is a number in use and the other
    is not, it is that one; if both are, it is the mobile one, because people have WhatsApp on mobiles
    (`3213334444` is a mobile in Colombia before it is a landline in Belgium). What that does not settle is
    refused as ambiguous: a guess would write to a stranger.

    What comes out reads back as itself when no country is given, so digits that are a `wa_id` already
    need none. Mexico's old mobile 1 is dropped; nothing else is rewritten.
    """
    digits, is_international = _digits(text)
    region = country.upper() if is_country(country) else ""
    local, local_flaw = _read(digits, region) if region and not is_international else ("", "")
    abroad, abroad_flaw = _read(digits)
    if local and abroad and local != abroad:
        return _likelier(local, abroad, text)
    if local or abroad:
        return local or abroad
    # Bare digits that are too short for the country they seem to begin with lack their own.
    if not is_international and abroad_flaw == "too_short":
        abroad_flaw = "no_country"
    raise InvalidPhone(local_flaw or abroad_flaw, text)


def display(wa_id: str) -> str:
    """`+593 99 123 4567`, as people dial it; an id that is no phone number comes back as it was."""
    number = _parsed(wa_id)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else wa_id


def country_of(wa_id: str) -> str:
    """`EC`, or nothing when the digits do not tell one country."""
    number = _parsed(wa_id)
    if number is None:
        return ""
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    region = phonenumbers.region_code_for_number(number) or (regions[0] if len(regions) == 1 else "")
    return region if is_country(region) else ""


def is_country(code: str) -> bool:
    """Whether numbers without a country code can be read with these two letters."""
    return code.upper() in phonenumbers.SUPPORTED_REGIONS


def variants(wa_id: str) -> frozenset[str]:
    """Every written form of one person's number that WhatsApp or a provider may use, itself included."""
    for pattern, forms in _FORMS:
        if match := pattern.fullmatch(wa_id):
            return frozenset(form.format(*match.groups()) for form in forms)
    return frozenset({wa_id})


def canonical(wa_id: str) -> str:
    """One key for all `variants`: to compare by, never to send to."""
    for pattern, forms in _FORMS:
        if match := pattern.fullmatch(wa_id):
            return forms[0].format(*match.groups())
    return wa_id


def split_numbers(text: str) -> list[str]:
    """The entries of a pasted block, in its order: one per line, comma, semicolon or tab.

    Of `Ana Pérez <+593 99 123 4567>` only what is in the brackets counts.
    """
    entries = (_BRACKETED.sub(r"\1", entry).strip() for entry in _BETWEEN.split(text))
    return [entry for entry in entries if entry]


def _digits(text: str) -> tuple[str, bool]:
    """ASCII digits, and whether they begin with a country code for certain."""
    # Full-width signs become plain ones; invisible marks come along when a number is copied from a chat.
    plain = unicodedata.normalize("NFKC", text)
    shown = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    shown = _SCHEME.sub("", shown).strip().lstrip("'’")
    _refuse_shape(shown, text)
    if _FLOAT.fullmatch(shown):
        shown = shown.partition(".")[0]
    digits = "".join(str(unicodedata.decimal(char)) for char in shown if char.isdecimal())
    return digits.removeprefix("00"), "+" in shown or digits.startswith("00")


def _refuse_shape(shown: str, text: str) -> None:
    if not shown:
        raise InvalidPhone("empty", text)
    if _SCIENTIFIC.fullmatch(shown):
        raise InvalidPhone("scientific", text)
    if _EXTENSION.search(shown):
        raise InvalidPhone("extension", text)
    if shown.count("+") > 1:
        raise InvalidPhone("several", text)
    before_plus = shown.partition("+")[0] if "+" in shown else ""
    has_digits = any(char.isdecimal() for char in shown)
    if not has_digits or not all(map(_is_phone_sign, shown)) or any(map(str.isdecimal, before_plus)):
        raise InvalidPhone("letters", text)


def _is_phone_sign(char: str) -> bool:
    return char.isdecimal() or char in "+()./" or char.isspace() or unicodedata.category(char) == "Pd"


def _read(digits: str, region: str = "") -> tuple[str, str]:
    """The `wa_id` of digits in one reading, or why they have none: exactly one of the two is not empty."""
    try:
        number = phonenumbers.parse(digits if region else f"+{digits}", region or None)
    except NumberParseException as error:
        return "", _FLAWS_OF_PARSING.get(error.error_type, "too_short")
    wa_id = _dialled(phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+"))
    dialled = phonenumbers.parse(f"+{wa_id}")
    # A zero to dial first stays in a local number only where the rest is too short.
    if region and dialled.italian_leading_zero and not phonenumbers.is_valid_number(dialled):
        return "", "too_short"
    verdict = phonenumbers.is_possible_number_with_reason(dialled)
    if verdict != ValidationResult.IS_POSSIBLE:
        return "", _FLAWS.get(verdict, "impossible")
    return (wa_id, "") if _E164.fullmatch(wa_id) else ("", "impossible")


def _likelier(local: str, abroad: str, text: str) -> str:
    if _likelihood(local) == _likelihood(abroad):
        raise InvalidPhone("ambiguous", text, local=display(local), international=display(abroad))
    return max(local, abroad, key=_likelihood)


def _likelihood(wa_id: str) -> tuple[bool, bool]:
    number = phonenumbers.parse(f"+{wa_id}")
    return phonenumbers.is_valid_number(number), phonenumbers.number_type(number) in _MOBILE


def _dialled(wa_id: str) -> str:
    """Mexico dropped the 1 after its country code in 2019; old WhatsApp ids still have it."""
    return f"52{wa_id[3:]}" if _OLD_MEXICAN.fullmatch(wa_id) else wa_id


def _parsed(wa_id: str) -> PhoneNumber | None:
    if not _E164.fullmatch(wa_id):
        return None
    try:
        number = phonenumbers.parse(f"+{_dialled(wa_id)}")
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
