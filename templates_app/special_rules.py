"""Rules of the templates that have more than text and a file: offers, carousels, catalogues, flows.

Fields are paths into what is sent: `cards.0.params.1`, `cards.0.media_url`, `offer_ends`, `flows.0`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _

from templates_app.components import VARIABLE, Card, CardValues, Components, fill, keyed, names_in_order
from templates_app.link_rules import check_link
from templates_app.moments import moment
from templates_app.problems import Problem, check_length
from templates_app.value_rules import check_line, check_suffix

LEAST_CARDS, MOST_CARDS = 2, 10
CARD_LIMIT = 160
# https://docs.jelou.ai/whatsapp/hsm/send
MOST_FLOWS = 3
NUMBER = re.compile(r"0*[1-9][0-9]{0,14}")
_KINDS = {".jpg": "image", ".jpeg": "image", ".png": "image", ".mp4": "video", ".3gp": "video"}


def is_number(text: str) -> bool:
    """Whether it is a whole number from 1 on, as ids and seconds are."""
    return NUMBER.fullmatch(text.strip()) is not None


def check_offer(components: Components, ends: str) -> list[Problem]:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/marketing-templates/limited-time-offer-templates"""
    if not components.offer:
        return []
    time = moment(ends)
    if time is None:
        return [Problem("offer_ends", _("The offer needs an end. Choose a day and an hour."))]
    if time <= timezone.now():
        return [Problem("offer_ends", _("This offer has ended already. Choose a later day and hour."))]
    return []


def check_thumbnail(components: Components, url: str) -> list[Problem]:
    """The picture on top of a catalogue; without one WhatsApp shows the first product's."""
    if not components.has_button("catalog") or not url.strip():
        return []
    return check_link("thumbnail_url", _("The link to the picture"), url.strip())


def check_flows(components: Components, flows: Mapping[str, str]) -> list[Problem]:
    """Where quick replies lead at the provider, by the button's index."""
    problems = []
    given = {index: flow for index, flow in flows.items() if flow.strip()}
    for index, flow in given.items():
        if not is_number(flow):
            sentence = _("The id of a flow is a number from 1 on, such as 23838. Copy it from the provider.")
            problems.append(Problem(f"flows.{index}", sentence))
        elif not components.is_quick_reply(index):
            sentence = _("This button is no quick reply, so it leads to no flow. Empty the field.")
            problems.append(Problem(f"flows.{index}", sentence))
    if len(given) > MOST_FLOWS:
        sentence = _("At most %(limit)d buttons can lead to a flow. Empty the others.")
        problems.append(Problem(f"flows.{list(given)[MOST_FLOWS]}", sentence % {"limit": MOST_FLOWS}))
    return problems


def check_cards(components: Components, cards: Sequence[CardValues]) -> list[Problem]:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/marketing-templates/media-card-carousel-templates"""
    if not components.is_carousel:
        return []
    problems = _check_count(len(components.cards), len(cards))
    for index, card in enumerate(cards):
        approved = components.cards[index] if index < len(components.cards) else None
        problems += _check_card(f"cards.{index}", card, approved)
    return problems + _check_one_kind(cards)


def _check_count(approved: int, given: int) -> list[Problem]:
    if approved and given != approved:
        sentence = _("The approved template has %(approved)d cards, and here are %(given)d. Use as many.")
        return [Problem("cards", sentence % {"approved": approved, "given": given})]
    if not LEAST_CARDS <= given <= MOST_CARDS:
        sentence = _(
            "A carousel has %(least)d to %(most)d cards, and here are %(given)d. Add or remove some."
        )
        return [Problem("cards", sentence % {"least": LEAST_CARDS, "most": MOST_CARDS, "given": given})]
    return []


def _check_card(field: str, card: CardValues, approved: Card | None) -> list[Problem]:
    problems = check_link(f"{field}.media_url", _("The link to the file"), card.media_url.strip())
    if not problems and approved and _kind(card.media_url) not in ("", approved.header.format):
        sentence = _("This card was approved with another kind of file. Use a file of that kind.")
        problems.append(Problem(f"{field}.media_url", sentence))
    for part, check in (("params", check_line), ("links", check_suffix)):
        for index, value in enumerate(getattr(card, part)):
            problems += check(f"{field}.{part}.{index}", _("The value"), value)
    return problems + (list(_check_approved(field, card, approved)) if approved else [])


def _check_approved(field: str, card: CardValues, approved: Card) -> Iterator[Problem]:
    """One value for each blank of the card, and the whole text no longer than a card takes."""
    blanks = {"params": len(names_in_order(approved.body)), "links": approved.link_count}
    for part, wanted in blanks.items():
        given = len(getattr(card, part))
        if given != wanted:
            at = f"{field}.{part}.{given}" if given < wanted else f"{field}.{part}.{wanted}"
            sentence = _(
                "This card takes %(wanted)d values here, and there are %(given)d. Give each blank one."
            )
            yield Problem(at, sentence % {"wanted": wanted, "given": given})
    text = fill(approved.body, "card", keyed("card", approved.body, card.params))
    at = f"{field}.params.0" if VARIABLE.search(approved.body) else field
    yield from check_length(at, _("The filled text of the card"), text, CARD_LIMIT)


def _check_one_kind(cards: Sequence[CardValues]) -> list[Problem]:
    """All cards have pictures or all have films, as far as their links tell."""
    kinds = [_kind(card.media_url) for card in cards]
    known = [kind for kind in kinds if kind]
    sentence = _("All cards have the same kind of file: pictures, or films. Choose another file.")
    return [
        Problem(f"cards.{index}.media_url", sentence)
        for index, kind in enumerate(kinds)
        if kind and kind != known[0]
    ]


def _kind(url: str) -> str:
    try:
        return _KINDS.get(PurePosixPath(urlsplit(url.strip()).path).suffix.lower(), "")
    except ValueError:
        return ""
