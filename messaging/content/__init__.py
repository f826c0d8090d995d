"""One frozen object per kind of message: the preview and what is sent are made from the same thing."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter

from templates_app.components import Components

from .base import Content
from .carousel import CarouselContent
from .inbound import InboundContent
from .interactive import (
    ButtonsContent,
    CtaUrlContent,
    FlowContent,
    LocationRequestContent,
    VoiceCallContent,
)
from .lists import ListContent
from .media import AudioContent, FileContent, ImageContent, StickerContent, VideoContent
from .people import ContactsContent
from .places import LocationContent
from .template import HIDDEN, TemplateContent
from .text import TextContent

__all__ = [
    "SESSION_KINDS",
    "AudioContent",
    "ButtonsContent",
    "CarouselContent",
    "ContactsContent",
    "Content",
    "CtaUrlContent",
    "FileContent",
    "FlowContent",
    "ImageContent",
    "InboundContent",
    "ListContent",
    "LocationContent",
    "LocationRequestContent",
    "StickerContent",
    "TemplateContent",
    "TextContent",
    "VideoContent",
    "VoiceCallContent",
    "load",
    "shown",
    "unsaid",
]

# What may be sent inside the 24-hour window, by kind, in the order in which people are offered it.
SESSION_KINDS: Mapping[str, type[Content]] = {
    "text": TextContent,
    "image": ImageContent,
    "video": VideoContent,
    "audio": AudioContent,
    "file": FileContent,
    "sticker": StickerContent,
    "buttons": ButtonsContent,
    "list": ListContent,
    "cta_url": CtaUrlContent,
    "carousel": CarouselContent,
    "location": LocationContent,
    "location_request": LocationRequestContent,
    "contacts": ContactsContent,
    "flow": FlowContent,
    "voice_call": VoiceCallContent,
}

_ANY: TypeAdapter[Content] = TypeAdapter(
    Annotated[
        TextContent
        | ImageContent
        | VideoContent
        | AudioContent
        | FileContent
        | StickerContent
        | ButtonsContent
        | ListContent
        | CtaUrlContent
        | CarouselContent
        | LocationContent
        | LocationRequestContent
        | ContactsContent
        | FlowContent
        | VoiceCallContent
        | TemplateContent
        | InboundContent,
        Field(discriminator="kind"),
    ],
    # Errors name the field and not what stood in it: a one-time code must not get into a log.
    config=ConfigDict(hide_input_in_errors=True),
)


def load(stored: Mapping[str, Any], components: Components | None = None) -> Content:
    """Read back what `Content.stored()` wrote.

    `components` are those of the message's template version; a template needs them.
    Raises pydantic.ValidationError for JSON that no kind can read.
    """
    data = dict(stored)
    if data.get("kind") == "template":
        data["components"] = components
    return _ANY.validate_python(data)


def shown(content: Content) -> Content:
    """The content as anybody but the recipient may see it: one-time codes are hidden."""
    return content.masked() if isinstance(content, TemplateContent) and content.is_secret else content


def unsaid(content: Content, text: str) -> str:
    """`text`, such as an answer that repeats the request, without what `shown` hides."""
    if isinstance(content, TemplateContent) and content.is_secret:
        for value in sorted(filter(None, content.values.values()), key=len, reverse=True):
            text = text.replace(value, HIDDEN)
    return text
