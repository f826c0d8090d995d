"""From a content back to what a person would have to post for it: the reverse of `reading`.

Names are the paths of the form's inputs, so Compose opens as full as it was when the message was sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone

from messaging.content import Content, TemplateContent
from messaging.forms.extras import DELIVERY, MORE
from messaging.forms.kinds import KINDS
from messaging.forms.parts import Field
from messaging.forms.posting import NO_INPUTS, VALUE_PREFIX
from templates_app.moments import moment

# What the provider calls a template is asked of the template, and not of the form.
LEFT_OUT = NO_INPUTS | {"provider_id"}
# Of one-time codes nothing is filled in again.
SECRET = frozenset({"cards", "answered"})
TIMES = frozenset(
    {"offer_ends"}
    | {one.name for one in MORE if one.widget == "datetime"}
    | {f"delivery.{one.name}" for one in DELIVERY if one.widget == "datetime"}
)
TAGS = frozenset(f"delivery.{one.name}" for one in DELIVERY if one.widget == "tags")


def refill(content: Content) -> list[tuple[str, str]]:
    """Names and values of every input of the kind."""
    is_secret = isinstance(content, TemplateContent) and content.is_secret
    left_out = LEFT_OUT | (SECRET if is_secret else frozenset())
    names = {one.key: one.name for one in KINDS.get(content.kind, ()) if isinstance(one, Field) and one.key}
    found: list[tuple[str, str]] = []
    for name, value in content.model_dump(mode="json").items():
        if name not in left_out:
            found += _pairs(names.get(name, name), value)
    if isinstance(content, TemplateContent) and not is_secret:
        found += [(VALUE_PREFIX + key, text) for key, text in content.values.items()]
    return found


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """An empty text counts within a list only: there it says that one of its things is there."""
    if name in TAGS:
        yield from _text(name, ", ".join(value))
    elif isinstance(value, dict | list):
        for key, one in _items(value):
            yield from _pairs(f"{name}.{key}", one)
    elif isinstance(value, bool):
        yield from _text(name, "on" if value else "")
    elif value is not None:
        yield from _text(name, _local(str(value)) if name in TIMES else str(value))


def _items(value: dict[str, Any] | Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _text(name: str, text: str) -> Iterator[tuple[str, str]]:
    if text or any(piece.isdecimal() for piece in name.split(".")):
        yield name, text


def _local(text: str) -> str:
    """As a date picker wants it: the person's own time, without a zone."""
    time = moment(text)
    return timezone.localtime(time).replace(tzinfo=None).isoformat(timespec="minutes") if time else text
