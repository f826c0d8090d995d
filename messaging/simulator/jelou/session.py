"""What each kind of session message must look like.

https://docs.jelou.ai/en/api/envia-mensajes/introduccion has a page for each. Limits that those pages do
not give are WhatsApp's own: https://developers.facebook.com/documentation/business-messaging/whatsapp
"""

from messaging.simulator.jelou import errors, media
from messaging.simulator.jelou.assumed import media_refused
from messaging.simulator.jelou.cards import PARAMETERS as CAROUSEL
from messaging.simulator.jelou.cards import differences
from messaging.simulator.rows import Json
from messaging.simulator.shapes import Choice, ListOf, Number, Object, OpenObject, Shape, Text, problems_of
from messaging.simulator.wording import e164, phone, plain, web

CAPTION = BODY = Text(most=1024)
HEADING = FOOTER = Text(most=60)
LABEL = Text(most=20)
MEDIA = Text()
BUTTON_TEXT = Object(optional={"type": Choice(("text",)), "text": LABEL})

# https://docs.jelou.ai/en/api/envia-mensajes/texto-con-opciones
OPTION = {"title": Text(most=24)}
FLAT_OPTIONS = ListOf(
    Object(OPTION, {"id": Text(most=200), "description": Text(most=72)}), least=1, most=10, unique="id"
)
# The older shape: https://docs.jelou.ai/api-reference/envia-mensajes/texto-con-opciones
NESTED_OPTIONS = ListOf(
    Object(OPTION, {"payload": Text(most=200), "description": Text(most=72)}),
    least=1,
    most=10,
    unique="payload",
)
NESTED = Object({"options": NESTED_OPTIONS}, {"title": HEADING, "buttonText": BUTTON_TEXT})

# https://docs.jelou.ai/api/envia-mensajes/respuestas-rapidas
QUICK_REPLIES = ListOf(Object({"title": Text(most=20, rule=plain)}), least=1, most=3, unique="title")

# https://docs.jelou.ai/en/api/envia-mensajes/contacto: Meta's vCard, nothing in it is compulsory.
WORD = Text(least=0)
CONTACT = Object(
    optional={
        "name": Object(
            optional=dict.fromkeys(
                ("formatted_name", "first_name", "last_name", "middle_name", "prefix", "suffix"), WORD
            )
        ),
        "phones": ListOf(
            Object(optional={"phone": Text(rule=e164), "type": WORD, "wa_id": Text(rule=phone)})
        ),
        "emails": ListOf(Object(optional={"email": WORD, "type": WORD})),
        "urls": ListOf(Object(optional={"url": WORD, "type": WORD})),
        "org": Object(optional={"company": WORD, "department": WORD, "title": WORD}),
        "birthday": WORD,
        "addresses": ListOf(
            Object(
                optional=dict.fromkeys(
                    ("street", "city", "state", "zip", "country", "country_code", "type"), WORD
                )
            )
        ),
    }
)

# https://docs.jelou.ai/en/api/envia-mensajes/boton-flujo
FLOW = Object(
    {
        "flow_id": Text(),
        "flow_cta": Text(most=30),
        "flow_name": Text(),
        "flow_action": Choice(("navigate", "data_exchange")),
        "flow_message_version": Text(),
    },
    {"flow_action_payload": OpenObject(), "mode": Choice(("draft", "published"))},
)

TEXT = Object({"text": Text(most=4096)})
LIST = Object(
    {"text": Text(most=4096), "options": FLAT_OPTIONS}, {"title": HEADING, "buttonText": BUTTON_TEXT}
)
NESTED_LIST = Object({"text": Text(most=4096), "buttons": NESTED})

SHAPES = {
    "quick_reply": Object({"text": BODY, "quick_replies": QUICK_REPLIES}, {"title": LABEL}),
    "image": Object({"mediaUrl": MEDIA}, {"text": CAPTION}),
    "audio": Object({"mediaUrl": MEDIA}),
    "video": Object({"mediaUrl": MEDIA}, {"text": CAPTION}),
    "file": Object({"mediaUrl": MEDIA}, {"text": CAPTION, "filename": Text(most=240)}),
    "sticker": Object({"mediaUrl": MEDIA}),
    "location": Object({"coordinates": Object({"lat": Number(-90, 90), "long": Number(-180, 180)})}),
    "contacts": Object({"contacts": ListOf(CONTACT, least=1, most=257)}),
    "location_request": Object({"text": BODY}),
    "cta_url": Object(
        {"text": BODY, "parameters": Object({"url": Text(most=4096, rule=web), "display_text": LABEL})},
        {"title": HEADING, "caption": FOOTER},
    ),
    "flow": Object({"text": BODY, "parameters": FLOW}, {"title": HEADING, "caption": FOOTER}),
    "voice_call": Object({"text": BODY, "parameters": Object({"display_text": LABEL})}, {"header": HEADING}),
    "CAROUSEL": Object({"text": BODY, "parameters": CAROUSEL}),
}
KINDS = ("text", *SHAPES)


def refuse_unless_good(body: Json, bot_id: str, *, flat_lists: bool = True) -> None:
    """Raises Refused for anything the documentation does not allow."""
    if problems := problems_of(_shape(body, bot_id, flat_lists), body):
        raise errors.invalid(problems)
    if body["type"] in media.SESSION:
        code = media.refusal(body["mediaUrl"], media.SESSION[body["type"]])
        if code:
            raise media_refused(code)
    if body["type"] == "CAROUSEL" and (reasons := differences(body["parameters"]["cards"])):
        raise errors.message_could_not_be_send(" ".join(reasons))


def _shape(body: Json, bot_id: str, flat_lists: bool) -> Object:
    """The kind's own fields and those of every message."""
    kind = body.get("type")
    own = _text_shape(body, flat_lists) if kind == "text" else SHAPES.get(str(kind), Object())
    common: dict[str, Shape] = {"type": Choice(KINDS), "userId": Text(rule=phone)}
    return Object({**common, **own.required}, {"botId": Choice((bot_id,)), **own.optional})


def _text_shape(body: Json, flat_lists: bool) -> Object:
    if "buttons" in body:
        return NESTED_LIST
    return LIST if flat_lists and "options" in body else TEXT
