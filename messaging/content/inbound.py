from typing import Literal

from templates_app.bubbles import Bubble, Media
from templates_app.rules import Problem

from .base import Content


class InboundContent(Content):
    """What a contact sent that is more than text.

    `of` is the provider's word (image, audio, location, …), which may be one nobody here knows: the
    text and the link that came with it are shown, and the raw event keeps the rest.
    """

    kind: Literal["inbound"] = "inbound"
    of: str
    body: str = ""
    media_url: str = ""

    def problems(self) -> list[Problem]:
        return []

    def bubble(self) -> Bubble:
        media = Media(kind=self.of, url=self.media_url) if self.media_url else None
        return Bubble(body=self.body, media=media, unsupported=() if self.body or media else (self.of,))
