"""What a message on a phone is drawn from; each provider's `drawing` makes bubbles of its bodies."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from messaging.simulator.markup import Span, spans
from messaging.simulator.wording import public, web


@dataclass(frozen=True)
class Button:
    """Pressing a `reply` sends `value`; a `link` goes there; a `still` one does nothing here."""

    label: str
    action: str = "still"
    value: str = ""


@dataclass
class Bubble:
    """What is drawn. `options` open from a list's button; `pieces`, above the text, and `cards`, below it,
    stand side by side."""

    id: str = ""
    mine: bool = False
    quote: str = ""
    header: str = ""
    media: str = ""
    media_url: str = ""
    media_name: str = ""
    body: list[Span] = field(default_factory=list)
    footer: str = ""
    buttons: list[Button] = field(default_factory=list)
    options_label: str = ""
    options: list[tuple[Button, str]] = field(default_factory=list)
    pieces: "list[Bubble]" = field(default_factory=list)
    cards: "list[Bubble]" = field(default_factory=list)
    time: str = ""
    moment: str = ""
    tick: str = ""
    status: str = ""
    error: str = ""


def link(label: str, url: str) -> Button:
    return Button(label) if web(url) else Button(label, "link", url)


def media(kind: str, url: str | None, name: str = "") -> dict[str, Any]:
    if url is None or public(url):
        return {}
    return {"media": kind, "media_url": url, "media_name": name or PurePosixPath(url).name}


def styled(text: str) -> list[Span]:
    return list(spans(text))
