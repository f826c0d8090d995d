"""Checks that kinds of messages share. Each answers with the problems of one field, often none."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from templates_app.problems import (
    BREAKS,
    EMOJI,
    MARKUP,
    URL_LIMIT,
    URL_UNSAFE,
    Problem,
    check_characters,
    check_length,
    is_visible,
)


def check_needed(field: str, name: str, text: str, limit: int) -> list[Problem]:
    """A text that must be there."""
    if not is_visible(text):
        return [Problem(field, _("%(name)s is empty. Write it.") % {"name": name})]
    return check_optional(field, name, text, limit)


def check_optional(field: str, name: str, text: str, limit: int) -> list[Problem]:
    return [*check_characters(field, name, text), *check_length(field, name, text.strip(), limit)]


def check_label(field: str, name: str, text: str, limit: int) -> list[Problem]:
    """What stands on a button: one line, without emoji and markup.

    https://docs.jelou.ai/api/envia-mensajes/respuestas-rapidas
    """
    problems = check_needed(field, name, text, limit)
    if BREAKS.search(text.strip()):
        sentence = _("%(name)s has a line break or a tab, which a button does not take. Use one line.")
        problems.append(Problem(field, sentence % {"name": name}))
    if EMOJI.search(text) or MARKUP.search(text):
        sentence = _("%(name)s has an emoji or a sign such as *, which a button does not take. Use words.")
        problems.append(Problem(field, sentence % {"name": name}))
    return problems


def check_count(field: str, things: Sequence[object], least: int, most: int) -> list[Problem]:
    """How many there may be of something that people add and remove."""
    if least <= len(things) <= most:
        return []
    facts = {"count": len(things), "least": least, "most": most}
    sentence = _("There are %(count)d, and WhatsApp takes %(least)d to %(most)d. Add or remove some.")
    return [Problem(field, sentence % facts)]


def check_different(fields: Sequence[str], texts: Sequence[str]) -> list[Problem]:
    """Of two that read the same, nobody could tell which was pressed. Empty ones are another check's."""
    seen: set[str] = set()
    problems = []
    for field, text in zip(fields, texts, strict=True):
        plain = text.strip()
        if plain and plain in seen:
            problems.append(Problem(field, _("This stands there twice. Write something else.")))
        seen.add(plain)
    return problems


def check_link(field: str, name: str, url: str) -> list[Problem]:
    """A public https link; plain http only for this very machine, where the demo's files are."""
    flaw = _link_flaw(url.strip())
    return [Problem(field, flaw % {"name": name, "limit": URL_LIMIT})] if flaw else []


def _link_flaw(url: str) -> str:
    if not url:
        return _("%(name)s is missing. Write an https link.")
    if URL_UNSAFE.search(url):
        return _("%(name)s has spaces or signs that no link may have. Copy it again from a browser.")
    if len(url) > URL_LIMIT:
        return _("%(name)s is longer than %(limit)d characters. Use a shorter one.")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return _("%(name)s cannot be read. Copy it again from a browser.")
    if not host or parts.scheme not in ("https", "http"):
        return _("%(name)s is no link. A link begins with https:// and the name of a site.")
    if parts.username is not None:
        return _("%(name)s holds a user name. Use a link that opens for everybody.")
    if parts.scheme == "http" and not _is_loopback(host):
        return _("%(name)s must begin with https://.")
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
