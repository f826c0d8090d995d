"""What every kind of message has in common."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from templates_app.bubbles import Bubble, plain_text
from templates_app.problems import Problem

from .delivery import Delivery


class Content(BaseModel):
    """One message as a person means it; frozen, because what was sent never changes.

    The preview, the checks, a provider's wire body and the history are all made from this object and
    from nothing else. It holds what was typed as it was typed, also where that makes no sense: a number
    is a text here, `problems` says what is wrong with it, and only a message without problems is built.

    `version` numbers the stored shape: a reader of old rows looks at it. `reply_to` is the provider's id
    of the contact's message that this one quotes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    version: int = 1
    reply_to: str = ""
    delivery: Delivery = Delivery()

    # Providers take it only inside the 24 hours after the contact wrote.
    needs_window: ClassVar[bool] = True

    def problems(self) -> list[Problem]:
        """Why this may not or should not be sent, in words; empty when nothing is wrong.

        Their fields are paths into this object, such as `buttons.0.title`, and the names of form fields.
        """
        raise NotImplementedError

    def bubble(self) -> Bubble:
        """What the renderer draws."""
        raise NotImplementedError

    def text(self) -> str:
        """What lists and the search show."""
        return plain_text(self.bubble())

    def stored(self) -> dict[str, Any]:
        """The JSON kept in `Message.content`; `content.load` reads it back."""
        said = self.model_dump(mode="json", exclude_defaults=True)
        return {"kind": self.kind, "version": self.version, **said}
