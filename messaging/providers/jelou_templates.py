"""Jelou's template objects in our words: https://docs.jelou.ai/en/api/campanas/obtener-plantillas

The documented list stops before header, footer and buttons; their names are those of the documented
call that creates a template, and of the console.
"""

from collections.abc import Mapping
from typing import Any

from templates_app.components import Button, ButtonKind, Components, Header, HeaderFormat, Hint

from .base import ListedTemplate

Row = Mapping[str, Any]

# `type` of a template; what is neither text nor media here is kept as unknown and blocks sending.
MEDIA_TYPES: dict[str, HeaderFormat] = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
# WhatsApp takes far fewer parameters; the column could not hold more.
MANY = 1000
TEXT_TYPES = {"", "HSM", "TEXT"}
BUTTON_KINDS: dict[str, ButtonKind] = {
    "QUICK_REPLY": "quick_reply",
    "URL": "url",
    "PHONE_NUMBER": "phone",
    "OTP": "otp",
    "COPY_CODE": "copy_code",
}


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
    if kind not in TEXT_TYPES and kind not in MEDIA_TYPES:
        strange = [{"type": kind}, *strange]
    return Components(
        body=_text(row, "template"),
        header=_header(row, kind),
        footer=_text(row, "footer"),
        buttons=tuple(buttons),
        hints=_hints(row),
        unknown=tuple(strange),
    )


def _header(row: Row, kind: str) -> Header | None:
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
    if example := _text(row, "exampleHeader"):
        label = hints.get("header.1", Hint()).label
        hints["header.1"] = Hint(label=label, example=example)
    return hints


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
