"""Reading JSON from outside field by field: every value may be missing or of the wrong type."""

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from typing import Any

JSON = dict[str, Any] | list[Any] | str | int | float | bool | None
Fields = Mapping[str, Any]

# Deeper than anything a provider documents.
MAX_DEPTH = 30
MAX_ID = 200
# WhatsApp began in 2009; a clock that shows less is wrong.
EARLIEST = dt.datetime(2009, 1, 1, tzinfo=dt.UTC)

# Made once: `json.dumps` would make one for each message.
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def storable(data: JSON, depth: int = MAX_DEPTH) -> JSON:
    """What came from outside, as every database takes it.

    Without NUL, halves of surrogate pairs, numbers that are none, and nesting that only an attacker writes.
    """
    if isinstance(data, str):
        return data.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, dict | list) and not depth:
        return None
    if isinstance(data, dict):
        return {str(storable(key)): storable(value, depth - 1) for key, value in data.items()}
    if isinstance(data, list):
        return [storable(value, depth - 1) for value in data]
    return data


def canonical(data: JSON) -> str:
    """Equal for equal data, whatever the order of its keys."""
    return _CANONICAL.encode(data)


def mapping(value: object) -> Fields:
    """The object that should be there, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[Fields]:
    """The objects of what should be a list of them."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


def first(item: Fields, *names: str) -> str:
    """The first of these keys that holds a string or a number, as a string."""
    for name in names:
        value = item.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def identity(item: Fields, *names: str) -> str:
    """Like `first`, but nothing that is too long to be an id."""
    found = first(item, *names)
    return found if len(found) <= MAX_ID else ""


def digits(text: str) -> str:
    """The digits of what can be a number, and nothing of what cannot."""
    found = "".join(sign for sign in text if sign.isascii() and sign.isdigit())
    return found if 6 <= len(found) <= 20 else ""


def moment(item: Fields, *names: str) -> dt.datetime | None:
    """The first of these keys that holds a time that can be right."""
    for name in names:
        found = _moment(item.get(name))
        if found is not None and found >= EARLIEST:
            return found
    return None


def _moment(value: object) -> dt.datetime | None:
    """ISO 8601, or seconds or milliseconds since 1970. None for anything else."""
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float) or (isinstance(value, str) and value.isdecimal()):
            number = float(value)
            return dt.datetime.fromtimestamp(number / 1000 if number > 1e11 else number, dt.UTC)
        if isinstance(value, str):
            found = dt.datetime.fromisoformat(value)
            return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:1000]
