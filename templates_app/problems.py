"""What the rules report, and the checks that every kind of text shares."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BREAKS = re.compile(r"[\n\r\t\u2028\u2029]")
# What RFC 3986 does not let stand in a URL as it is: https://www.rfc-editor.org/rfc/rfc3986#section-2
URL_UNSAFE = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]|%(?![0-9A-Fa-f]{2})")
URL_LIMIT = 2000
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3]")
MARKUP = re.compile(r"[*_~`]")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and the way out, in one sentence or two.

    `field` is a `Variable.key`, or the name of what is wrong: `body`, `header_media`, `filename`,
    `template`, `text`, `contact`, … A problem that is not `hard` is a warning and never blocks.
    """

    field: str
    message: StrOrPromise
    hard: bool = True


def check_length(field: str, name: str, text: str, limit: int) -> list[Problem]:
    """Too many code points block; too many UTF-16 units, in which most emoji are two, only warn.

    WhatsApp does not say which of them it counts.
    """
    facts = {"name": name, "count": len(text), "limit": limit, "excess": len(text) - limit}
    if len(text) > limit:
        sentence = _("%(name)s has %(count)d characters and WhatsApp takes %(limit)d. Take away %(excess)d.")
        return [Problem(field, sentence % facts)]
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > limit:
        sentence = _(
            "%(name)s may be too long: an emoji can count as two of %(limit)d. Shorten it to be sure."
        )
        return [Problem(field, sentence % facts, hard=False)]
    return []


def check_characters(field: str, name: str, text: str) -> list[Problem]:
    """NUL, control characters and halves of a surrogate pair: not every JSON reader takes them."""
    if not has_controls(BREAKS.sub("", text)):
        return []
    sentence = _("%(name)s has an invisible control character. Delete it and type that part again.")
    return [Problem(field, sentence % {"name": name})]


def has_controls(text: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Cs") for char in text)


def is_visible(text: str) -> bool:
    """Whether anything in it shows; spaces and zero-width signs do not."""
    return any(not char.isspace() and unicodedata.category(char) != "Cf" for char in text)
