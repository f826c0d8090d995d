"""A template call: what it must look like, and how it must agree with its template.

https://docs.jelou.ai/en/api/campanas/envio-individual
"""

from collections.abc import Callable, Iterator

from messaging.simulator.jelou import media
from messaging.simulator.rows import Json, Template
from messaging.simulator.shapes import Choice, ListOf, Object, OpenObject, Text, whole
from messaging.simulator.template_rows import VARIABLE, buttons_of, dynamic_links, filled
from messaging.simulator.wording import millis, one_line, phone, public

# What stands in for a variable.
VALUE = Text(rule=one_line)
BUTTONS = ("URL", "QUICK_REPLY", "COPY_CODE", "OTP", "CATALOG", "FLOW", "PHONE_NUMBER")

BUTTON_PARAMETERS = ListOf(
    Object({"type": Choice(BUTTONS), "payload": OpenObject(least=1), "param": whole(least=0)})
)
CARD = Object(
    {"mediaUrl": Text(rule=public)},
    {"params": ListOf(VALUE), "buttonParameters": BUTTON_PARAMETERS},
)
ACTIONS = Object(
    optional={
        "setFlow": Object({"id": whole(least=1)}),
        "setState": OpenObject(least=1),
        "setMemoryParams": OpenObject(),
        "setStoreParams": OpenObject(),
        "campaignConfigurationId": Text(),
        "campaignConfigurationName": Text(),
    }
)
BODY = Object(
    {
        "elementName": Text(most=512),
        "destinations": ListOf(Text(rule=phone), least=1),
        "parameters": ListOf(VALUE),
    },
    {
        "type": Choice(("text", "hsm", "image", "document", "video", "catalog", "carousel")),
        "language": Text(),
        "mediaUrl": Text(),
        "filename": Text(most=240),
        "headerParameters": ListOf(VALUE, most=1),
        "buttonPayloads": ListOf(Object({"flowId": whole(least=1), "action": Text(most=25)}), most=3),
        "buttonParameters": BUTTON_PARAMETERS,
        "dynamicUrlParameter": ListOf(VALUE, least=1),
        "actions": ACTIONS,
        "ltoParams": Object({"expirationTime": whole(least=1)}),
        "expirationTime": Text(rule=millis),
        "cards": ListOf(CARD, least=2, most=10),
        "thumbnailProduct": Text(rule=public),
        "campaignId": Text(),
    },
)

# What `type` may be for the type that the template has in the list.
KINDS = {
    "HSM": ("text", "hsm"),
    "IMAGE": ("image",),
    "VIDEO": ("video",),
    "DOCUMENT": ("document",),
    "CATALOG": ("catalog",),
    "CAROUSEL": ("carousel",),
}
Check = Callable[[Json, Template], Iterator[str]]


def disagreements(body: Json, template: Template) -> list[str]:
    """Every way in which a well-formed call does not fit its template, in words."""
    return [sentence for check in CHECKS for sentence in check(body, template)]


def _kind(body: Json, template: Template) -> Iterator[str]:
    kind, allowed = body.get("type", "text"), KINDS.get(template["type"], ())
    if kind not in allowed:
        yield f"A template of type {template['type']} is sent as {' or '.join(allowed)}, not as {kind}."


def _values(body: Json, template: Template) -> Iterator[str]:
    given, wanted = len(body["parameters"]), int(template["paramsNumber"])
    if given != wanted:
        yield f"The template takes {wanted} parameters and {given} were given."


def _codes(body: Json, template: Template) -> Iterator[str]:
    """The page prints the limit as a general rule; it is Meta's for authentication."""
    if template["category"] == "AUTHENTICATION" and any(len(value) > 15 for value in body["parameters"]):
        yield "A parameter of an authentication template has at most 15 characters."


def _length(body: Json, template: Template) -> Iterator[str]:
    """Meta's 132005: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"""
    if len(filled(template["template"], body["parameters"])) > 1024:
        yield "The body has more than 1024 characters with its parameters."
    header = filled(template["header"] or "", body.get("headerParameters", []))
    if len(header) > 60:
        yield "The header has more than 60 characters with its parameter."


