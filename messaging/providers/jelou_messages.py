"""What Jelou is told inside the 24-hour window: one pure function for each kind of message.

https://docs.jelou.ai/en/api/envia-mensajes/introduccion has a page for each kind.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from messaging.content import (
    AudioContent,
    ButtonsContent,
    CarouselContent,
    ContactsContent,
    Content,
    CtaUrlContent,
    FileContent,
    FlowContent,
    ImageContent,
    ListContent,
    LocationContent,
    LocationRequestContent,
    StickerContent,
    TextContent,
    VideoContent,
    VoiceCallContent,
)
from messaging.content.carousel import CarouselCard
from messaging.content.lists import ListRow
from messaging.content.people import ContactCard

Body = dict[str, Any]
Options = Mapping[str, Any]

# What the older address takes: https://docs.jelou.ai/whatsapp/sending_messages/message-types
LEGACY_KINDS = frozenset({"text", "image", "audio", "video", "file", "location", "list"})


def session_call(content: Content, to: str, channel: str, options: Options) -> tuple[str, Body]:
    """Path and body of one message."""
    is_legacy = bool(options.get("legacy_messages"))
    is_nested = is_legacy or bool(options.get("nested_lists"))
    builders = OLDER_BUILDERS if is_nested else BUILDERS
    body = builders[content.kind](content)
    if is_legacy:
        return "/v1/whatsapp/messages", {**body, "userId": to, "botId": channel}
    return f"/v1/bots/{quote(channel, safe='')}/messages", {**body, "userId": to}


def _text(content: TextContent) -> Body:
    """https://docs.jelou.ai/api/envia-mensajes/texto"""
    return {"type": "text", "text": content.body}


def _media(content: AudioContent | StickerContent) -> Body:
    """https://docs.jelou.ai/api/envia-mensajes/audio and https://docs.jelou.ai/api/envia-mensajes/sticker"""
    return {"type": content.kind, "mediaUrl": content.files[0].url.strip()}


def _captioned(content: ImageContent | VideoContent | FileContent) -> Body:
    """https://docs.jelou.ai/api/envia-mensajes/imagen and https://docs.jelou.ai/api/envia-mensajes/video"""
    file = content.files[0]
    body = {"type": content.kind, "mediaUrl": file.url.strip(), "text": content.body.strip()}
    if content.kind == "file":
        # https://docs.jelou.ai/api/envia-mensajes/archivo
        body["filename"] = file.filename.strip()
    return _filled(body)


def _buttons(content: ButtonsContent) -> Body:
    """https://docs.jelou.ai/api/envia-mensajes/respuestas-rapidas"""
    replies = [{"title": button.title.strip()} for button in content.buttons]
    texts = _filled({"title": content.header.strip(), "text": content.body.strip()})
    return {"type": "quick_reply", **texts, "quick_replies": replies}


def _flat_list(content: ListContent) -> Body:
    """https://docs.jelou.ai/en/api/envia-mensajes/texto-con-opciones"""
    return {
        "type": "text",
        "text": content.body.strip(),
        **_list_head(content),
        "options": [_option(row, "id") for row in content.sections[0].rows],
    }


def _nested_list(content: ListContent) -> Body:
    """The older form: https://docs.jelou.ai/api-reference/envia-mensajes/texto-con-opciones"""
    options = [_option(row, "payload") for row in content.sections[0].rows]
    buttons = {**_list_head(content), "options": options}
    return {"type": "text", "text": content.body.strip(), "buttons": buttons}


def _list_head(content: ListContent) -> Body:
    head = {"title": content.header.strip()}
    return {**_filled(head), "buttonText": {"type": "text", "text": content.label.strip()}}


def _option(row: ListRow, name: str) -> Body:
    """A row; what its choice sends back is called `id` in the flat form and `payload` in the nested one."""
    texts = {"title": row.title, "description": row.description, name: row.payload}
    return _filled({key: text.strip() for key, text in texts.items()})


def _location(content: LocationContent) -> Body:
    """https://docs.jelou.ai/en/api/envia-mensajes/ubicacion"""
    latitude, longitude = content.coordinates
    return {"type": "location", "coordinates": {"lat": latitude, "long": longitude}}


def _location_request(content: LocationRequestContent) -> Body:
    """https://docs.jelou.ai/api/envia-mensajes/solicitud-ubicacion"""
    return {"type": "location_request", "text": content.body.strip()}


