"""What Bird cannot carry of a message, in words and at the field that is to blame.

https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.content import CarouselContent, Content, ListContent, TemplateContent
from messaging.content.interactive import TextedContent
from messaging.content.template import WhenAnswered
from templates_app.rules import Problem

from .fields import is_uuid

DOMAIN_LIMIT = 128
# Buttons of a template: the approved text says all about them, or a variable does.
BUTTON_KINDS = frozenset({"quick_reply", "url", "phone"})

UNCARRIED: Mapping[str, str | Promise] = {
    "contacts": gettext_lazy("Bird cannot send contact cards. Write the name and the number as text."),
    "flow": gettext_lazy("Bird cannot send a form (Flow) by itself. Use a link or questions with buttons."),
    "voice_call": gettext_lazy("Bird cannot send a call button. Write the number as text."),
}
OTHER = gettext_lazy("Bird cannot send this kind of message. Choose another kind.")


def objections(content: Content, kinds: frozenset[str]) -> list[Problem]:
    if content.kind not in kinds:
        return [Problem("kind", str(UNCARRIED.get(content.kind, OTHER)))]
    check = CHECKS.get(content.kind)
    return [*(check(content) if check else ()), *_delivery(content)]


def _texted(content: TextedContent) -> Iterator[Problem]:
    if content.header.strip():
        yield Problem("header", _("Bird has no header here. Put it into the text, and empty this field."))
    if content.footer.strip():
        yield Problem("footer", _("Bird has no footer here. Put it into the text, and empty this field."))


def _list(content: ListContent) -> Iterator[Problem]:
    if content.footer.strip():
        yield Problem("footer", _("Bird has no footer here. Put it into the text, and empty this field."))


def _carousel(content: CarouselContent) -> Iterator[Problem]:
    if content.buttons != "link":
        sentence = _("At Bird each card of a carousel has one button with a link. Choose links.")
        yield Problem("buttons", sentence)


def _delivery(content: Content) -> Iterator[Problem]:
    if len(content.delivery.short_links.strip()) > DOMAIN_LIMIT:
        sentence = _("The domain of short links takes %(limit)d characters. Write a shorter one.")
        yield Problem("delivery.short_links", sentence % {"limit": DOMAIN_LIMIT})


# -- Templates -----------------------------------------------------------------------------------


def _template(content: TemplateContent) -> Iterator[Problem]:
    project, _colon, version = content.provider_id.partition(":")
    if not (is_uuid(project) and is_uuid(version)):
        sentence = _("Bird's id of this template is not known here. Bring the templates up to date.")
        yield Problem("template", sentence)
    yield from _parts(content)
    yield from _fixed_file(content)
    yield from _same_key(content)
    yield from _beside_the_template(content)


def _parts(content: TemplateContent) -> Iterator[Problem]:
    """Bird publishes nothing about how these are filled."""
    components = content.components
    if components.is_carousel or components.cards or content.cards:
        yield Problem("template", _("Carousel templates cannot be sent at Bird from here. Use another one."))
    if components.offer or content.offer_ends:
        yield Problem("template", _("Offers with an end cannot be sent at Bird from here. Use another one."))
    if kinds := {button.kind for button in components.buttons} - BUTTON_KINDS:
        sentence = _("This template has a button that cannot be sent at Bird: %(kinds)s. Choose another one.")
        yield Problem("template", sentence % {"kinds": ", ".join(sorted(kinds))})


def _fixed_file(content: TemplateContent) -> Iterator[Problem]:
    header = content.components.header
    if not content.components.media_format or header is None or header.variable:
        return
    if content.media_url.strip() != header.sample_url:
        sentence = _("The file of this template is fixed at Bird, so no other can be sent. Write %(url)s.")
        yield Problem("header_media", sentence % {"url": header.sample_url})


def _same_key(content: TemplateContent) -> Iterator[Problem]:
    """A value is named by its key alone, wherever in the template it stands."""
    values: dict[str, str] = {}
    for variable in content.components.variables:
        value = content.values.get(variable.key, "")
        if values.setdefault(variable.name, value) != value:
            sentence = _("%(name)s stands in two places, and Bird fills both alike. Write one value in both.")
            yield Problem(variable.key, sentence % {"name": variable.title})


def _beside_the_template(content: TemplateContent) -> Iterator[Problem]:
    sentence = _("Bird has no such thing. Empty this field.")
    asked = {
        "answered": content.answered != WhenAnswered(),
        "flows": bool(content.flows),
        "campaign": bool(content.campaign.strip()),
        "thumbnail_url": bool(content.thumbnail_url.strip()),
    }
    yield from (Problem(field, sentence) for field, is_asked in asked.items() if is_asked)
    if content.expires.strip():
        sentence = _("Bird takes the number of seconds instead. Empty this field and write the validity.")
        yield Problem("expires", sentence)


CHECKS: Mapping[str, Callable[[Any], Iterator[Problem]]] = {
    "buttons": _texted,
    "cta_url": _texted,
    "list": _list,
    "carousel": _carousel,
    "template": _template,
}
