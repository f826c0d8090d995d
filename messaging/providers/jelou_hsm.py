"""What Jelou is told to send an approved template (HSM), at any time.

https://docs.jelou.ai/en/api/campanas/envio-individual names the fields; the examples on that page are in
no copy that we could read, so what stands in `payload` and `param` of a button is assumed, here alone.
"""

from collections.abc import Iterator
from typing import Any

from messaging.content import TemplateContent
from messaging.content.template import CardValues, WhenAnswered
from templates_app.components import VARIABLE, Button
from templates_app.moments import milliseconds

Body = dict[str, Any]


def template_body(content: TemplateContent, to: str, *, older_links: bool = False) -> Body:
    """The call for one person. `older_links` sends link values in `dynamicUrlParameter`."""
    kind = _type(content)
    body: Body = {
        "elementName": content.element_name,
        "destinations": [to],
        "language": content.language,
        "type": kind,
        "parameters": content.in_order("body"),
    }
    buttons = _button_values(content, older_links)
    for part in (_header(content, kind), buttons, _special(content), _extras(content)):
        body.update(part)
    return body


def _type(content: TemplateContent) -> str:
    components = content.components
    if components.is_carousel:
        return "carousel"
    return "catalog" if components.has_button("catalog") else components.media_format or "text"


def _header(content: TemplateContent, kind: str) -> Iterator[tuple[str, Any]]:
    if header := content.in_order("header"):
        yield "headerParameters", header
    if kind in ("image", "video", "document"):
        yield "mediaUrl", content.media_url
    if kind == "document":
        yield "filename", content.filename


def _button_values(content: TemplateContent, older_links: bool) -> Iterator[tuple[str, Any]]:
    """Assumed: `param` is the button's index from 0, and `payload` holds its value as `text` or `code`."""
    links = [value for index, button in _buttons(content, "url") for value in content.button_values(index)]
    if links and older_links:
        yield "dynamicUrlParameter", links
    kinds = ("copy_code", "otp") if older_links else ("url", "copy_code", "otp")
    parameters = [
        _parameter(button.kind, value, index)
        for index, button in _buttons(content, *kinds)
        for value in content.button_values(index)
    ]
    if parameters:
        yield "buttonParameters", parameters


def _buttons(content: TemplateContent, *kinds: str) -> list[tuple[int, Button]]:
    return [pair for pair in enumerate(content.components.buttons) if pair[1].kind in kinds]


def _parameter(kind: str, value: str, index: int) -> Body:
    """An OTP button is a link to Meta, whose end is the code."""
    if kind == "copy_code":
        return {"type": "COPY_CODE", "payload": {"code": value}, "param": index}
    return {"type": "URL", "payload": {"text": value}, "param": index}


def _special(content: TemplateContent) -> Iterator[tuple[str, Any]]:
    """What only some kinds of template have: an offer's end, a catalogue's picture, a carousel's cards."""
    if content.components.offer and (ends := milliseconds(content.offer_ends)) is not None:
        yield "ltoParams", {"expirationTime": ends}
    if content.components.has_button("catalog") and content.thumbnail_url.strip():
        yield "thumbnailProduct", content.thumbnail_url.strip()
    if content.components.is_carousel:
        yield "cards", [_card(content, index, card) for index, card in enumerate(content.cards)]


def _card(content: TemplateContent, index: int, card: CardValues) -> Body:
    body: Body = {"mediaUrl": card.media_url.strip(), "params": list(card.params)}
    places = _link_places(content, index) or range(len(card.links))
    pairs = zip(places, card.links, strict=False)
    if parameters := [_parameter("url", value, place) for place, value in pairs]:
        body["buttonParameters"] = parameters
    return body


def _link_places(content: TemplateContent, index: int) -> list[int]:
    """Which buttons of a card have a blank in their link, where the card's buttons are known."""
    cards = content.components.cards
    buttons = cards[index].buttons if index < len(cards) else ()
    return [number for number, button in enumerate(buttons) if VARIABLE.search(button.pattern)]


def _extras(content: TemplateContent) -> Iterator[tuple[str, Any]]:
    """What any template may have: flows, what happens on an answer, a campaign, when to give up."""
    if payloads := list(_payloads(content)):
        yield "buttonPayloads", payloads
    if actions := dict(_actions(content.answered)):
        yield "actions", actions
    if content.campaign.strip():
        yield "campaignId", content.campaign.strip()
    if (expires := milliseconds(content.expires)) is not None:
        yield "expirationTime", str(expires)


def _payloads(content: TemplateContent) -> Iterator[Body]:
    """Where quick replies lead: https://docs.jelou.ai/whatsapp/hsm/send"""
    for index, button in _buttons(content, "quick_reply"):
        if flow := content.flows.get(str(index), "").strip():
            yield {"flowId": int(flow), "action": button.label}


def _actions(answered: WhenAnswered) -> Iterator[tuple[str, Body]]:
    """https://docs.jelou.ai/whatsapp/hsm/send; `ttl` and `title` are the console's words."""
    if answered.flow_id.strip():
        yield "setFlow", {"id": int(answered.flow_id)}
    if answered.menu:
        options = [
            {"index": index, "type": "flow", "flowId": int(option.flow_id), **_title(option.title)}
            for index, option in enumerate(answered.menu, start=1)
        ]
        seconds = {"ttl": int(answered.menu_seconds)} if answered.menu_seconds.strip() else {}
        yield "setState", {"type": "options", **seconds, "options": options}
    if answered.memory:
        yield "setMemoryParams", {one.name.strip(): one.value.strip() for one in answered.memory}


def _title(title: str) -> Body:
    return {"title": title.strip()} if title.strip() else {}
