"""Rules for single strings. Each answers the key of a sentence in `shapes.SENTENCES`, or None."""

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import SplitResult, urlsplit

PHONE = re.compile(r"[1-9][0-9]{6,14}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
BROKEN_LINE = re.compile(r"[\r\n\t]| {5,}")
MARKDOWN = re.compile(r"[*_~`]")
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3]")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def phone(value: str) -> str | None:
    """Digits with country code, no +, no leading zero.

    https://docs.jelou.ai/en/api/campanas/envio-individual
    """
    return None if PHONE.fullmatch(value) else "phone"


def e164(value: str) -> str | None:
    """https://docs.jelou.ai/en/api/envia-mensajes/contacto"""
    return None if E164.fullmatch(value) else "e164"


def one_line(value: str) -> str | None:
    """Meta's 132018: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"""
    return "one_line" if BROKEN_LINE.search(value) else None


def plain(value: str) -> str | None:
    """https://docs.jelou.ai/api/envia-mensajes/respuestas-rapidas"""
    return "plain" if EMOJI.search(value) or MARKDOWN.search(value) else None


def public(value: str) -> str | None:
    """Public https; plain http only for this machine, where the demo's files are.

    https://docs.jelou.ai/api/envia-mensajes/imagen
    """
    address = split(value)
    if address is None or not address.hostname or address.username or " " in value:
        return "address"
    safe = address.scheme == "https" or (address.scheme == "http" and address.hostname in LOOPBACK)
    return None if safe else "address"


def web(value: str) -> str | None:
    """The address of a button: https is only advised there.

    https://docs.jelou.ai/en/api/envia-mensajes/boton-url
    """
    address = split(value)
    good = address is not None and address.scheme in ("http", "https") and address.hostname
    return None if good and " " not in value else "address"


def millis(value: str) -> str | None:
    return None if re.fullmatch(r"[0-9]{13}", value) else "millis"


def day(value: str) -> str | None:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return "date"
    return None


def between(least: int, most: int) -> Callable[[str], str | None]:
    """A rule for whole numbers in an address, which are strings there."""

    def rule(value: str) -> str | None:
        if not re.fullmatch(r"[0-9]{1,9}", value):
            return "whole"
        return None if least <= int(value) <= most else "range"

    return rule


def split(value: str) -> SplitResult | None:
    try:
        return urlsplit(value)
    except ValueError:
        return None
