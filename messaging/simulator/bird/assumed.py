"""ASSUMED: everything here is a guess. Nothing in Bird's documentation says it.

| what                                  | guess                                                        |
|---------------------------------------|--------------------------------------------------------------|
| `code` of 400, 401, 403, 404, 409, 429| the names in `CODES`; the envelope is documented             |
| 401, 403                              | wrong key; key of another workspace                          |
| an id that is no UUID                 | 404, as seen for workspace ids                               |
| method or address that is not there   | 422 `no matching operation was found`, as seen for projects  |
| a body that is not a JSON object      | 400; so is another content type                              |
| Retry-After with 429                  | only when a fault asks for it                                |
| body and template together            | 422, though the schema lets them through                     |
| contacts that are not exactly one     | 422                                                          |
| a contact without id and number       | 422; so is an id that this workspace never saw               |
| `identifierKey`, `identifierValue`    | phonenumber and + with digits, else 422                      |
| `images`, `files` without items       | 422                                                          |
| only white space in a text            | 422, like an empty one                                       |
| addresses of files and buttons        | https, or this machine; {{…}} in a button passes             |
| `version`, `projectId`                | required; `locale` may miss when there is only one           |
| a template that cannot be sent        | 422: unknown project, version, locale, channel, not active   |
| a variable without a value            | 422 without `details`, all of them in one `message`          |
| more values than variables            | ignored                                                      |
| a picture's variable without address  | accepted, then fails with WhatsApp's 131053                  |
| `replyTo.id` nobody wrote here        | 422                                                          |
| `replyTo.type` other than message     | accepted without a meaning                                   |
| `scheduledFor` over 35 days ahead     | 422; less than 10 minutes ahead leaves at once               |
| `capFrequency` without marketing      | 422                                                          |
| WhatsApp's own limits                 | 422 at once; all of them stand in `whatsapp.py`              |
| gif, section, authentication          | 202, then fails with 12002 UNSUPPORTED_TYPE                  |
| html, action                          | 422: no usable schema is published                           |
| free-form outside the 24 hours        | 202, then `delivery_failed` with WhatsApp's 131047; what is  |
|                                       | scheduled needs the window when it leaves                    |
| `failure.code` of WhatsApp's failures | 15000; texts in `TITLES`                                     |
| parts                                 | one for each file, none before `sent`                        |
| quiet hours, validity, link tracking  | checked and accepted, without effect                         |
| order of lists                        | newest first; `reverse` oldest first                         |
| N of `item_N_clicked`                 | from 0, through all items or cards                           |
| `notification.url`                    | gets what subscriptions get, once for each address           |
| webhooks of a session message         | like those of a template                                     |
| blocks of buttons in a template       | inner object named like the type, in camel case              |
| fields of `whatsapp.outbound`         | `events.outbound`; body and template are not in it           |
| subscriptions without a signing key   | not signed                                                   |
| webhook addresses                     | also http and ports, for this machine only                   |
| a sixth subscription alike            | 409                                                          |
| retries of webhooks                   | 3, after 0.5, 1 and 2 s; the first timestamp stays           |
| unknown query parameters              | ignored, as seen; known ones are checked                     |
"""

import re
from urllib.parse import urlsplit

from messaging.simulator.wording import LOOPBACK, split

CODES = {
    400: "InvalidRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    429: "TooManyRequests",
    500: "InternalError",
}
# What WhatsApp's failures are called, by Meta's code.
TITLES = {
    "131026": "message_undeliverable",
    "131047": "re_engagement_message",
    "131049": "healthy_ecosystem_engagement",
    "131053": "media_upload_error",
}
UNSUPPORTED_TYPE = "(#12002) UNSUPPORTED_TYPE"
WINDOW_CLOSED = "(#131047) Re-engagement message: more than 24 hours since the person last wrote."
MEDIA_REFUSED = "(#131053) Media upload error: the value is not a public https address."
PLATFORM_FAILURE = 15000
CODE = re.compile(r"#(\d+)")


def failure(fate: str) -> tuple[int, str, str, str]:
    """Code, what happened, and the source's name and code."""
    found = CODE.search(fate)
    number = found[1] if found else "0"
    if number in TITLES:
        return PLATFORM_FAILURE, TITLES[number], "whatsapp", number
    return int(number), fate.rpartition(") ")[2], "pre-processing", number


def local(url: str) -> bool:
    """A webhook of this machine, which the documented pattern would refuse."""
    address = split(url)
    return bool(address and address.scheme in ("http", "https") and urlsplit(url).hostname in LOOPBACK)
