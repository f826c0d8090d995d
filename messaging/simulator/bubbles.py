"""A message as the phone shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from messaging.simulator.markup import Span, spans
from messaging.simulator.rows import Json, Message, iso
from messaging.simulator.template_rows import VARIABLE, filled
from messaging.simulator.wording import web

TICKS = {
    "CREATED": ("○", "on its way"),
    "DELIVERED_CHANNEL": ("✓", "sent"),
    "DELIVERED_USER": ("✓✓", "delivered"),
    "READ": ("✓✓", "read"),
    "REPLY": ("✓✓", "answered"),
    "FAILED": ("✕", "failed"),
}


@dataclass(frozen=True)
class Button:
    """Pressing a `reply` sends `value`; a `link` goes there; a `still` one does nothing here."""

    label: str
    action: str = "still"
    value: str = ""


@dataclass
class Bubble:
    """What is drawn. `options` open from a list's button, `cards` stand side by side."""

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
    cards: "list[Bubble]" = field(default_factory=list)
    time: str = ""
    moment: str = ""
    tick: str = ""
    status: str = ""
    error: str = ""


def bubble(message: Message, quoted: Message | None = None) -> Bubble:
    """Seen from the phone: what the person wrote is `mine`, and may quote another message."""
    drawn = _template(message) if message.template else _session(message.body)
    drawn.id = message.id
    drawn.mine = message.kind == "inbound"
    drawn.quote = summary(quoted) if quoted else ""
    drawn.moment = iso(message.created) or ""
    drawn.time = datetime.fromtimestamp(message.created, UTC).strftime("%H:%M")
    if not drawn.mine:
        drawn.tick, drawn.status = TICKS[message.status]
        drawn.error = message.error or ""
    return drawn


def summary(message: Message) -> str:
    """One line for the list of phones."""
    drawn = bubble(message)
    text = "".join(span.text for span in drawn.body) or drawn.media or "…"
    return text.replace("\n", " ")[:80]


def _template(message: Message) -> Bubble:
    template, body = message.template or {}, message.body
    links = iter(_link_values(body))
    return Bubble(
        header=filled(template["header"] or "", body.get("headerParameters", [])),
        **_media(template["type"].lower(), body.get("mediaUrl"), body.get("filename", "")),
        body=_styled(filled(template["template"], body["parameters"])),
        footer=template["footer"] or "",
        buttons=[_template_button(button, next(links, "")) for button in template["buttons"] or []],
        cards=[
            Bubble(**_media("image", card["mediaUrl"]), body=_listed(card)) for card in body.get("cards", [])
        ],
    )


def _listed(card: Json) -> list[Span]:
    return _styled(" · ".join(card.get("params", [])))


def _link_values(body: Json) -> list[str]:
    current = [item for item in body.get("buttonParameters", []) if item["type"] == "URL"]
    return [str(next(iter(item["payload"].values()))) for item in current] or body.get(
        "dynamicUrlParameter", []
    )


def _template_button(button: Json, value: str) -> Button:
    if button["type"] == "QUICK_REPLY":
        return Button(button["text"], "reply", button["text"])
    if button["type"] == "URL":
        return _link(button["text"], VARIABLE.sub(lambda _: value, button["url"]))
    return Button(button["text"])


def _link(label: str, url: str) -> Button:
    return Button(label) if web(url) else Button(label, "link", url)


def _session(body: Json) -> Bubble:
    kind = body["type"]
    drawn = Bubble(
        header=body.get("title") or body.get("header") or "",
        **_media(kind, body.get("mediaUrl"), body.get("filename", "")),
        body=_styled(SPOKEN[kind](body) if kind in SPOKEN else body.get("text", "")),
        footer=body.get("caption", ""),
        buttons=BUTTONS[kind](body) if kind in BUTTONS else [],
        cards=[_card(card) for card in body.get("parameters", {}).get("cards", [])],
    )
    _add_options(drawn, body.get("buttons") or body)
    return drawn


def _add_options(drawn: Bubble, source: Json) -> None:
    """What an option posts back is its id, or its payload in the older shape."""
    drawn.header = source.get("title") or drawn.header
    drawn.options_label = source.get("buttonText", {}).get("text", "Opciones")
    for option in source.get("options", []):
        value = option.get("id") or option.get("payload") or option["title"]
        drawn.options.append((Button(option["title"], "reply", value), option.get("description", "")))


def _card(card: Json) -> Bubble:
    header, action = card["header"], card["action"]
    replies = [item["quick_reply"]["title"] for item in action.get("buttons", [])]
    link = action.get("parameters")
    return Bubble(
        **_media(header["type"], header[header["type"]]["link"]),
        body=_styled(card["body"]["text"]),
        buttons=[Button(title, "reply", title) for title in replies]
        + ([_link(link["display_text"], link["url"])] if link else []),
    )


def _media(kind: str, url: str | None, name: str = "") -> dict[str, Any]:
    if url is None:
        return {}
    return {"media": kind, "media_url": url, "media_name": name or PurePosixPath(url).name}


def _styled(text: str) -> list[Span]:
    return list(spans(text))


def _place(body: Json) -> str:
    coordinates = body.get("coordinates")
    return f"📍 {coordinates['lat']}, {coordinates['long']}" if coordinates else body.get("text", "")


def _people(body: Json) -> str:
    names = [contact.get("name", {}).get("formatted_name") or "?" for contact in body["contacts"]]
    return "\n".join(f"👤 {name}" for name in names)


# What the kinds without a text say.
SPOKEN: dict[str, Callable[[Json], str]] = {"location": _place, "contacts": _people}
BUTTONS: dict[str, Callable[[Json], list[Button]]] = {
    "quick_reply": lambda body: [
        Button(row["title"], "reply", row["title"]) for row in body["quick_replies"]
    ],
    "cta_url": lambda body: [_link(body["parameters"]["display_text"], body["parameters"]["url"])],
    "flow": lambda body: [Button(body["parameters"]["flow_cta"])],
    "voice_call": lambda body: [Button(body["parameters"]["display_text"])],
    "location_request": lambda body: [Button("Send location")],
}
