"""One frozen object per kind of message: DESIGN rule 4, preview and send are made from the same thing."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from templates_app.components import Components

from .base import Content
from .inbound import InboundContent
from .template import TemplateContent
from .text import TextContent

__all__ = ["Content", "InboundContent", "TemplateContent", "TextContent", "load", "shown"]

_ANY: TypeAdapter[Content] = TypeAdapter(
    Annotated[TextContent | TemplateContent | InboundContent, Field(discriminator="kind")]
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
