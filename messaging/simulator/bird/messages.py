"""What a message must look like: https://docs.bird.com/api/channels-api/api-reference/messaging

`CreateMessage` of the published schema, and the rules that stand beside it in words.
"""

from collections.abc import Iterator

from messaging.simulator.bird import whatsapp
from messaging.simulator.bird.bodies import BODY
from messaging.simulator.bird.wording import identifier, moment, seconds, tag
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
    Problem,
    Shape,
    Text,
    problems_of,
    whole,
)
from messaging.simulator.wording import e164, public

MOST_TAGS = 10
MOST_AHEAD = 35 * 86_400
WORD = Text(least=0)
OPEN = OpenObject()

IDENTIFIERS = ListOf(Object({"identifierKey": Text(), "identifierValue": Text()}))
CONTACT = Object(
    optional={
        "identifierValue": Text(rule=e164),
        "identifierKey": Choice(("phonenumber",)),
        "id": Text(rule=identifier),
        "type": Choice(("to", "cc", "bcc")),
        "identifiers": IDENTIFIERS,
        "platformAddress": WORD,
        "platformAddressSelector": Nullable(WORD),
    }
)
RECEIVER = Object({"contacts": ListOf(CONTACT, least=1, most=1)})
SENDER = Object(
    optional={
        "connector": Object({"identifierValue": Text()}, {"annotations": Object(optional={"name": WORD})})
    }
)


def _parameters() -> Shape:
    values: dict[str, Shape] = {
        "string": WORD,
        "number": Number(),
        "boolean": Flag(),
        "object": OPEN,
        **dict.fromkeys(
            (
                *("sectionList", "timeslotList", "productSections", "productList", "shippingMethodList"),
                *("lineItemList", "whatsappProductSections", "whatsappProductItems"),
            ),
            Anything(),
        ),
    }
    return Kinds(
        {
            kind: Object({"type": Anything(), "key": Text()}, {"value": value})
            for kind, value in values.items()
        }
    )


UTM = Object(
    {"key": Text(most=20)},
    {"value": Text(most=100), "reference": Choice(("platform_name", "channel_name"))},
)
ATTACHED = Object({"mediaUrl": Text(rule=public), "filename": Text()}, {"inline": Flag()})
TEMPLATE = Object(
    {"projectId": Text(), "version": Text()},
    {
        "locale": Text(),
        "parameters": Nullable(ListOf(_parameters())),
        "variables": Nullable(MapOf(WORD)),
        "name": Text(),
        "attachments": Nullable(ListOf(ATTACHED)),
        "shortLinks": Nullable(Object(optional={"enabled": Flag(), "domain": WORD})),
        "utmParameters": ListOf(UTM, least=1, most=8),
        "settings": Object(optional={"disallowMmLite": Nullable(Flag())}),
    },
)

STEP = Object(optional=dict.fromkeys(("id", "name", "stepId", "runId"), WORD))
NAMED = Object(optional={"id": WORD, "name": WORD})
PRODUCT = {"externalCatalogId": WORD, "externalProductId": WORD}
PRICE = Object(optional={"amount": Number(), "exponent": whole(), "currencyCode": WORD})
META = Object(
    optional={
        "extraInformation": OPEN,
        "referral": Object(
            optional={
                **dict.fromkeys(("source", "title", "text", "group"), WORD),
                "metadata": Object(
                    optional=dict.fromkeys(("source_id", "source_url", "media_url", "tracking_id"), WORD)
                ),
            }
        ),
        "order": Object(
            optional={"products": ListOf(Object(optional={**PRODUCT, "quantity": Number(), "price": PRICE}))}
        ),
        "referredProduct": Object(optional=PRODUCT),
        "email": Object(
            optional={
                "subject": WORD,
                "headers": OPEN,
                "from": Object(optional={"username": WORD, "displayName": WORD}),
            }
        ),
        "pushNotifications": Object(optional={"gatewayTypeOverride": Choice(("apns", "firebase", "web"))}),
        "navigatorId": Text(rule=identifier),
        "navigatorMessageId": Text(rule=identifier),
        "flow": STEP,
        "journey": STEP,
        "campaign": NAMED,
    }
)

MESSAGE = Object(
    {"receiver": RECEIVER},
    {
        "body": Nullable(BODY),
        "template": Nullable(TEMPLATE),
        "sender": SENDER,
        "reference": WORD,
        "meta": META,
        "replyTo": Object(
            {"id": Text(), "type": Choice(("message", "click", "referrals"))}, {"order": whole()}
        ),
        "notification": Object(optional={"url": Text(rule=public)}),
        "capFrequency": Flag(),
        "enableLinkTracking": Flag(),
        "ignoreQuietHours": Flag(),
        "ignoreGlobalHoldout": Flag(),
        "tags": ListOf(Text(most=50, rule=tag), most=MOST_TAGS),
        "shortLinks": Nullable(Object({"domain": Text(most=128)})),
        "scheduledFor": Text(rule=moment),
        "validity": whole(least=0),
    },
)


def problems(given: Json, now: float) -> list[Problem]:
    """Everything wrong with a message by itself; what it speaks of may still not be there."""
    return problems_of(MESSAGE, given) or list(_beside_the_schema(given, now))


def _beside_the_schema(given: Json, now: float) -> Iterator[Problem]:
    body, template = given.get("body"), given.get("template")
    if body is None and template is None:
        yield Problem((), "either")
    if body is not None and template is not None:
        yield Problem(("template",), "both")
    if not {"id", "identifierValue"} & given["receiver"]["contacts"][0].keys():
        yield Problem(("receiver", "contacts", 0, "identifierValue"), "required")
    yield from _caps(given)
    if "scheduledFor" in given and seconds(given["scheduledFor"]) > now + MOST_AHEAD:
        yield Problem(("scheduledFor",), "said", {"sentence": "must be at most 35 days in the future"})
    if body is not None:
        yield from whatsapp.objections(body)


def _caps(given: Json) -> Iterator[Problem]:
    use = given.get("meta", {}).get("extraInformation", {}).get("useCase")
    if given.get("capFrequency") and use != "marketing":
        sentence = 'can be true only when meta.extraInformation.useCase is "marketing"'
        yield Problem(("capFrequency",), "said", {"sentence": sentence})
