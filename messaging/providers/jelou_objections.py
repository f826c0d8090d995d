"""What Jelou's API has no place for, said before it is lost on the way. Sources stand with the builders."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.content import (
    ButtonsContent,
    Content,
    ListContent,
    LocationContent,
    TemplateContent,
    VoiceCallContent,
)
from messaging.content.delivery import Delivery
from messaging.content.media import TYPES, MediaContent
from templates_app.components import Button
from templates_app.media_rules import check_pdf_name
from templates_app.problems import Problem, check_length

from .jelou_messages import BUILDERS, LEGACY_KINDS

QUICK_REPLY_HEADER = 20
# Buttons of a template that need nothing when it is sent, or whose value has a documented place.
BUTTON_KINDS = frozenset({"quick_reply", "url", "phone", "otp", "copy_code", "catalog"})
# https://docs.jelou.ai/en/api/campanas/envio-individual
TEMPLATE_ENDINGS = {"image": (".jpg", ".jpeg", ".png"), "video": (".mp4",), "document": (".pdf",)}

DELIVERY_FIELDS: Mapping[str, str | Promise] = {
    "tags": gettext_lazy("tags"),
    "scheduled_for": gettext_lazy("scheduled time"),
    "validity": gettext_lazy("validity"),
    "use_case": gettext_lazy("use case"),
    "cap_frequency": gettext_lazy("frequency cap"),
    "ignore_quiet_hours": gettext_lazy("quiet hours"),
    "link_tracking": gettext_lazy("link tracking"),
    "short_links": gettext_lazy("short links"),
    "notification_url": gettext_lazy("notification URL"),
}


def objections(content: Content, options: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything that keeps this content from being sent as it is."""
    if content.kind not in (*BUILDERS, "template"):
        yield Problem("kind", _("Jelou cannot send this kind of message. Choose another kind."))
        return
    if options.get("legacy_messages") and content.kind not in (*LEGACY_KINDS, "template"):
        sentence = _(
            "Jelou's older address, which this account uses, does not take this kind. Choose another."
        )
        yield Problem("kind", sentence)
    if content.reply_to:
        yield Problem("reply_to", _("Jelou cannot quote a message. Send it without the quote."))
    yield from _delivery(content.delivery)
    if isinstance(content, MediaContent):
        yield from _files(content)
    elif check := CHECKS.get(content.kind):
        yield from check(content)


def _delivery(delivery: Delivery) -> Iterator[Problem]:
    plain = Delivery()
    for name, label in DELIVERY_FIELDS.items():
        if getattr(delivery, name) != getattr(plain, name):
            sentence = _("Jelou has no setting for this: %(name)s. Leave it as it was.")
            yield Problem(f"delivery.{name}", sentence % {"name": label})


def _files(content: MediaContent) -> Iterator[Problem]:
    if len(content.files) > 1:
        yield Problem("files", _("Jelou takes one file in a message. Send the others by themselves."))
    for index, file in enumerate(content.files[:1]):
        if file.label.strip():
            yield _unsaid(f"files.{index}.label", _("labels of files"))
        if file.filename.strip() and content.kind != "file":
            yield _unsaid(f"files.{index}.filename", _("names of files that are no documents"))
        # What an upload turned out to be was checked already, but Jelou only sees the address.
        if file.mime and file.ending not in ("", *TYPES[content.kind]):
            yield _wrong_ending(f"files.{index}.url", file.ending, list(TYPES[content.kind]))


def _buttons(content: ButtonsContent) -> Iterator[Problem]:
    yield from check_length("header", _("The header"), content.header.strip(), QUICK_REPLY_HEADER)
    if content.footer.strip():
        yield _unsaid("footer", _("a footer below quick replies"))
    if content.media:
        sentence = _("Jelou's quick replies stand below text only. Send the file by itself.")
        yield Problem("media", sentence)
    for index, button in enumerate(content.buttons):
        if button.action == "postback" or button.payload.strip():
            sentence = _(
                "Jelou sends back the title of a button and no payload. Make it an answer without one."
            )
            field = "payload" if button.payload.strip() else "action"
            yield Problem(f"buttons.{index}.{field}", sentence)


def _list(content: ListContent) -> Iterator[Problem]:
    if content.footer.strip():
        yield _unsaid("footer", _("a footer below a list"))
    if len(content.sections) > 1:
        yield Problem("sections", _("Jelou's lists have one section. Put all rows into one."))
    elif any(section.title.strip() for section in content.sections):
        yield _unsaid("sections.0.title", _("titles of sections"))


def _location(content: LocationContent) -> Iterator[Problem]:
    if content.name.strip():
        yield _unsaid("name", _("the name of a place"))
    if content.address.strip():
        yield _unsaid("address", _("the address of a place"))


def _voice_call(content: VoiceCallContent) -> Iterator[Problem]:
    if content.footer.strip():
        yield _unsaid("footer", _("a footer below a call button"))


def _template(content: TemplateContent) -> Iterator[Problem]:
    yield from _button_kinds(content)
    kind = content.components.media_format
    if kind and (flaw := _media_flaw("header_media", content.media_url, TEMPLATE_ENDINGS[kind])):
        yield flaw
    if kind == "document":
        yield from check_pdf_name(content.filename)


def _button_kinds(content: TemplateContent) -> Iterator[Problem]:
    """A button whose value has no place in the wire body must not be sent without it."""
    components = content.components
    buttons: Sequence[Button] = [
        *components.buttons,
        *(one for card in components.cards for one in card.buttons),
    ]
    if kinds := {button.kind for button in buttons} - BUTTON_KINDS:
        sentence = _("This template has a button that Jelou cannot send: %(kinds)s. Choose another one.")
        yield Problem("template", sentence % {"kinds": ", ".join(sorted(kinds))})


def _media_flaw(field: str, url: str, endings: Sequence[str]) -> Problem | None:
    try:
        ending = PurePosixPath(urlsplit(url.strip()).path).suffix.lower()
    except ValueError:
        return None
    return _wrong_ending(field, ending, endings) if ending and ending not in endings else None


def _wrong_ending(field: str, ending: str, endings: Sequence[str]) -> Problem:
    sentence = _("The link ends in %(ending)s, and Jelou takes %(endings)s here. Choose another file.")
    return Problem(field, sentence % {"ending": ending, "endings": ", ".join(endings)})


def _unsaid(field: str, name: str) -> Problem:
    return Problem(field, _("Jelou cannot send this: %(name)s. Empty the field.") % {"name": name})


CHECKS: Mapping[str, Callable[[Any], Iterator[Problem]]] = {
    "buttons": _buttons,
    "list": _list,
    "location": _location,
    "voice_call": _voice_call,
    "template": _template,
}
