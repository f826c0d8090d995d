"""One frozen object per kind of message: the preview and what is sent are made from the same thing."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter

from templates_app.components import Components

from .base import Content
from .inbound import InboundContent
from .template import HIDDEN, TemplateContent
from .text import TextContent

__all__ = ["Content", "InboundContent", "TemplateContent", "TextContent", "load", "shown", "unsaid"]

_ANY: TypeAdapter[Content] = TypeAdapter(
    Annotated[TextContent | TemplateContent | InboundContent, Field(discriminator="kind")],
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
