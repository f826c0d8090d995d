"""How the kinds of message are offered: their order, their words and their drawings."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .parts import Text

GROUPS: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (_("Words and files"), ("template", "text", "image", "video", "audio", "file", "sticker")),
    (_("To press"), ("buttons", "list", "cta_url", "carousel", "flow", "voice_call")),
    (_("Places and people"), ("location", "location_request", "contacts")),
)
LABELS: Mapping[str, Text] = {
    "template": _("Template"),
    "text": _("Text"),
    "image": _("Picture"),
    "video": _("Film"),
    "audio": _("Sound"),
    "file": _("Document"),
    "sticker": _("Sticker"),
    "buttons": _("Buttons"),
    "list": _("List"),
    "cta_url": _("Link button"),
    "carousel": _("Carousel"),
    "flow": _("Form (flow)"),
    "voice_call": _("Call button"),
    "location": _("Location"),
    "location_request": _("Ask for place"),
    "contacts": _("Contacts"),
}
ICONS: Mapping[str, str] = {
    "template": "templates",
    "text": "messages",
    "image": "image",
    "video": "video",
    "audio": "audio",
    "file": "document",
    "sticker": "sticker",
    "buttons": "reply",
    "list": "list",
    "cta_url": "external",
    "carousel": "cards",
    "flow": "checklist",
    "voice_call": "call",
    "location": "location",
    "location_request": "crosshair",
    "contacts": "contacts",
}
