"""What the simulator remembers: companies, bots, messages and the phones they arrive on."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# A template is kept as the JSON object that the provider lists.
Template = dict[str, Any]
Json = dict[str, Any]

# In the order in which a message goes through them; some providers skip some.
STATUSES = ("SCHEDULED", "CREATED", "PROCESSING", "DELIVERED_CHANNEL", "DELIVERED_USER", "READ", "REPLY")


@dataclass
class Company:
    """Whoever holds one client id and secret. At Bird: a workspace, by its id, and its access key."""

    name: str
    client_id: str
    client_secret: str
    number: int = 1
    provider: str = "jelou"


@dataclass
class Bot:
    """A sending number; Bird calls it a channel. `rate` is requests per second, 0 for no limit."""

    id: str
    company: str
    name: str
    country: str = "EC"
    language: str = "es"
    provider: str = "jelou"
    signing_secret: str = ""
    rate: int = 0
    subscriptions: dict[str, str] = field(default_factory=dict)
    inbound_url: str = ""
    number: str = ""


@dataclass(slots=True)
class Message:
    """One message on one phone; `kind` is hsm, session or inbound.

    `heard` are the statuses whose webhook somebody took.
    """

    kind: str
    bot: str
    number: str
    body: Json
    created: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    template: Template | None = None
    status: str = "CREATED"
    times: dict[str, float] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    fate: str | None = None
    answer: str | None = None
    answers: str | None = None
    presses: list[tuple[float, str]] = field(default_factory=list)
    due: float = 0.0
    started: float = 0.0

    def passed(self, status: str) -> bool:
        """Whether nothing would change by going to `status`."""
        if self.status == "FAILED":
            return True
        return status != "FAILED" and STATUSES.index(self.status) >= STATUSES.index(status)

    @property
    def error(self) -> str | None:
        """Why it failed; decided when it was taken, known when it happens."""
        return self.fate if self.status == "FAILED" else None

    @property
    def element_name(self) -> str | None:
        return self.template["elementName"] if self.template else None


@dataclass
class Phone:
    """One number as one bot sees it."""

    bot: str
    number: str
    name: str = ""
    messages: list[Message] = field(default_factory=list)
    unread: int = 0
    last_inbound: float | None = None

    @property
    def last(self) -> Message:
        return self.messages[-1]


def iso(moment: float | None) -> str | None:
    """`2026-01-15T10:30:00.000Z`, the way the provider writes times."""
    if moment is None:
        return None
    written = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return written.replace("+00:00", "Z")
