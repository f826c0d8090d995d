"""What a phone shows of one message, in words; `rendering` draws it.

A `Bubble` is made from the values that go on the wire and from nothing else.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from templates_app.formatting import Blank


@dataclass(frozen=True)
class Media:
    """`kind` is image, video, audio, document, sticker or location; `label` is read out in its place."""

    kind: str
    url: str
    filename: str = ""
    label: str = ""


@dataclass(frozen=True)
class BubbleButton:
    """`kind` as in `components.Button`; `detail` is where it leads: a link, a number, the code it copies."""

    kind: str
    label: str
    detail: str = ""
    blanks: tuple[Blank, ...] = ()


@dataclass(frozen=True)
class Row:
    title: str
    description: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Sheet:
    """What opens when the button `label` of a list is pressed."""

    label: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Place:
    """A point on the map, as it was written: `latitude` and `longitude` may still be no numbers."""

    latitude: str
    longitude: str
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Person:
    """One contact card: the name in large, and below it the numbers and addresses."""

    name: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """The box of a limited-time offer; without an end there is no countdown."""

    title: str
    ends_at: dt.datetime | None = None
    code: str = ""


@dataclass(frozen=True)
class Bubble:
    """What a phone shows of one message. `unsupported` names the parts that nobody here can show.

    Blanks still without a value stand in the texts as they were written, and `…_blanks` says where: a
    value that happens to look like a blank is none. `cards` stand side by side below the body.
    """

    body: str = ""
    header: str = ""
    media: Media | None = None
    more_media: tuple[Media, ...] = ()
    place: Place | None = None
    people: tuple[Person, ...] = ()
    offer: Offer | None = None
    footer: str = ""
    buttons: tuple[BubbleButton, ...] = ()
    sheet: Sheet | None = None
    cards: tuple["Bubble", ...] = ()
    unsupported: tuple[str, ...] = ()
    header_blanks: tuple[Blank, ...] = ()
    body_blanks: tuple[Blank, ...] = ()


def plain_text(bubble: Bubble) -> str:
    """What search and lists use: each text of the bubble on a line of its own, from top to bottom."""
    return "\n".join(line for line in _lines(bubble) if line)


def _lines(bubble: Bubble) -> Iterator[str]:
    yield bubble.header
    for media in (bubble.media, *bubble.more_media):
        yield (media.filename or media.label) if media else ""
    yield from _place_lines(bubble.place)
    for person in bubble.people:
        yield from (person.name, *person.lines)
    if bubble.offer:
        yield " ".join(filter(None, (bubble.offer.title, bubble.offer.code)))
    yield from (bubble.body, bubble.footer)
    yield from (" ".join(filter(None, (button.label, button.detail))) for button in bubble.buttons)
    yield from _sheet_lines(bubble.sheet)
    for card in bubble.cards:
        yield from _lines(card)


def _place_lines(place: Place | None) -> Iterator[str]:
    if place:
        yield from (place.name, place.address)
        yield ", ".join(filter(None, (place.latitude, place.longitude)))


def _sheet_lines(sheet: Sheet | None) -> Iterator[str]:
    if sheet is None:
        return
    yield sheet.label
    for section in sheet.sections:
        yield section.title
        for row in section.rows:
            yield " ".join(filter(None, (row.title, row.description)))
