"""What a template is made of, whichever provider it came from.

A template is a header, a body, a footer and buttons; text in them holds variables such as `{{1}}` or
`{{name}}`. Providers translate their own words into `Components`; the composer, the checks, the wire
body and the preview all read this one form. Parts nobody here understands are kept in `unknown`: they
are shown, and they block sending, because a message without them would not be the approved one.

Limits and grammar: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")

HeaderFormat = Literal["text", "image", "video", "document", "location"]
MEDIA_FORMATS = frozenset({"image", "video", "document"})
ButtonKind = Literal["quick_reply", "url", "phone", "copy_code", "otp", "flow", "catalog"]
ValueType = Literal["text", "number", "money", "date", "link", "code"]
Missing = Literal["block", "fallback", "skip"]
# The name of the blank that a button with a coupon has: providers list none, but its code is given with
# each message.
CODE = "code"


class Part(BaseModel):
    """Frozen, and closed: a word that a provider invents must be translated or kept as unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Header(Part):
    format: HeaderFormat
    text: str = ""
    # The provider's sample of a media header; a preview may show it, a send never reuses it.
    sample_url: str = ""
    # The variable that holds the link to the file, at providers where that is one like any other.
    variable: str = ""


class Button(Part):
    kind: ButtonKind
    label: str
    url: str = ""
    phone: str = ""

    @property
    def pattern(self) -> str:
        """The text that holds what a person fills in of this button.

        The code of an OTP button is the one of the body, so that nobody types it twice.
        """
        if self.kind == "copy_code":
            return f"{{{{{CODE}}}}}"
        return self.url if self.kind == "url" else ""


class Card(Part):
    """One card of a carousel as it was approved."""

    header: Header
    body: str = ""
    buttons: tuple[Button, ...] = ()

    @property
    def link_count(self) -> int:
        """How many of its buttons have a blank in their link."""
        return sum(bool(VARIABLE.search(button.pattern)) for button in self.buttons)


class CardValues(Part):
    """What fills one card of a carousel: its file, the blanks of its text and of its links, by number."""

    media_url: str = ""
    params: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class Hint(Part):
    """About one variable: how people call it, a sample value, what it is, and what to do when it is missing.

    `type` is a key of `values.TYPES`; `currency`, such as `USD`, is for money. `missing` keeps the
    message back, puts `fallback` in, or leaves that person out.
    """

    label: str = ""
    example: str = ""
    fallback: str = ""
    type: ValueType = "text"
    currency: str = ""
    missing: Missing = "fallback"


class Variable(Hint):
    """One blank of a template.

    `key` is unique in the template and stable across languages: `body.1`, `header.1`, `button.0.1`
    (the button's index, from 0). `name` is what stands between the braces.
    """

    key: str
    name: str

    @property
    def title(self) -> str:
        """What a form calls this blank."""
        return self.label or f"{{{{{self.name}}}}}"


class Components(Part):
    body: str
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    # The title of a limited-time offer; empty for a template that is none.
    offer: str = ""
    is_carousel: bool = False
    # Empty although it is a carousel where the provider does not list them: who writes says what they hold.
    cards: tuple[Card, ...] = ()
    hints: dict[str, Hint] = {}
    unknown: tuple[dict[str, Any], ...] = ()

    @property
    def media_format(self) -> str:
        """`image`, `video`, `document`, or an empty string for a template without media."""
        return self.header.format if self.header and self.header.format in MEDIA_FORMATS else ""

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Every blank once, in the order in which a person reads them."""
        return tuple(self._variable(key, name) for key, name in self._blanks())

    def has_button(self, kind: ButtonKind) -> bool:
        return any(button.kind == kind for button in self.buttons)

    def is_quick_reply(self, index: str) -> bool:
        """Whether the button of this index, as a number in text, is there and a quick reply."""
        replies = (str(number) for number, button in enumerate(self.buttons) if button.kind == "quick_reply")
        return index in replies

    def keys(self, place: str) -> tuple[str, ...]:
        """Keys of one place (`header`, `body`, `button.0`) in the order in which providers want values.

        Numbered blanks go by their number, named ones by appearance.
        """
        return _keys(place, self._text(place))

    def caption(self, variable: Variable) -> str:
        """What a form calls a blank: its own name, or for a nameless one of a button what it is there."""
        place, _dot, rest = variable.key.partition(".")
        if place != "button" or variable.label:
            return variable.title
        button = self.buttons[int(rest.partition(".")[0])]
        if not button.label:
            return variable.title
        sentence = (
            _("Code of “%(label)s”") if button.kind == "copy_code" else _("End of the link “%(label)s”")
        )
        return sentence % {"label": button.label}

    def digest(self) -> str:
        """Equal for equal content, whatever order a provider's JSON came in."""
        said = self.model_dump(exclude_defaults=True)
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def _text(self, place: str) -> str:
        """That of `_texts`, without the others."""
        if place == "body":
            return self.body
        return dict(self._texts()).get(place, "")

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Every text that may have blanks, by its place."""
        yield "header", self.header.text if self.header else ""
        yield "body", self.body
        for index, button in enumerate(self.buttons):
            yield f"button.{index}", button.pattern

    def _blanks(self) -> Iterator[tuple[str, str]]:
        for place, text in self._texts():
            for name in dict.fromkeys(VARIABLE.findall(text)):
                yield f"{place}.{name}", name

    def _variable(self, key: str, name: str) -> Variable:
        hint = self.hints.get(key, Hint())
        return Variable(key=key, name=name, **hint.model_dump())


def fill(text: str, place: str, values: Mapping[str, str]) -> str:
    """`text` with its blanks replaced by `values`, keyed like `Variable.key`.

    A blank without a value stays as it was written, so that a reader sees what is missing. Values are
    put in once and never searched for blanks themselves.
    """
    return VARIABLE.sub(lambda blank: values.get(f"{place}.{blank[1]}") or blank[0], text)


@lru_cache(maxsize=1024)
def _keys(place: str, text: str) -> tuple[str, ...]:
    """Kept, since a campaign asks for those of one text with every message."""
    return tuple(f"{place}.{name}" for name in names_in_order(text))


def names_in_order(text: str) -> list[str]:
    """The blanks of a text, each once: numbered ones by their number, named ones by appearance."""
    return sorted(dict.fromkeys(VARIABLE.findall(text)), key=_number)


def keyed(place: str, text: str, values: Sequence[str]) -> dict[str, str]:
    """`values`, which stand in the order of the text's blanks, keyed as `fill` takes them."""
    return {f"{place}.{name}": value for name, value in zip(names_in_order(text), values, strict=False)}


def _number(name: str) -> int:
    return int(name) if name.isdecimal() else 0
