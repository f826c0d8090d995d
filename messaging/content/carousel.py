from typing import Literal

from django.utils.translation import gettext as _

from templates_app.bubbles import Bubble, BubbleButton
from templates_app.link_rules import check_link
from templates_app.problems import BREAKS, Problem

from .base import Content
from .checks import check_count, check_different, check_label, check_needed
from .media import MediaFile
from .parts import Part

BODY_LIMIT = 1024
CARD_LIMIT = 160
LABEL_LIMIT = 20
LEAST_CARDS, MOST_CARDS = 2, 10
MOST_REPLIES = 2
MOST_BREAKS = 2


class CarouselCard(Part):
    """A picture or film with a text, and either a link or up to two answers."""

    media_url: str = ""
    body: str = ""
    label: str = ""
    url: str = ""
    replies: tuple[str, ...] = ()


class CarouselContent(Content):
    """Two to ten cards side by side; all have the same kind of file and the same kind of buttons.

    https://docs.jelou.ai/en/api/envia-mensajes/carrusel and, for the limits of a card,
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-media-carousel-messages
    """

    kind: Literal["carousel"] = "carousel"
    body: str = ""
    media: Literal["image", "video"] = "image"
    buttons: Literal["link", "reply"] = "link"
    cards: tuple[CarouselCard, ...] = ()

    def problems(self) -> list[Problem]:
        problems = check_needed("body", _("The text"), self.body, BODY_LIMIT)
        problems += check_count("cards", self.cards, LEAST_CARDS, MOST_CARDS)
        for index, card in enumerate(self.cards):
            problems += self._card_problems(f"cards.{index}", card)
        if self.buttons == "reply" and len({len(card.replies) for card in self.cards}) > 1:
            sentence = _("All cards need the same number of buttons. Add or remove some.")
            problems.append(Problem("cards", sentence))
        return problems + self.delivery.problems()

    def _card_problems(self, field: str, card: CarouselCard) -> list[Problem]:
        problems = check_needed(f"{field}.body", _("The text of the card"), card.body, CARD_LIMIT)
        if len(BREAKS.findall(card.body.strip())) > MOST_BREAKS:
            sentence = _("The text of a card takes two line breaks at most. Take some away.")
            problems.append(Problem(f"{field}.body", sentence))
        flaws = MediaFile(url=card.media_url).problems(field, self.media)
        problems += [Problem(f"{field}.media_url", flaw.message) for flaw in flaws]
        return problems + self._button_problems(field, card)

    def _button_problems(self, field: str, card: CarouselCard) -> list[Problem]:
        if self.buttons == "link":
            return [
                *check_label(f"{field}.label", _("The button"), card.label, LABEL_LIMIT),
                *check_link(f"{field}.url", _("The link"), card.url.strip()),
            ]
        fields = [f"{field}.replies.{index}" for index in range(len(card.replies))]
        problems = check_count(f"{field}.replies", card.replies, 1, MOST_REPLIES)
        for name, reply in zip(fields, card.replies, strict=True):
            problems += check_label(name, _("The button"), reply, LABEL_LIMIT)
        return problems + check_different(fields, card.replies)

    def bubble(self) -> Bubble:
        return Bubble(body=self.body.strip(), cards=tuple(self._drawn(card) for card in self.cards))

    def _drawn(self, card: CarouselCard) -> Bubble:
        link = BubbleButton("url", card.label.strip(), card.url.strip())
        replies = tuple(BubbleButton("quick_reply", reply.strip()) for reply in card.replies)
        return Bubble(
            media=MediaFile(url=card.media_url).drawn(self.media),
            body=card.body.strip(),
            buttons=(link,) if self.buttons == "link" else replies,
        )
