"""From what was posted to what a content is made of: only what the form shows, and always in shape."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from . import paths
from .parts import Field, Fold, Group, Part, When


class Posted:
    """Names and values of a post; a name that is not there is an empty text."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._texts = pairs
        self._tree = paths.nest(pairs.items())

    def text(self, name: str) -> str:
        """As it was typed, which the page shows again."""
        return self._texts.get(name, "")

    def clean(self, name: str) -> str:
        """As it is sent and counted: browsers write line breaks as two signs."""
        return self.text(name).replace("\r\n", "\n").strip()

    def count(self, name: str, group: Group) -> int:
        """How many things the page shows of a group: where the number is fixed, no more were posted."""
        node = self._tree if not name else paths.look(self._tree, name)
        return group.least if group.is_fixed else max(len(node.items) if node else 0, group.least)

    def is_shown(self, when: When | None, prefix: str) -> bool:
        return when is None or self._decides(when.name, prefix) in when.values

    def media_kind(self, field: Field, prefix: str) -> str:
        """Which kind of file a field takes; `media` names the field that says so."""
        return (self._decides("media", prefix) or "image") if field.media == "media" else field.media

    def _decides(self, name: str, prefix: str) -> str:
        """What stands in a field beside this one, or at the top."""
        return self._texts.get(prefix + name, self._texts.get(name, ""))


def read(parts: Sequence[Part], posted: Posted, prefix: str = "") -> dict[str, Any]:
    """The values of the parts that are shown, nested as the content nests them."""
    values: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Fold):
            _merge(values, read(part.parts, posted, prefix))
        elif posted.is_shown(part.when, prefix):
            value = _things(part, posted, prefix) if isinstance(part, Group) else _value(part, posted, prefix)
            # Without it the content's own default holds, which for most texts is the same.
            if value != "":
                _put(values, (isinstance(part, Field) and part.key) or part.name, value)
    return values


def _things(group: Group, posted: Posted, prefix: str) -> list[Any]:
    name = prefix + group.name
    count = posted.count(name, group)
    if group.is_plain:
        return [posted.clean(f"{name}.{index}") for index in range(count)]
    return [read(group.parts_of(index), posted, f"{name}.{index}.") for index in range(count)]


def _value(field: Field, posted: Posted, prefix: str) -> Any:
    text = posted.clean(prefix + field.name)
    if field.widget == "checkbox":
        return bool(text)
    if field.widget == "select":
        return chosen(field, text)
    if field.widget == "datetime":
        return with_zone(text)
    if field.widget == "tags":
        return [tag.strip() for tag in text.split(",") if tag.strip()]
    return text


def chosen(field: Field, text: str) -> str:
    """One of the field's choices; the first for anything else."""
    values = [value for value, _label in field.choices]
    return text if text in values else values[0]


def with_zone(text: str) -> str:
    """What a date picker posts is the person's own time, so it gets their zone; anything else stays."""
    try:
        time = dt.datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or timezone.get_current_timezone()).isoformat()
    except (ValueError, OverflowError):
        return text


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    *path, last = name.split(".")
    for key in path:
        values = values.setdefault(key, {})
    values[last] = value


def _merge(values: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            _merge(values[key], value)
        else:
            values[key] = value
