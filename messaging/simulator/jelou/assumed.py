"""ASSUMED: everything here, and only here, is a guess. Nothing in the documentation says it.

| what                                  | guess                                                        |
|---------------------------------------|--------------------------------------------------------------|
| body of a status webhook              | `status_event` below, keys named like notification rows      |
| signature of status and inbound       | `X-Jelou-Signature`, as documented for external support      |
| retries of status webhooks            | 3, as documented for inbound ones; after 0.5, 1 and 2 s      |
| statuses of session messages          | no webhook, no row (switch `session_statuses`)               |
| a message outside the 24 h window     | `window_closed`: 400 message_could_not_be_send               |
| 429                                   | `too_many_requests`: the modern envelope, maybe Retry-After  |
| media refused                         | `media_refused`: 400, the documented code as `error.key`     |
| call and template disagree            | 400 notification_could_not_be_send (the code is documented)  |
| a notification id nobody knows        | `notification_not_found`: 404                                |
| method or address that is not there   | `no_such_address`: 404 or 405                                |
| unknown fields and query parameters   | refused with 422, so that our spelling mistakes are seen     |
| `parameters` of a template call       | required, as in the field table (the OpenAPI says optional)  |
| `language` of a template call         | none means the only one there is, or es; `pt` finds `pt_BR`  |
| `filename`                            | spelled so; `fileName` of one older page is unknown          |
| `param` of buttonParameters           | any number from 0; one URL item per dynamic URL button       |
| 403, 500 and both 400 codes           | the modern envelope around the documented code               |
| several `destinations`                | at most 100 (switch `max_destinations`)                      |
| `botId` in a session message's body   | must be the one of the address                               |
| flat list of options, legacy address  | refused there: only the nested shape is documented           |
| header and footer of cta, flow, call  | 60 characters, label 20: WhatsApp's own limits               |
| quick-reply cards of a carousel       | `action.buttons[].quick_reply{id,title}`, as Meta's          |
| cards of a listed carousel template   | `cards[]{mediaUrl,template,buttons}`; a call must fit them   |
| a limited-time offer in the list      | `limitedTimeOffer{text}`; a call needs `ltoParams`           |
| inbound webhooks                      | as if every conversation were in the state `manual`          |
| posting subscriptions again           | replaces the addresses of the events named                   |
| order of lists                        | newest first                                                 |
| a date without a time in from/to      | the whole day, UTC                                           |
"""

from messaging.simulator.entrance import Refused
from messaging.simulator.jelou.errors import envelope, message_could_not_be_send
from messaging.simulator.rows import Json, Message, iso


def status_event(message: Message, event: str, now: float) -> Json:
    """The body of a subscription of https://docs.jelou.ai/whatsapp/hsm/subscriptions"""
    said = {"message": message.answer} if event == "reply" else {}
    return {
        "id": message.id,
        "botId": message.bot,
        "destination": message.number,
        "event": event,
        "sentStatus": event.upper(),
        "elementName": message.element_name,
        "campaignId": message.body.get("campaignId"),
        "createdAt": iso(message.created),
        "timestamp": iso(now),
        "error": message.error,
        **said,
    }


def window_closed() -> Refused:
    return message_could_not_be_send(
        "More than 24 hours have passed since the user last replied (131047): send a template."
    )


def media_refused(key: str) -> Refused:
    """The keys are documented, their HTTP status is not: https://docs.jelou.ai/api/envia-mensajes/imagen"""
    return Refused(400, envelope(f"The media was refused: {key}.", key, key, "Media rejected."))


def too_many_requests(retry_after: float | None = None) -> Refused:
    body = envelope("Too many requests.", "too_many_requests", "TOO_MANY_REQUESTS", "Rate limit exceeded.")
    return Refused(429, body, {} if retry_after is None else {"Retry-After": f"{retry_after:g}"})


def notification_not_found() -> Refused:
    key = "NOTIFICATION_NOT_FOUND"
    return Refused(404, envelope("The notification could not be found.", key.lower(), key, "Unknown id."))


def no_such_address(status: int) -> Refused:
    return Refused(status, {"message": "Not Found" if status == 404 else "Method Not Allowed"})
