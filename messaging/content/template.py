import datetime as dt
from typing import ClassVar, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from templates_app.bubbles import Bubble
from templates_app.components import VARIABLE, CardValues, Components
from templates_app.moments import moment
from templates_app.problems import Problem
from templates_app.rendering import template_bubble
from templates_app.rules import check_media, check_values
from templates_app.special_rules import check_cards, check_flows, check_offer, check_thumbnail

from .answered import MenuOption, Remembered, WhenAnswered
from .base import Content
from .checks import check_optional

__all__ = ["HIDDEN", "CardValues", "MenuOption", "Remembered", "TemplateContent", "WhenAnswered"]

# Nobody waits longer; a date far beyond has more digits than providers take for a time.
FURTHEST = dt.timedelta(days=3650)
# What stands for a value that only the recipient may see.
HIDDEN = "•••"
CAMPAIGN_LIMIT = 100


class TemplateContent(Content):
    """An approved template with its blanks filled.

    `values` is keyed by `Variable.key`. The components belong to the template version that the message
    row points at, so they are not stored again with each of its messages. `offer_ends` and `expires` are ISO
    8601 times with their zone: the end of a limited-time offer, and when a message that has not arrived is
    given up. `flows` are ids of the flows that quick replies lead to, by the button's index.
    """

    kind: Literal["template"] = "template"
    element_name: str
    language: str
    # What the provider calls it, where the name is not enough.
    provider_id: str = ""
    category: str = ""
    values: dict[str, str] = {}
    media_url: str = ""
    filename: str = ""
    thumbnail_url: str = ""
    offer_ends: str = ""
    cards: tuple[CardValues, ...] = ()
    flows: dict[str, str] = Field(default_factory=dict)
    answered: WhenAnswered = WhenAnswered()
    campaign: str = ""
    expires: str = ""
    components: Components = Field(exclude=True, repr=False)

    needs_window: ClassVar[bool] = False

    def problems(self) -> list[Problem]:
        return [
            *check_values(self.components, self.values, category=self.category),
            *check_media(self.components, self.media_url, self.filename),
            *check_offer(self.components, self.offer_ends),
            *check_cards(self.components, self.cards),
            *check_thumbnail(self.components, self.thumbnail_url),
            *check_flows(self.components, self.flows),
            *self.answered.problems("answered"),
            *check_optional("campaign", _("The campaign"), self.campaign, CAMPAIGN_LIMIT),
            *self._expiry_problems(),
            *self.delivery.problems(),
        ]

    def _expiry_problems(self) -> list[Problem]:
        if not self.expires.strip():
            return []
        time = moment(self.expires)
        if time is None:
            return [Problem("expires", _("This is no time. Choose a day and an hour."))]
        if time <= timezone.now():
            return [Problem("expires", _("This time has passed already. Choose a later day and hour."))]
        if time - timezone.now() > FURTHEST:
            return [Problem("expires", _("This is more than ten years ahead. Choose an earlier day."))]
        return []

    def bubble(self) -> Bubble:
        return template_bubble(
            self.components,
            self.values,
            media_url=self.media_url,
            filename=self.filename,
            thumbnail_url=self.thumbnail_url.strip(),
            cards=self.cards,
            offer_ends=moment(self.offer_ends),
        )

    def in_order(self, place: str) -> list[str]:
        """The values of one place (`body`, `header`, `button.0`) as providers want them: by number."""
        return [self.values.get(key, "") for key in self.components.keys(place)]

    def button_values(self, index: int) -> list[str]:
        """The values of one button. An OTP button with a blank copies the code that the body shows."""
        button = self.components.buttons[index]
        if button.kind == "otp":
            return self.in_order("body")[:1] if VARIABLE.search(button.url) else []
        return self.in_order(f"button.{index}")

    @property
    def is_secret(self) -> bool:
        """Whether the values are one-time codes, which nobody but the recipient may see."""
        return self.category.upper() == "AUTHENTICATION" or self.components.has_button("otp")

    @property
    def said(self) -> set[str]:
        """Every text that a person or their contact's data filled in."""
        of_cards = {text for card in self.cards for text in (*card.params, *card.links)}
        remembered = {one.value for one in self.answered.memory}
        return {text for text in {*self.values.values(), *of_cards, *remembered} if text}

    def masked(self) -> "TemplateContent":
        """The same message with its values hidden, for people and for records."""
        cards = tuple(_masked(card) for card in self.cards)
        changes = {
            "values": dict.fromkeys(self.values, HIDDEN),
            "cards": cards,
            "answered": self.answered.masked(HIDDEN),
        }
        return self.model_copy(update=changes)


def _masked(card: CardValues) -> CardValues:
    hidden = {"params": (HIDDEN,) * len(card.params), "links": (HIDDEN,) * len(card.links)}
    return card.model_copy(update=hidden)
