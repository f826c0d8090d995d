"""The cards of a carousel template, each a small bubble."""

from collections.abc import Iterator

from templates_app.bubbles import Bubble, BubbleButton, Media
from templates_app.components import VARIABLE, Card, CardValues, Components, keyed
from templates_app.filling import detail, filled

PLACE = "card"


def drawn_cards(components: Components, given: tuple[CardValues, ...]) -> tuple[Bubble, ...]:
    """One for each card approved or filled in, whichever are more: what is missing shows as missing."""
    approved = components.cards
    if not approved:
        return tuple(_unlisted(values) for values in given)
    padded = given + (CardValues(),) * (len(approved) - len(given))
    listed = [_listed(card, values) for card, values in zip(approved, padded, strict=False)]
    return (*listed, *(_unlisted(values) for values in given[len(approved) :]))


def _listed(card: Card, given: CardValues) -> Bubble:
    body, blanks = filled(card.body, PLACE, keyed(PLACE, card.body, given.params), {})
    media = Media(card.header.format, given.media_url.strip())
    return Bubble(media=media, body=body, body_blanks=blanks, buttons=tuple(_buttons(card, given)))


def _buttons(card: Card, given: CardValues) -> Iterator[BubbleButton]:
    links = iter(given.links)
    for button in card.buttons:
        text = detail(button)
        link = next(links, "") if VARIABLE.search(button.pattern) else ""
        shown, blanks = filled(text, PLACE, keyed(PLACE, text, [link]), {})
        yield BubbleButton(button.kind, button.label, shown, blanks)


def _unlisted(given: CardValues) -> Bubble:
    """The provider does not list what the card says, so its values are all that can be shown."""
    links = tuple(BubbleButton("url", "", link) for link in given.links if link)
    text = "\n".join(value for value in given.params if value)
    return Bubble(media=Media("image", given.media_url.strip()), body=text, buttons=links)
