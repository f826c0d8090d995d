"""WhatsApp's markup, roughly: enough to look at a chat.

https://faq.whatsapp.com/539178204879377
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MARKS = {"*": "bold", "_": "italic", "~": "strike", "`": "code"}
STYLED = re.compile(
    r"```(?P<block>.+?)```|(?<!\w)(?P<mark>[*_~`])(?=\S)(?P<inside>[^\n]+?)(?<=\S)(?P=mark)(?!\w)", re.S
)


@dataclass(frozen=True)
class Span:
    """A stretch of text; `classes` are its styles, for the page."""

    text: str
    classes: str = ""


def spans(text: str, classes: tuple[str, ...] = ()) -> Iterator[Span]:
    end = 0
    for found in STYLED.finditer(text):
        yield Span(text[end : found.start()], " ".join(classes))
        end = found.end()
        if found["block"] or found["mark"] == "`":
            yield Span(found["block"] or found["inside"], " ".join((*classes, "code")))
        else:
            yield from spans(found["inside"], (*classes, MARKS[found["mark"]]))
    yield Span(text[end:], " ".join(classes))
