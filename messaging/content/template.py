from typing import ClassVar, Literal

from pydantic import Field

from templates_app.bubbles import Bubble
from templates_app.components import Components
from templates_app.rendering import template_bubble
from templates_app.rules import Problem, check_media, check_values

from .base import Content
from .parts import Part

# What stands for a value that only the recipient may see.
HIDDEN = "•••"


class CardValues(Part):
    """What fills one card of a carousel: its file, the blanks of its text and of its links, by number."""

    media_url: str = ""
    params: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


class MenuOption(Part):
    title: str = ""
    flow_id: str = ""


class Remembered(Part):
    name: str = ""
    value: str = ""


class WhenAnswered(Part):
    """What the provider's bot does when the contact answers: go to a flow, offer a numbered menu for so many
    seconds, and remember things. https://docs.jelou.ai/en/api/campanas/envio-individual
    """

    flow_id: str = ""
    menu: tuple[MenuOption, ...] = ()
    menu_seconds: str = ""
    memory: tuple[Remembered, ...] = ()


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
    flows: dict[str, str] = {}
    answered: WhenAnswered = WhenAnswered()
    campaign: str = ""
    expires: str = ""
    components: Components = Field(exclude=True, repr=False)

    needs_window: ClassVar[bool] = False

    def problems(self) -> list[Problem]:
        return [
            *check_values(self.components, self.values, category=self.category),
            *check_media(self.components, self.media_url, self.filename),
            *self.delivery.problems(),
        ]

    def bubble(self) -> Bubble:
        return template_bubble(self.components, self.values, media_url=self.media_url, filename=self.filename)

    def in_order(self, place: str) -> list[str]:
        """The values of one place (`body`, `header`, `button.0`) as providers want them: by number."""
        return [self.values.get(key, "") for key in self.components.keys(place)]

    @property
    def is_secret(self) -> bool:
        """Whether the values are one-time codes, which nobody but the recipient may see."""
        return self.category.upper() == "AUTHENTICATION"

    def masked(self) -> "TemplateContent":
        """The same message with its values hidden, for people and for records."""
        return self.model_copy(update={"values": dict.fromkeys(self.values, HIDDEN)})
