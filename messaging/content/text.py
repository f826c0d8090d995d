from typing import Literal

from templates_app.bubbles import Bubble
from templates_app.rules import Problem, check_text

from .base import Content


class TextContent(Content):
    """Free text, 1 to 4,096 characters.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/text-messages
    """

    kind: Literal["text"] = "text"
    body: str = ""

    def problems(self) -> list[Problem]:
        return [*check_text(self.body), *self.delivery.problems()]

    def bubble(self) -> Bubble:
        return Bubble(body=self.body)
