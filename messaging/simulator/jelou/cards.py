"""The carousel of a session message: https://docs.jelou.ai/en/api/envia-mensajes/carrusel

2 to 10 cards is the builder's rule, https://docs.jelou.ai/en/guides/nodos/carrusel.md; that all cards
are alike, and the shape of quick replies, are Meta's.
"""

from typing import Any

from messaging.simulator.rows import Json
from messaging.simulator.shapes import Choice, ListOf, Object, Path, Problems, Shape, Text, say, whole
from messaging.simulator.wording import public, web

LINK = Object({"link": Text(rule=public)})
HEADERS = {
    "image": Object({"type": Choice(("image",)), "image": LINK}),
    "video": Object({"type": Choice(("video",)), "video": LINK}),
}
REPLY = Object(
    {
        "type": Choice(("quick_reply",)),
        "quick_reply": Object({"id": Text(most=20), "title": Text(most=20)}),
    }
)
ACTIONS = {
    "cta_url": Object(
        {
            "name": Choice(("cta_url",)),
            "parameters": Object({"display_text": Text(most=20), "url": Text(most=2000, rule=web)}),
        }
    ),
    "quick_reply": Object({"buttons": ListOf(REPLY, least=1, most=2)}),
}
NO_HEADER = Object({"type": Choice(tuple(HEADERS))})


class Card(Shape):
    """A card whose header and action go by their kinds."""

    def check(self, value: Any, path: Path, problems: Problems) -> None:
        if not isinstance(value, dict):
            return say(problems, path, "object")
        header, kind = value.get("header"), value.get("type")
        header_kind = header.get("type") if isinstance(header, dict) else None
        shape = Object(
            {
                "card_index": whole(least=0, most=9),
                "type": Choice(tuple(ACTIONS)),
                "header": HEADERS.get(str(header_kind), NO_HEADER),
                "body": Object({"text": Text(most=160)}),
                "action": ACTIONS.get(str(kind), Object()),
            }
        )
        return shape.check(value, path, problems)


PARAMETERS = Object({"cards": ListOf(Card(), least=2, most=10)})


def differences(cards: list[Json]) -> list[str]:
    """Why well-formed cards do not make one carousel."""
    reasons = []
    if [card["card_index"] for card in cards] != list(range(len(cards))):
        reasons.append("card_index counts from 0.")
    if len({card["header"]["type"] for card in cards}) > 1:
        reasons.append("All cards have the same kind of header.")
    if len({(card["type"], len(card["action"].get("buttons", ()))) for card in cards}) > 1:
        reasons.append("All cards have the same kind and number of buttons.")
    return reasons
