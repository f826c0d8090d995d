"""The wire body of a message at Bird: what it says, and what stands beside that.

https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages
Its schemas are closed, so nothing that is empty is written. What we assumed is in docs/providers.md.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from messaging.content import (
    ButtonsContent,
    CarouselContent,
    Content,
    CtaUrlContent,
    FileContent,
    ListContent,
    LocationContent,
    LocationRequestContent,
    TemplateContent,
    TextContent,
)
from messaging.content.delivery import Delivery
from messaging.content.interactive import ReplyButton
from messaging.content.lists import ListRow, ListSection
from messaging.content.media import CaptionedContent, MediaContent, MediaFile

from .base import Outbound
from .fields import EARLIEST

Wire = dict[str, Any]


def wire(outbound: Outbound) -> Wire:
    """`CreateMessage` of the published schema, for exactly one person."""
    content = outbound.content
    quoted = {"replyTo": {"id": content.reply_to, "type": "message"}} if content.reply_to else {}
    contact = {"identifierKey": "phonenumber", "identifierValue": f"+{outbound.to}"}
    return {
        "receiver": {"contacts": [contact]},
        **_said(content),
        **quoted,
        "reference": outbound.reference,
        **_options(content),
    }


def _said(content: Content) -> Wire:
    if isinstance(content, TemplateContent):
        return {"template": _template(content)}
    return {"body": body(content)}


def body(content: Content) -> Wire:
    kind, said = BUILDERS[content.kind](content)
    return {"type": kind, kind: _filled(**said)}


def _filled(**said: Any) -> Wire:
    return {name: value for name, value in said.items() if value not in ("", [], {})}


# -- What it says --------------------------------------------------------------------------------

Said = tuple[str, Wire]


def _text(content: TextContent) -> Said:
    return "text", {"text": content.body}


def _images(content: MediaContent) -> Said:
    """Stickers too: the page puts them with pictures."""
    return "image", {"images": _pictures(content.files), "text": _caption(content)}


def _files(content: MediaContent) -> Said:
    """Among several documents there may be films and sounds."""
    kind_of = content.kind_of if isinstance(content, FileContent) else lambda _file: content.kind
    files = _documents((file, kind_of(file)) for file in content.files)
    return "file", {"files": files, "text": _caption(content)}


def _caption(content: MediaContent) -> str:
    return content.body.strip() if isinstance(content, CaptionedContent) else ""


def _pictures(files: Iterable[MediaFile]) -> list[Wire]:
    return [_filled(mediaUrl=file.url.strip(), altText=file.label.strip()) for file in files]


def _documents(files: Iterable[tuple[MediaFile, str]]) -> list[Wire]:
    """`contentType` is needed, so where an address has no ending its kind's usual one is written."""
    return [
        _filled(
            contentType=file.type_of(kind),
            mediaUrl=file.url.strip(),
            filename=file.filename.strip(),
            altText=file.label.strip(),
        )
        for file, kind in files
    ]


def _buttons(content: ButtonsContent) -> Said:
    kind, files = BUILDERS[content.media](content.attached) if content.attached else ("text", {})
    actions = [_press(button) for button in content.buttons]
    return kind, {**files, "text": content.body.strip(), "actions": actions}


def _press(button: ReplyButton) -> Wire:
    payload = button.payload.strip() if button.action == "postback" else ""
    return {"type": button.action, button.action: _filled(text=button.title.strip(), payload=payload)}


def _link(label: str, url: str) -> Wire:
    return {"type": "link", "link": {"text": label.strip(), "url": url.strip()}}


def _cta_url(content: CtaUrlContent) -> Said:
    return "text", {"text": content.body.strip(), "actions": [_link(content.label, content.url)]}


def _location_request(content: LocationRequestContent) -> Said:
    """The published snippet lacks the text around it, and would not pass the published schema."""
    return "text", {"text": content.body.strip(), "actions": [{"type": "locationRequest"}]}


def _location(content: LocationContent) -> Said:
    latitude, longitude = content.coordinates
    place = _filled(address=content.address.strip(), label=content.name.strip())
    return "location", {"coordinates": {"latitude": latitude, "longitude": longitude}, "location": place}


def _list(content: ListContent) -> Said:
    label = content.label.strip()
    return "list", {
        "items": [_section(section) for section in content.sections],
        "title": content.header.strip(),
        "text": content.body.strip(),
        "metadata": {"button": {"label": label}} if label else {},
    }


def _section(section: ListSection) -> Wire:
    return _filled(title=section.title.strip(), actions=[_row(row) for row in section.rows])


def _row(row: ListRow) -> Wire:
    """With a payload the row is a postback; without one its title comes back."""
    kind = "postback" if row.payload.strip() else "reply"
    description = row.description.strip()
    metadata = {"description": {"label": description}} if description else {}
    said = _filled(text=row.title.strip(), payload=row.payload.strip(), metadata=metadata)
    return {"type": kind, kind: said}


def _carousel(content: CarouselContent) -> Said:
    cards = [
        {
            "title": card.body.strip(),
            "mediaUrl": card.media_url.strip(),
            "actions": [_link(card.label, card.url)],
        }
        for card in content.cards
    ]
    return "carousel", {"text": content.body.strip(), "items": cards}


BUILDERS: Mapping[str, Callable[[Any], Said]] = {
    "text": _text,
    "image": _images,
    "sticker": _images,
    "video": _files,
    "audio": _files,
    "file": _files,
    "buttons": _buttons,
    "cta_url": _cta_url,
    "location_request": _location_request,
    "location": _location,
    "list": _list,
    "carousel": _carousel,
}


# -- Templates -----------------------------------------------------------------------------------


def _template(content: TemplateContent) -> Wire:
    """https://docs.bird.com/api/channels-api/message-types/template: values go by key, each key once."""
    project, _colon, version = content.provider_id.partition(":")
    header = content.components.header
    values = {header.variable: content.media_url.strip()} if header and header.variable else {}
    for variable in content.components.variables:
        values.setdefault(variable.name, content.values.get(variable.key, ""))
    short = content.delivery.short_links.strip()
    return {
        "projectId": project,
        "version": version,
        "locale": content.language,
        "parameters": _parameters(list(values.items())),
        **({"shortLinks": {"enabled": True, "domain": short}} if short else {}),
    }


def _parameters(values: Sequence[tuple[str, str]]) -> list[Wire]:
    return [{"type": "string", "key": key, "value": value} for key, value in values]


# -- How it is delivered -------------------------------------------------------------------------


def _options(content: Content) -> Wire:
    wanted = content.delivery
    short = "" if isinstance(content, TemplateContent) else wanted.short_links.strip()
    use = wanted.use_case.strip()
    return {
        **_filled(
            tags=list(wanted.tags),
            scheduledFor=_moment(wanted),
            notification=_filled(url=wanted.notification_url.strip()),
            meta={"extraInformation": {"useCase": use}} if use else {},
            shortLinks=_filled(domain=short),
        ),
        **({"validity": int(wanted.validity)} if wanted.validity.strip() else {}),
        **{name: True for name, is_on in _switches(wanted).items() if is_on},
    }


def _switches(wanted: Delivery) -> dict[str, bool]:
    return {
        "capFrequency": wanted.cap_frequency,
        "ignoreQuietHours": wanted.ignore_quiet_hours,
        "enableLinkTracking": wanted.link_tracking,
    }


def _moment(wanted: Delivery) -> str:
    """RFC 3339. What lies in the past is sent at once, however long ago it was."""
    time = wanted.time
    return _rfc3339(max(time, EARLIEST)) if time else ""


def _rfc3339(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
