"""Jelou's messages as the phone shows them."""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import zip_longest

from messaging.simulator.bubbles import Bubble, Button, link, media, styled
from messaging.simulator.rows import Json, Message
from messaging.simulator.template_rows import VARIABLE, filled


def draw(message: Message) -> Bubble:
    return _template(message) if message.template else _session(message.body)


def _template(message: Message) -> Bubble:
    template, body = message.template or {}, message.body
    return Bubble(
        header=_offer(template, body) or filled(template["header"] or "", body.get("headerParameters", [])),
        **_template_media(template, body),
        body=styled(filled(template["template"], body["parameters"])),
        footer=template["footer"] or "",
        buttons=_template_buttons(template, body),
        cards=[_template_card(card, listed) for card, listed in _with_listed(body, template)],
    )


def _template_media(template: Json, body: Json) -> Json:
    if picture := body.get("thumbnailProduct"):
        return media("image", picture)
    return media(template["type"].lower(), body.get("mediaUrl"), body.get("filename", ""))


def _offer(template: Json, body: Json) -> str:
    """The offer and its end; a coupon is drawn by its button."""
    if "ltoParams" not in body:
        return ""
    ends = dt.datetime.fromtimestamp(body["ltoParams"]["expirationTime"] / 1000, dt.UTC)
    title = (template.get("limitedTimeOffer") or {}).get("text", "")
    return f"🏷 {title} · {ends:%Y-%m-%d %H:%M} UTC"


def _with_listed(body: Json, template: Json) -> list[tuple[Json, Json]]:
    """Each card of the call with what the template says about it, which may be nothing."""
    return list(zip_longest(body.get("cards", []), template.get("cards") or [], fillvalue={}))


def _template_card(card: Json, listed: Json) -> Bubble:
    params = card.get("params", [])
    text = filled(listed["template"], params) if listed else " · ".join(params)
    return Bubble(
        **media("image", card["mediaUrl"]),
        body=styled(text),
        buttons=_template_buttons(listed, card),
    )


def _link_values(body: Json) -> list[str]:
    current = [item for item in body.get("buttonParameters", []) if item["type"] == "URL"]
    return [str(next(iter(item["payload"].values()))) for item in current] or body.get(
        "dynamicUrlParameter", []
    )


def _template_buttons(template: Json, body: Json) -> list[Button]:
    """Only a link with a variable takes one of the values; a coupon has its own."""
    values = iter(_link_values(body))
    coupons = [item for item in body.get("buttonParameters", []) if item["type"] == "COPY_CODE"]
    codes = iter(str(next(iter(item["payload"].values()))) for item in coupons)
    return [_template_button(button, values, codes) for button in template.get("buttons") or []]


def _template_button(button: Json, values: Iterator[str], codes: Iterator[str]) -> Button:
    if button["type"] == "QUICK_REPLY":
        return Button(button["text"], "reply", button["text"])
    if button["type"] == "URL":
        return link(button["text"], VARIABLE.sub(lambda _: next(values, ""), button["url"]))
    code = next(codes, "") if button["type"] == "COPY_CODE" else ""
    return Button(f"{button['text']} ({code})" if code else button["text"])


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
