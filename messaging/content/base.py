"""What every kind of message has in common."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from templates_app.rendering import Bubble, plain_text
from templates_app.rules import Problem


class Content(BaseModel):
    """One message as a person means it; frozen, because what was sent never changes.

    The preview, the checks, a provider's wire body and the history are all made from this object and
    from nothing else. `version` numbers the stored shape: a reader of old rows looks at it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    version: int = 1

    # Providers take it only inside the 24 hours after the contact wrote.
    needs_window: ClassVar[bool] = True

    def problems(self) -> list[Problem]:
        """Why this may not or should not be sent, in words; empty when nothing is wrong."""
        raise NotImplementedError

    def bubble(self) -> Bubble:
        """What the renderer draws."""
        raise NotImplementedError

    def text(self) -> str:
        """What lists and the search show."""
        return plain_text(self.bubble())

    def stored(self) -> dict[str, Any]:
        """The JSON kept in `Message.content`; `content.load` reads it back."""
        return self.model_dump(mode="json")
