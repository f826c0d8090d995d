"""Messages with something to press: answers, a link, a form, a call, a request for the place.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-reply-buttons-messages
and the pages beside it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from django.utils.translation import gettext as _

from templates_app.bubbles import Bubble, BubbleButton
from templates_app.link_rules import check_link
from templates_app.problems import Problem

from .base import Content
from .checks import check_count, check_different, check_label, check_needed, check_optional
from .media import FileContent, ImageContent, MediaContent, MediaFile, VideoContent
from .parts import Part

BODY_LIMIT = 1024
HEADER_LIMIT = FOOTER_LIMIT = 60
LABEL_LIMIT = 20
PAYLOAD_LIMIT = 256
MOST_BUTTONS = 3
NAME_LIMIT = 200

ATTACHED: Mapping[str, type[ImageContent | VideoContent | FileContent]] = {
    "image": ImageContent,
    "video": VideoContent,
    "file": FileContent,
}


class ReplyButton(Part):
    """What its press sends back is its title, or for a postback the payload, which the contact never sees."""

    action: Literal["reply", "postback"] = "reply"
    title: str = ""
    payload: str = ""


class TextedContent(Content):
    """A text with an optional line in bold above and a small one below."""

    header: str = ""
    body: str = ""
    footer: str = ""

    def problems(self) -> list[Problem]:
        return [
            *check_optional("header", _("The header"), self.header, HEADER_LIMIT),
            *check_needed("body", _("The text"), self.body, BODY_LIMIT),
            *check_optional("footer", _("The footer"), self.footer, FOOTER_LIMIT),
            *self.delivery.problems(),
        ]

    def _drawn(self, *buttons: BubbleButton) -> Bubble:
        header, body, footer = self.header.strip(), self.body.strip(), self.footer.strip()
        return Bubble(header=header, body=body, footer=footer, buttons=buttons)


class ButtonsContent(TextedContent):
    """Up to three answers to press, below a text or below pictures, a film or documents."""

    kind: Literal["buttons"] = "buttons"
    media: Literal["", "image", "video", "file"] = ""
    files: tuple[MediaFile, ...] = ()
    buttons: tuple[ReplyButton, ...] = ()

    def problems(self) -> list[Problem]:
        titles = [button.title for button in self.buttons]
        fields = [f"buttons.{index}.title" for index in range(len(titles))]
        problems = [*super().problems(), *self._media_problems()]
        problems += check_count("buttons", self.buttons, 1, MOST_BUTTONS)
        for index, button in enumerate(self.buttons):
            problems += check_label(fields[index], _("The button"), button.title, LABEL_LIMIT)
            payload = f"buttons.{index}.payload"
            problems += check_optional(payload, _("The payload"), button.payload, PAYLOAD_LIMIT)
        return problems + check_different(fields, titles)

    def _media_problems(self) -> list[Problem]:
        if self.attached is None:
            return []
        problems = self.attached.file_problems()
        if self.header.strip():
            sentence = _("A message has a picture or a header, not both. Empty one of them.")
            problems.append(Problem("header", sentence))
        return problems

    @property
    def attached(self) -> MediaContent | None:
        """The files above the text, as a message of their own would have them."""
        return ATTACHED[self.media](files=self.files) if self.media else None

    def bubble(self) -> Bubble:
        files = self.attached.bubble() if self.attached else Bubble()
        buttons = (BubbleButton("quick_reply", button.title.strip()) for button in self.buttons)
        return replace(self._drawn(*buttons), media=files.media, more_media=files.more_media)


class CtaUrlContent(TextedContent):
    """A text with one button that opens a page."""

    kind: Literal["cta_url"] = "cta_url"
    label: str = ""
    url: str = ""

    def problems(self) -> list[Problem]:
        return [
            *super().problems(),
            *check_label("label", _("The button"), self.label, LABEL_LIMIT),
            *check_link("url", _("The link"), self.url.strip()),
        ]

    def bubble(self) -> Bubble:
        return self._drawn(BubbleButton("url", self.label.strip(), self.url.strip()))


class FlowContent(TextedContent):
    """A text with a button that opens a form inside WhatsApp, which was published there before.

    https://docs.jelou.ai/en/api/envia-mensajes/boton-flujo
    """

    kind: Literal["flow"] = "flow"
    label: str = ""
    flow_id: str = ""
    flow_name: str = ""
    screen: str = ""
    mode: Literal["published", "draft"] = "published"
    message_version: str = "3"

    def problems(self) -> list[Problem]:
        return [
            *super().problems(),
            *check_label("label", _("The button"), self.label, LABEL_LIMIT),
            *check_needed("flow_id", _("The flow's id"), self.flow_id, NAME_LIMIT),
            *check_needed("flow_name", _("The flow's name"), self.flow_name, NAME_LIMIT),
            *check_needed("screen", _("The first screen"), self.screen, NAME_LIMIT),
            *check_needed("message_version", _("The flow's version"), self.message_version, LABEL_LIMIT),
        ]

    def bubble(self) -> Bubble:
        return self._drawn(BubbleButton("flow", self.label.strip()))


class VoiceCallContent(TextedContent):
    """A text with a button that calls the company inside WhatsApp."""

    kind: Literal["voice_call"] = "voice_call"
    label: str = ""

    def problems(self) -> list[Problem]:
        return [*super().problems(), *check_label("label", _("The button"), self.label, LABEL_LIMIT)]

    def bubble(self) -> Bubble:
        return self._drawn(BubbleButton("voice_call", self.label.strip()))


class LocationRequestContent(Content):
    """A text with a button that sends the place where the contact is."""

    kind: Literal["location_request"] = "location_request"
    body: str = ""

    def problems(self) -> list[Problem]:
        return [*check_needed("body", _("The text"), self.body, BODY_LIMIT), *self.delivery.problems()]

    def bubble(self) -> Bubble:
        return Bubble(body=self.body.strip(), buttons=(BubbleButton("location_request", ""),))
