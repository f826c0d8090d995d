"""What may stand in `body`: https://docs.bird.com/api/channels-api/supported-channels/programmable-whatsapp/sending-whatsapp-messages

Everything is closed as in the published schema; actions and most `metadata` are open there.
"""

from messaging.simulator.bird.wording import target
from messaging.simulator.rows import Json
from messaging.simulator.shapes import (
    Anything,
    Choice,
    Flag,
    Kinds,
    ListOf,
    MapOf,
    Nullable,
    Number,
    Object,
    OpenObject,
    Shape,
    Text,
    whole,
)
from messaging.simulator.wording import public

WORD = Text(least=0)
URL = Text(rule=public)
OPEN = OpenObject()

DESCRIPTION = Object(optional={"label": Text(most=72)})
ROW_METADATA = Object(optional={"description": DESCRIPTION}, closed=False)
PRESS: dict[str, Shape] = {"imageUrl": WORD, "metadata": ROW_METADATA}


def _action(kind: str, *, required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Object:
    return Object({"type": Anything(), kind: Object(required, optional or {}, closed=False)}, closed=False)


LOCATION_REQUEST = Nullable(Object(optional={"text": Text()}, closed=False))
ACTION = Kinds(
    {
        "reply": _action("reply", required={"text": Text()}, optional=PRESS),
        "postback": _action("postback", required={"text": Text()}, optional={"payload": WORD, **PRESS}),
        "link": _action("link", required={"text": Text(), "url": Text(rule=target)}),
        "locationRequest": Object(optional={"locationRequest": LOCATION_REQUEST}, closed=False),
        "buy": _action(
            "buy", required={"text": Text(), "amountCents": whole(), "currency": Text(least=3, most=3)}
        ),
    }
)
ACTIONS = Nullable(ListOf(ACTION))

TEXT_METADATA = Object(
    optional={
        "subject": WORD,
        "headers": OPEN,
        "whatsapp": Object(optional={"previewUrl": Flag()}),
        "line": OPEN,
        "telegram": Object(optional={"parseMode": Choice(("Markdown", "MarkdownV2"))}),
        "apple": Object(optional={"summaryText": WORD}),
    }
)
ATTACHMENT = Object({"mediaUrl": URL, "filename": Text()}, {"inline": Flag(), "contentId": WORD})
TEXT = Object(
    {"text": Text()},
    {"actions": ACTIONS, "attachments": ListOf(ATTACHMENT), "metadata": TEXT_METADATA},
)

CAPTIONED: dict[str, Shape] = {"text": WORD, "actions": ACTIONS, "metadata": OPEN}
IMAGE = Object({"images": ListOf(Object({"mediaUrl": URL}, {"altText": WORD}), least=1)}, CAPTIONED)
ONE_FILE = Object(
    {"mediaUrl": URL, "contentType": Text()}, {"filename": WORD, "altText": WORD, "metadata": OPEN}
)
FILE = Object({"files": ListOf(ONE_FILE, least=1)}, CAPTIONED)
GIF = Object({"mediaUrl": URL}, {"altText": WORD, **CAPTIONED})

COORDINATES = Object(optional={"latitude": Number(-90, 90), "longitude": Number(-180, 180)})
PLACE = Object({"coordinates": COORDINATES}, {"location": Object(optional={"address": WORD, "label": WORD})})

ITEM = Object(
    optional={
        "title": WORD,
        "mediaUrl": Nullable(URL),
        "description": WORD,
        "altText": WORD,
        "actions": ACTIONS,
    }
)
ITEMS = Nullable(ListOf(ITEM))
LIST_METADATA = Object(
    optional={
        "button": Object(optional={"label": Text(most=20)}, closed=False),
        "replyMessage": Object(optional={"title": Text(most=512), "text": Text(most=512)}, closed=False),
    },
    closed=False,
)
LIST = Object(
    {"text": Text()},
    {"title": WORD, "altText": WORD, "items": ITEMS, "actions": ACTIONS, "metadata": LIST_METADATA},
)
CAROUSEL = Object({"items": ITEMS}, {"text": Text(least=0, most=1024)})
OTP = Object({"disclaimer": Flag()}, {"expirationTime": whole(1, 90), "actions": ACTIONS})


def _bodies(**inside: Shape) -> dict[str, Shape]:
    return {kind: Object({"type": Anything(), kind: shape}) for kind, shape in inside.items()}


LEAVES = _bodies(
    text=TEXT,
    image=IMAGE,
    file=FILE,
    gif=GIF,
    location=PLACE,
    carousel=CAROUSEL,
    list=LIST,
    authentication=Object({"otp": OTP}),
)
SECTION = Object(optional={"items": ListOf(Kinds(LEAVES)), "configurations": MapOf(Anything())})
BODY = Kinds({**LEAVES, **_bodies(section=SECTION)})

# What the page maps to a kind of WhatsApp message.
CARRIED = ("text", "image", "file", "location", "list", "carousel")


def inside(body: Json) -> Json:
    """`body.text` of a text, and so on."""
    return body[body["type"]]


def actions_of(body: Json) -> list[Json]:
    """Every action, those of rows and cards too, in order."""
    content = inside(body)
    own = list(content.get("actions") or [])
    return own + [action for item in content.get("items") or [] for action in item.get("actions") or []]


def label(action: Json) -> str:
    """What can be read on it."""
    kind = action["type"]
    default = "Send location" if kind == "locationRequest" else ""
    return (action.get(kind) or {}).get("text", default)
