from typing import ClassVar, Literal

from pydantic import Field

from templates_app.components import Components
from templates_app.rendering import Bubble, template_bubble
from templates_app.rules import Problem, check_media, check_values

from .base import Content

# What stands for a value that only the recipient may see.
HIDDEN = "•••"


class TemplateContent(Content):
    """An approved template with its blanks filled.

    `values` is keyed by `Variable.key`. The components belong to the template version that the message
    row points at, so they are not stored again with each of its messages.
    """

    kind: Literal["template"] = "template"
    element_name: str
    language: str
    category: str = ""
    values: dict[str, str] = {}
    media_url: str = ""
    filename: str = ""
    components: Components = Field(exclude=True, repr=False)

    needs_window: ClassVar[bool] = False

    def problems(self) -> list[Problem]:
        return [
            *check_values(self.components, self.values, category=self.category),
            *check_media(self.components, self.media_url, self.filename),
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
