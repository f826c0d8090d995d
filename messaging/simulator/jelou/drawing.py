"""Jelou's messages as the phone shows them."""

from collections.abc import Callable

from messaging.simulator.bubbles import Bubble, Button, link, media, styled
from messaging.simulator.markup import Span
from messaging.simulator.rows import Json, Message
from messaging.simulator.template_rows import VARIABLE, filled


def draw(message: Message) -> Bubble:
    return _template(message) if message.template else _session(message.body)


def _template(message: Message) -> Bubble:
    template, body = message.template or {}, message.body
    links = iter(_link_values(body))
    return Bubble(
        header=filled(template["header"] or "", body.get("headerParameters", [])),
        **media(template["type"].lower(), body.get("mediaUrl"), body.get("filename", "")),
        body=styled(filled(template["template"], body["parameters"])),
        footer=template["footer"] or "",
        buttons=[_template_button(button, next(links, "")) for button in template["buttons"] or []],
        cards=[
            Bubble(**media("image", card["mediaUrl"]), body=_listed(card)) for card in body.get("cards", [])
        ],
    )


def _listed(card: Json) -> list[Span]:
    return styled(" · ".join(card.get("params", [])))


def _link_values(body: Json) -> list[str]:
    current = [item for item in body.get("buttonParameters", []) if item["type"] == "URL"]
    return [str(next(iter(item["payload"].values()))) for item in current] or body.get(
        "dynamicUrlParameter", []
    )


def _template_button(button: Json, value: str) -> Button:
    if button["type"] == "QUICK_REPLY":
        return Button(button["text"], "reply", button["text"])
    if button["type"] == "URL":
        return link(button["text"], VARIABLE.sub(lambda _: value, button["url"]))
    return Button(button["text"])


def _session(body: Json) -> Bubble:
    kind = body["type"]
    drawn = Bubble(
        header=body.get("title") or body.get("header") or "",
        **media(kind, body.get("mediaUrl"), body.get("filename", "")),
        body=styled(SPOKEN[kind](body) if kind in SPOKEN else body.get("text", "")),
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
    target = action.get("parameters")
    return Bubble(
        **media(header["type"], header[header["type"]]["link"]),
        body=styled(card["body"]["text"]),
        buttons=[Button(title, "reply", title) for title in replies]
        + ([link(target["display_text"], target["url"])] if target else []),
    )


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
    "cta_url": lambda body: [link(body["parameters"]["display_text"], body["parameters"]["url"])],
    "flow": lambda body: [Button(body["parameters"]["flow_cta"])],
    "voice_call": lambda body: [Button(body["parameters"]["display_text"])],
    "location_request": lambda body: [Button("Send location")],
}
