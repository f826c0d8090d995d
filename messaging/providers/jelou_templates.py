"""Jelou's template objects in our words: https://docs.jelou.ai/en/api/campanas/obtener-plantillas

The documented list stops before header, footer and buttons; their names are those of the documented
call that creates a template, and of the console.
"""

from collections.abc import Mapping
from typing import Any

from templates_app.components import CODE, Button, ButtonKind, Card, Components, Header, HeaderFormat, Hint

from .base import ListedTemplate

Row = Mapping[str, Any]

# `type` of a template; what is neither text nor media here is kept as unknown and blocks sending.
MEDIA_TYPES: dict[str, HeaderFormat] = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
# WhatsApp takes far fewer parameters; the column could not hold more.
MANY = 1000
TEXT_TYPES = {"", "HSM", "TEXT"}
OFFER_TYPES = {"LTO", "LIMITED_TIME_OFFER"}
BUTTON_KINDS: dict[str, ButtonKind] = {
    "QUICK_REPLY": "quick_reply",
    "URL": "url",
    "PHONE_NUMBER": "phone",
    "OTP": "otp",
    "COPY_CODE": "copy_code",
    "FLOW": "flow",
    "CATALOG": "catalog",
}
# Lists of products (MPM) are in no call that Jelou documents, so such a button stays unknown and blocks.


def listed_template(row: Row) -> ListedTemplate:
    """One template; fields that are missing or odd become empty rather than an error."""
    components = _components(row)
    return ListedTemplate(
        provider_id=_text(row, "id"),
        element_name=_text(row, "elementName")[:512],
        language=_language(_text(row, "language"))[:12],
        category=_text(row, "category").upper(),
        status=_text(row, "status").upper() or "UNKNOWN",
        display_name=_text(row, "displayName"),
        components=components,
        parameter_count=_count(row, components),
    )


def _language(code: str) -> str:
    """`ES` → `es`, `pt-br` → `pt_BR`."""
    language, _separator, region = code.replace("-", "_").partition("_")
    return f"{language.lower()}_{region.upper()}" if region else language.lower()


def _components(row: Row) -> Components:
    buttons, strange = _buttons(row.get("buttons"))
    kind = _text(row, "type").upper()
    if kind not in {*TEXT_TYPES, *MEDIA_TYPES, *OFFER_TYPES, "CATALOG", "CAROUSEL"}:
        strange = [{"type": kind}, *strange]
    if kind == "CATALOG" and not any(button.kind == "catalog" for button in buttons):
        buttons = [*buttons, Button(kind="catalog", label="")]
    cards, strange_cards = _cards(row) if kind == "CAROUSEL" else ([], [])
    return Components(
        body=_text(row, "template"),
        header=_header(row, kind),
        footer=_text(row, "footer"),
        buttons=tuple(buttons),
        offer=_offer(row, kind),
        is_carousel=kind == "CAROUSEL",
        cards=tuple(cards),
        hints=_hints(row),
        unknown=(*strange, *strange_cards),
    )


def _offer(row: Row, kind: str) -> str:
    """The title of a limited-time offer. Assumed: an object called like Meta's, or a type of its own."""
    settings = row.get("extraSettings")
    for place in (row, settings if isinstance(settings, dict) else {}):
        for name in ("limitedTimeOffer", "limited_time_offer", "ltoParams"):
            if isinstance(offer := place.get(name), dict):
                return _text(offer, "text") or _text(offer, "title") or _text(row, "displayName") or name
    return (_text(row, "displayName") or kind) if kind in OFFER_TYPES else ""


def _cards(row: Row) -> tuple[list[Card], list[dict[str, Any]]]:
    """The cards of a carousel, and what of them nobody here understands. No page shows them: assumed."""
    known, strange = [], []
    for card in _list(row.get("cards")):
        if not isinstance(card, dict):
            strange.append({"card": str(card)})
            continue
        buttons, odd = _buttons(card.get("buttons"))
        strange += odd
        body = next(filter(None, (_text(card, name) for name in ("template", "body", "text"))), "")
        known.append(Card(header=_card_header(card), body=body, buttons=tuple(buttons)))
    return known, strange


def _card_header(card: Row) -> Header:
    """A picture, unless it says that it is a film or links to one."""
    url, kind = _text(card, "mediaUrl"), _text(card, "type").upper()
    is_film = kind == "VIDEO" or (kind != "IMAGE" and url.lower().endswith((".mp4", ".3gp")))
    return Header(format="video" if is_film else "image", sample_url=url)


def _header(row: Row, kind: str) -> Header | None:
    if kind in OFFER_TYPES and _text(row, "mediaUrl"):
        return _card_header(row)
    if kind in MEDIA_TYPES:
        return Header(format=MEDIA_TYPES[kind], sample_url=_text(row, "mediaUrl"))
    text = _text(row, "header")
    return Header(format="text", text=text) if text else None


def _buttons(rows: object) -> tuple[list[Button], list[dict[str, Any]]]:
    """The buttons we know, and the others as they came."""
    known, strange = [], []
    for row in rows if isinstance(rows, list) else []:
        kind = BUTTON_KINDS.get(str(row.get("type", "")).upper()) if isinstance(row, dict) else None
        if kind:
            known.append(
                Button(
                    kind=kind,
                    label=_text(row, "text"),
                    url=_text(row, "url"),
                    phone=_text(row, "phone_number"),
                )
            )
        else:
            strange.append(row if isinstance(row, dict) else {"button": str(row)})
    return known, strange


def _hints(row: Row) -> dict[str, Hint]:
    hints = {}
    for place, name in (("body", "params"), ("header", "headerParams"), ("button.0", "buttonParams")):
        for index, param in enumerate(_list(row.get(name)), start=1):
            if isinstance(param, dict):
                key = f"{place}.{_text(param, 'param') or index}"
                hints[key] = Hint(label=_text(param, "label"), example=_text(param, "example"))
    for index, button in enumerate(_list(row.get("buttons"))):
        if isinstance(button, dict) and (example := _coupon(button)):
            hints[f"button.{index}.{CODE}"] = Hint(example=example)
    if example := _text(row, "exampleHeader"):
        label = hints.get("header.1", Hint()).label
        hints["header.1"] = Hint(label=label, example=example)
    return hints


def _coupon(button: Row) -> str:
    """The sample of a coupon, which is a text or a list of one."""
    if _text(button, "type").upper() != "COPY_CODE":
        return ""
    samples = _list(button.get("example"))
    return _text(button, "example") or (_text({"0": samples[0]}, "0") if samples else "")


def _count(row: Row, components: Components) -> int:
    """`paramsNumber`, which the console writes as a string; the body's own blanks if it is missing."""
    number = _text(row, "paramsNumber")
    return min(int(number[:6]), MANY) if number.isdecimal() else len(components.keys("body"))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return (
        str(value).replace("\x00", "") if isinstance(value, str | int) and not isinstance(value, bool) else ""
    )
