"""WhatsApp's own limits, which Bird's schema does not have: https://developers.facebook.com/documentation/business-messaging/whatsapp

That Bird refuses them at once, and in these words, is assumed. Only the rules of the carousel stand on a
page of Bird's.
"""

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from messaging.simulator.bird.bodies import label
from messaging.simulator.rows import Json
from messaging.simulator.shapes import Path, Problem
from messaging.simulator.wording import split

MOST_TEXT = 4096
MOST_WITH_BUTTONS = MOST_CAPTION = 1024
MOST_BUTTONS, MOST_LABEL, MOST_PAYLOAD = 3, 20, 256
MOST_ROWS, MOST_ROW_TITLE, MOST_HEADER = 10, 24, 60
CARDS = (2, 10)
MOST_DESCRIPTION = 160
FILMS = (".mp4", ".3gp", ".3gpp")

PRESSED = ("reply", "postback")
Found = Iterator[Problem]


def objections(body: Json) -> Found:
    """Why WhatsApp would not take a body that has the right shape."""
    kind = body["type"]
    if kind in CHECKS:
        yield from CHECKS[kind](body[kind], ("body", kind))


def _text(text: Json, path: Path) -> Found:
    actions = text.get("actions") or []
    yield from _long(text["text"], MOST_WITH_BUTTONS if actions else MOST_TEXT, (*path, "text"))
    yield from _buttons(actions, (*path, "actions"), (*PRESSED, "link", "locationRequest"))


def _captioned(content: Json, path: Path) -> Found:
    yield from _long(content.get("text", ""), MOST_CAPTION, (*path, "text"))
    yield from _buttons(content.get("actions") or [], (*path, "actions"), (*PRESSED, "link"))


def _place(place: Json, path: Path) -> Found:
    for name in ("latitude", "longitude"):
        if name not in place["coordinates"]:
            yield Problem((*path, "coordinates", name), "required")


def _list(content: Json, path: Path) -> Found:
    sections = content.get("items") or []
    yield from _long(content["text"], MOST_TEXT, (*path, "text"))
    yield from _long(content.get("title", ""), MOST_HEADER, (*path, "title"))
    if content.get("actions"):
        yield Problem((*path, "actions"), "many", {"most": 0})
    rows = sum(len(section.get("actions") or []) for section in sections)
    yield from _count(rows, 1, MOST_ROWS, (*path, "items"))
    for index, section in enumerate(sections):
        yield from _section(section, (*path, "items", index), titled=len(sections) > 1)


def _section(section: Json, path: Path, *, titled: bool) -> Found:
    rows = section.get("actions") or []
    if not rows:
        yield Problem((*path, "actions"), "few", {"least": 1})
    if titled and not section.get("title", "").strip():
        yield Problem((*path, "title"), "required")
    yield from _long(section.get("title", ""), MOST_ROW_TITLE, (*path, "title"))
    yield from _presses(rows, (*path, "actions"), PRESSED, MOST_ROW_TITLE)


def _carousel(content: Json, path: Path) -> Found:
    cards = content["items"] or []
    if not content.get("text", "").strip():
        yield Problem((*path, "text"), "required")
    yield from _count(len(cards), *CARDS, (*path, "items"))
    for index, card in enumerate(cards):
        yield from _card(card, (*path, "items", index))
    if len({_is_film(card.get("mediaUrl") or "") for card in cards}) > 1:
        yield Problem((*path, "items"), "said", {"sentence": "all cards have the same kind of media"})


def _card(card: Json, path: Path) -> Found:
    for name in ("title", "mediaUrl"):
        if not (card.get(name) or "").strip():
            yield Problem((*path, name), "required")
    yield from _long(card.get("description", ""), MOST_DESCRIPTION, (*path, "description"))
    actions = card.get("actions") or []
    yield from _count(len(actions), 1, 1, (*path, "actions"))
    yield from _presses(actions, (*path, "actions"), ("link",), MOST_LABEL)


def _buttons(actions: list[Json], path: Path, allowed: tuple[str, ...]) -> Found:
    """Up to three replies and postbacks, or one of anything else."""
    alone = {action["type"] for action in actions} - set(PRESSED)
    yield from _count(len(actions), 0, 1 if alone else MOST_BUTTONS, path)
    yield from _presses(actions, path, allowed, MOST_LABEL)


def _presses(actions: list[Json], path: Path, allowed: tuple[str, ...], most: int) -> Found:
    for index, action in enumerate(actions):
        kind = action["type"]
        if kind not in allowed:
            yield Problem((*path, index, "type"), "choice", {"options": allowed})
            continue
        yield from _long(label(action), most, (*path, index, kind, "text"))
        if kind == "postback":
            yield from _long(action[kind].get("payload", ""), MOST_PAYLOAD, (*path, index, kind, "payload"))
    labels = [label(action) for action in actions]
    if len(set(labels)) < len(labels):
        yield Problem(path, "twice")


def _long(text: str, most: int, path: Path) -> Found:
    if len(text) > most:
        yield Problem(path, "long", {"most": most})


def _count(count: int, least: int, most: int, path: Path) -> Found:
    if count < least:
        yield Problem(path, "few", {"least": least})
    elif count > most:
        yield Problem(path, "many", {"most": most})


def _is_film(url: str) -> bool:
    address = split(url)
    return PurePosixPath(address.path if address else "").suffix.lower() in FILMS


CHECKS: dict[str, Callable[[Json, Path], Found]] = {
    "text": _text,
    "image": _captioned,
    "file": _captioned,
    "location": _place,
    "list": _list,
    "carousel": _carousel,
}