def _header(body: Json, template: Template) -> Iterator[str]:
    given, wanted = len(body.get("headerParameters", [])), "{{" in (template["header"] or "")
    if given != wanted:
        yield f"The header takes {int(wanted)} parameters and {given} were given."


def _media(body: Json, template: Template) -> Iterator[str]:
    endings = media.TEMPLATE.get(template["type"].lower())
    url = body.get("mediaUrl")
    if endings is None:
        if url is not None:
            yield f"A template of type {template['type']} takes no mediaUrl."
    elif url is None:
        yield f"A template of type {template['type']} needs a mediaUrl."
    elif code := media.refusal(url, endings):
        yield f"The mediaUrl was refused: {code}."


def _file_name(body: Json, template: Template) -> Iterator[str]:
    if "filename" in body and template["type"] != "DOCUMENT":
        yield "Only a document has a filename."


def _links(body: Json, template: Template) -> Iterator[str]:
    """The current field or the older one, never both; one value for each dynamic URL button."""
    current = _parameters_of(body, "URL")
    older = body.get("dynamicUrlParameter", [])
    wanted = len(dynamic_links(template))
    if current and older:
        yield "buttonParameters and dynamicUrlParameter cannot stand together."
    elif len(current) + len(older) != wanted and not (current and buttons_of(template, "OTP")):
        yield f"The template has {wanted} dynamic URL buttons and {len(current) + len(older)} values."
    if any(not _says_something(item["payload"]) for item in current):
        yield "The payload of a URL button is an object of texts that are not empty."


def _coupon(body: Json, template: Template) -> Iterator[str]:
    given, wanted = len(_parameters_of(body, "COPY_CODE")), len(buttons_of(template, "COPY_CODE"))
    if given != wanted:
        yield f"The template has {wanted} COPY_CODE buttons and {given} codes."


def _replies(body: Json, template: Template) -> Iterator[str]:
    """`action` is the visible text of the button: https://docs.jelou.ai/whatsapp/hsm/send"""
    texts = [button["text"] for button in buttons_of(template, "QUICK_REPLY")]
    for payload in body.get("buttonPayloads", []):
        if payload["action"] not in texts:
            yield f"The template has no quick reply that reads {payload['action']}."


def _cards(body: Json, template: Template) -> Iterator[str]:
    cards, wanted = body.get("cards", []), template["type"] == "CAROUSEL"
    if bool(cards) != wanted:
        yield "A carousel needs cards." if wanted else "Only a carousel has cards."
    known = template.get("cards") or []
    if wanted and known and len(known) != len(cards):
        yield f"The template has {len(known)} cards and {len(cards)} were given."
    for number, (card, listed) in enumerate(zip(cards, known, strict=False), 1):
        if len(card.get("params", [])) != len(set(VARIABLE.findall(listed["template"]))):
            yield f"Card {number} was given another number of params than it has variables."
        if len(_parameters_of(card, "URL")) != len(dynamic_links(listed)):
            yield f"Card {number} was given another number of links than it has dynamic URL buttons."


def _offer(body: Json, template: Template) -> Iterator[str]:
    """An offer without its end is nothing that WhatsApp can count down to."""
    if template.get("limitedTimeOffer") and "ltoParams" not in body:
        yield "A limited-time offer needs ltoParams."


def _parameters_of(body: Json, kind: str) -> list[Json]:
    return [item for item in body.get("buttonParameters", []) if item["type"] == kind]


def _says_something(payload: Json) -> bool:
    return all(isinstance(value, str) and value.strip() for value in payload.values())


CHECKS: tuple[Check, ...] = (
    _kind,
    _values,
    _codes,
    _length,
    _header,
    _media,
    _file_name,
    _links,
    _coupon,
    _replies,
    _cards,
    _offer,
)
