"""A text with its values in it, and where it still lacks some."""

from collections.abc import Mapping

from templates_app.components import VARIABLE, Button, fill
from templates_app.formatting import Blank


def filled(
    text: str, place: str, values: Mapping[str, str], titles: Mapping[str, str]
) -> tuple[str, tuple[Blank, ...]]:
    """`text` filled like `components.fill`, and its blanks without a value, called as in `titles`."""
    blanks = []
    for match in VARIABLE.finditer(text):
        key = f"{place}.{match[1]}"
        if not values.get(key):
            start = len(fill(text[: match.start()], place, values))
            blanks.append(Blank(start, start + len(match[0]), titles.get(key, match[0])))
    return fill(text, place, values), tuple(blanks)


def detail(button: Button) -> str:
    """Where a button leads; nothing for OTP: the address is WhatsApp's own, and the code is in the body."""
    return button.phone if button.kind == "phone" else button.pattern