def _contacts(content: ContactsContent) -> Body:
    """https://docs.jelou.ai/en/api/envia-mensajes/contacto"""
    return {"type": "contacts", "contacts": [_person(card) for card in content.contacts]}


def _person(card: ContactCard) -> Body:
    """Meta's contact object. Assumed: `org`, which that page does not name, is Meta's too."""
    name = {
        "formatted_name": card.formatted_name,
        "first_name": card.first_name.strip(),
        "last_name": card.last_name.strip(),
    }
    phones = [
        _filled({"phone": f"+{phone.wa_id}", "type": phone.type.strip(), "wa_id": phone.wa_id})
        for phone in card.phones
    ]
    emails = [_filled({"email": mail.email.strip(), "type": mail.type.strip()}) for mail in card.emails]
    addresses = [
        _filled({key: text.strip() for key, text in address.model_dump().items()})
        for address in card.addresses
    ]
    org = _filled({"company": card.company.strip()})
    lists = {"phones": phones, "emails": emails, "addresses": addresses, "org": org}
    return {"name": _filled(name), **_filled(lists)}


def _cta_url(content: CtaUrlContent) -> Body:
    """https://docs.jelou.ai/en/api/envia-mensajes/boton-url"""
    parameters = {"url": content.url.strip(), "display_text": content.label.strip()}
    return {"type": "cta_url", **_around(content), "parameters": parameters}


def _flow(content: FlowContent) -> Body:
    """https://docs.jelou.ai/en/api/envia-mensajes/boton-flujo"""
    parameters = {
        "flow_id": content.flow_id.strip(),
        "flow_cta": content.label.strip(),
        "flow_name": content.flow_name.strip(),
        "flow_action": "navigate",
        "flow_action_payload": {"screen": content.screen.strip()},
        "mode": content.mode,
        "flow_message_version": content.message_version.strip(),
    }
    return {"type": "flow", **_around(content), "parameters": parameters}


def _around(content: CtaUrlContent | FlowContent) -> Body:
    """The header is called `title` here, and the footer `caption`."""
    texts = {"title": content.header, "text": content.body, "caption": content.footer}
    return _filled({name: text.strip() for name, text in texts.items()})


def _voice_call(content: VoiceCallContent) -> Body:
    """https://docs.jelou.ai/en/api/envia-mensajes/boton-llamada"""
    texts = _filled({"header": content.header.strip(), "text": content.body.strip()})
    return {"type": "voice_call", **texts, "parameters": {"display_text": content.label.strip()}}


def _carousel(content: CarouselContent) -> Body:
    """https://docs.jelou.ai/en/api/envia-mensajes/carrusel, where this one type is in upper case."""
    cards = [_card(content, index, card) for index, card in enumerate(content.cards)]
    return {"type": "CAROUSEL", "text": content.body.strip(), "parameters": {"cards": cards}}


def _card(content: CarouselContent, index: int, card: CarouselCard) -> Body:
    is_link = content.buttons == "link"
    return {
        "card_index": index,
        "type": "cta_url" if is_link else "quick_reply",
        "header": {"type": content.media, content.media: {"link": card.media_url.strip()}},
        "body": {"text": card.body.strip()},
        "action": _link(card) if is_link else {"buttons": list(_replies(index, card))},
    }


def _link(card: CarouselCard) -> Body:
    parameters = {"display_text": card.label.strip(), "url": card.url.strip()}
    return {"name": "cta_url", "parameters": parameters}


def _replies(index: int, card: CarouselCard) -> Iterator[Body]:
    """Assumed: cards of answers are as at Meta, where each button needs an id of its own.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-media-carousel-messages
    """
    for number, title in enumerate(card.replies):
        reply = {"id": f"card-{index}-reply-{number}", "title": title.strip()}
        yield {"type": "quick_reply", "quick_reply": reply}


def _filled(fields: Body) -> Body:
    """What stands empty is left out: the API takes no empty texts."""
    return {name: value for name, value in fields.items() if value}


BUILDERS: Mapping[str, Callable[[Any], Body]] = {
    "text": _text,
    "list": _flat_list,
    "buttons": _buttons,
    "image": _captioned,
    "video": _captioned,
    "file": _captioned,
    "audio": _media,
    "sticker": _media,
    "location": _location,
    "location_request": _location_request,
    "contacts": _contacts,
    "cta_url": _cta_url,
    "flow": _flow,
    "voice_call": _voice_call,
    "carousel": _carousel,
}
OLDER_BUILDERS: Mapping[str, Callable[[Any], Body]] = {**BUILDERS, "list": _nested_list}
