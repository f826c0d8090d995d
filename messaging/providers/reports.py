"""What a provider's webhook says, in our words."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from messaging.content import Content
from messaging.statuses import Status


class WebhookRejected(Exception):
    """The signature of a webhook is missing or wrong."""


@dataclass(frozen=True)
class StatusEvent:
    """News about a message we sent. `status` is None for a word we do not know; `word` keeps it."""

    provider_id: str
    word: str
    status: Status | None
    raw: Mapping[str, Any]
    at: dt.datetime | None = None
    code: str = ""
    detail: str = ""


@dataclass(frozen=True)
class ReplyEvent:
    """The contact answered the message `provider_id`; the answer itself may come as an InboundMessage.

    `payload` is what we hid behind the button that was pressed, where the provider tells it.
    """

    provider_id: str
    sender: str
    raw: Mapping[str, Any]
    at: dt.datetime | None = None
    payload: str = ""


@dataclass(frozen=True)
class InboundMessage:
    """What a contact wrote. `sender` is the provider's id of the person, which is digits."""

    provider_id: str
    sender: str
    content: Content
    raw: Mapping[str, Any]
    name: str = ""
    at: dt.datetime | None = None
    quotes: str = ""  # the provider's id of the message that the contact quoted
    pressed: str = ""  # what the button that the contact pressed stands for


Event = StatusEvent | ReplyEvent | InboundMessage
