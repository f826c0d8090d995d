"""The only renderer: composer, template page, history and conversation all show what it draws.

`bubble_html` draws a `bubbles.Bubble`, inert: nothing in it can be followed, submitted or run, and under a
strict content security policy it needs no exception.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from templates_app.bubbles import Bubble, BubbleButton, Media, Offer
from templates_app.card_bubbles import drawn_cards
from templates_app.components import CardValues, Components
from templates_app.filling import detail, filled
from templates_app.formatting import Blank, displayable, marked, to_html

# More buttons than this, and WhatsApp shows two and "See all options":
# https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
BUTTONS_SHOWN = 3

# More pictures than this, and the last one says how many there are besides.
PICTURES_SHOWN = 4

# How a status is drawn. The words are those of `messaging.statuses`, which this app may not import.
_TICKS: dict[str, tuple[str, str | Promise]] = {
    "planned": ("clock", _("Planned")),
    "queued": ("clock", _("Queued")),
    "sending": ("clock", _("Sending")),
    "unknown": ("question", _("Unknown")),
    "accepted": ("clock", _("Accepted")),
    "sent": ("one", _("Sent")),
    "delivered": ("two", _("Delivered")),
    "read": ("two", _("Read")),
    "failed": ("cross", _("Failed")),
    "canceled": ("cross", _("Canceled")),
    "skipped": ("cross", _("Skipped")),
}
# Buttons that WhatsApp labels itself, in the language of the phone.
_FIXED_LABELS = {
    "url": _("Link"),
    "copy_code": _("Copy code"),
    "otp": _("Copy code"),
    "catalog": _("View catalog"),
    "location_request": _("Send location"),
    "voice_call": _("Call"),
}
_MEDIA_WORDS: dict[str, str | Promise] = {
    "image": _("Image"),
    "video": _("Video"),
    "document": _("Document"),
    "location": _("Location"),
    "audio": _("Audio"),
    "sticker": _("Sticker"),
}
_TAGS = {"image": "img", "sticker": "img", "video": "video", "audio": "audio"}
_ORIGIN = re.compile(r"(https?)://((?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]+)?)(?=[/?#]|\Z)", re.IGNORECASE)


def template_bubble(
    components: Components,
    values: Mapping[str, str],
    *,
    media_url: str = "",
    filename: str = "",
    thumbnail_url: str = "",
    cards: tuple[CardValues, ...] = (),
    offer_ends: dt.datetime | None = None,
) -> Bubble:
    """A template with `values`, keyed like `Variable.key`, and for a carousel with what fills its `cards`.

    The provider's sample of a media header is never shown in place of a missing file, because it would
    not be sent either; a page that wants the sample passes it as `media_url`.
    """
    body, body_blanks = _filled(components, "body", components.body, values)
    header_text = components.header.text if components.header else ""
    header, header_blanks = _filled(components, "header", header_text, values)
    return Bubble(
        body=body,
        header=header,
        media=_media(components, media_url, filename) or _thumbnail(components, thumbnail_url),
        offer=_offer(components, values, offer_ends),
        footer=components.footer,
        cards=drawn_cards(components, cards) if components.is_carousel else (),
        buttons=tuple(_button(components, index, values) for index in range(len(components.buttons))),
        unsupported=tuple(str(part.get("type") or next(iter(part), "?")) for part in components.unknown),
        header_blanks=header_blanks,
        body_blanks=body_blanks,
    )


def bubble_html(
    bubble: Bubble,
    *,
    inbound: bool = False,
    time: dt.datetime | None = None,
    status: str = "",
    show_media_from: Iterable[str] = (),
) -> SafeString:
    """The bubble as HTML, with `time` in the reader's zone.

    A picture or a film is only fetched from a site named in `show_media_from` (CSP sources such as
    `https://cdn.example.com`); anything else is an icon with a name, so that no stranger's server learns
    who reads what.
    """
    drawing, word = _TICKS.get(status, ("", ""))
    context = _context(bubble, show_media_from) | {
        "inbound": inbound,
        "time": time,
        "ticks": {"status": status, "drawing": drawing, "word": word} if drawing and not inbound else None,
    }
    html = render_to_string("templates_app/bubble.html", context)
    return mark_safe(displayable(html))  # noqa: S308 - the template escaped it, and this adds no sign


def _context(bubble: Bubble, sources: Iterable[str]) -> dict[str, Any]:
    """What the template draws of a bubble, and in the same way of each of its cards."""
    sources = tuple(sources)
    buttons = [_button_context(button) for button in bubble.buttons]
    shown = len(buttons) if len(buttons) <= BUTTONS_SHOWN else BUTTONS_SHOWN - 1
    files = _files_context(bubble, sources)
    return {
        "bubble": bubble,
        "header": marked(bubble.header, bubble.header_blanks),
        "body": to_html(bubble.body, bubble.body_blanks),
        "files": files,
        "hidden_files": 1 + len(bubble.more_media) - len(files) if bubble.media else 0,
        "offer": _offer_context(bubble.offer) if bubble.offer else None,
        "buttons": buttons[:shown],
        "more_buttons": buttons[shown:],
        "cards": [_context(card, sources) for card in bubble.cards],
    }


def _files_context(bubble: Bubble, sources: Iterable[str]) -> list[dict[str, Any]]:
    """Pictures up to a number; documents and sounds all, because their names are all there is to see."""
    files = [media for media in (bubble.media, *bubble.more_media) if media]
    shown = PICTURES_SHOWN if all(media.kind in ("image", "video") for media in files) else len(files)
    return [_media_context(media, sources) for media in files[:shown]]


def _offer_context(offer: Offer) -> dict[str, Any]:
    is_over = offer.ends_at is not None and offer.ends_at <= timezone.now()
    return {"title": offer.title, "ends_at": offer.ends_at, "code": offer.code, "is_over": is_over}


def _media(components: Components, url: str, filename: str) -> Media | None:
    header = components.header
    return Media(header.format, url, filename) if header and header.format != "text" else None


def _thumbnail(components: Components, url: str) -> Media | None:
    """The picture of a catalogue, which WhatsApp takes from the first product if none is chosen."""
    return Media("image", url) if url and components.has_button("catalog") else None


def _offer(components: Components, values: Mapping[str, str], ends: dt.datetime | None) -> Offer | None:
    places = [f"button.{index}" for index, one in enumerate(components.buttons) if one.kind == "copy_code"]
    codes = [values.get(key, "") for place in places for key in components.keys(place)]
    return Offer(components.offer, ends, "".join(codes)) if components.offer else None


def _filled(
    components: Components, place: str, text: str, values: Mapping[str, str]
) -> tuple[str, tuple[Blank, ...]]:
    titles = {variable.key: variable.title for variable in components.variables}
    return filled(text, place, values, titles)


def _button(components: Components, index: int, values: Mapping[str, str]) -> BubbleButton:
    button = components.buttons[index]
    text, blanks = _filled(components, f"button.{index}", detail(button), values)
    return BubbleButton(button.kind, button.label, text, blanks)


def _button_context(button: BubbleButton) -> dict[str, Any]:
    label = button.label or _FIXED_LABELS.get(button.kind, button.kind)
    return {"kind": button.kind, "label": label, "detail": marked(button.detail, button.blanks)}


def _media_context(media: Media, sources: Iterable[str]) -> dict[str, Any]:
    tag = _TAGS.get(media.kind, "") if _may_fetch(media.url, sources) else ""
    word = _MEDIA_WORDS.get(media.kind, _("File"))
    known = media.kind if media.kind in _MEDIA_WORDS else "document"
    name, host = media.filename or media.label or _last_part(media.url), _host(media.url)
    return {"kind": known, "tag": tag, "url": media.url, "word": word, "name": name, "host": host}


def _may_fetch(url: str, sources: Iterable[str]) -> bool:
    """Whether the URL is of one of these CSP sources, by scheme, host and port."""
    origin = _ORIGIN.match(url)
    return origin is not None and any(
        _is_from(origin[1].lower(), origin[2].lower(), source) for source in sources
    )


def _is_from(scheme: str, host: str, source: str) -> bool:
    source_scheme, mark, rest = source.lower().partition("://")
    if not mark:
        source_scheme, rest = "https", source.lower()
    allowed = rest.partition("/")[0]
    matches = host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed
    return scheme == source_scheme and matches


def _host(url: str) -> str:
    origin = _ORIGIN.match(url)
    return origin[2] if origin else ""


def _last_part(url: str) -> str:
    origin = _ORIGIN.match(url)
    return unquote(re.split("[?#]", url[origin.end() :])[0].rpartition("/")[2]) if origin else ""
