"""Rules for single strings that only Bird has. Each answers the key of a sentence in `errors.py`, or None."""

import re
import uuid
from datetime import datetime

from messaging.simulator.bird.assumed import local
from messaging.simulator.wording import web

HOOK = re.compile(r"https://([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(/[^\s]*)?")
MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)  # RFC 3339, section 5.6


def identifier(value: str) -> str | None:
    return None if is_uuid(value) else "uuid"


def is_uuid(value: str) -> bool:
    try:
        return str(uuid.UUID(value)) == value.lower()
    except ValueError:
        return False


def moment(value: str) -> str | None:
    if not MOMENT.fullmatch(value):
        return "moment"
    try:
        seconds(value)
    except (ValueError, OverflowError):
        return "moment"
    return None


def seconds(value: str) -> float:
    """Seconds since 1970 of an RFC 3339 moment."""
    return datetime.fromisoformat(value.upper()).timestamp()


def tag(value: str) -> str | None:
    return None if re.fullmatch(r"[a-zA-Z0-9\-_ ]+", value) else "tag"


def platform(value: str) -> str | None:
    return None if re.fullmatch(r"[A-Za-z0-9-]{3,60}", value) else "platform"


def target(value: str) -> str | None:
    """The address of a link button, or a variable."""
    return None if re.fullmatch(r"\{\{[^{}]+\}\}", value) else web(value)


def hook(value: str) -> str | None:
    """The documented pattern, which knows no ports; this machine's own addresses pass too."""
    return None if HOOK.fullmatch(value) or local(value) else "hook"
