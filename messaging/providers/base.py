"""What a provider is to the rest of the product: credentials in, requests out, evidence back.

ProviderError
  kind NOT_SENT   the request certainly did not take effect: try again later
  kind REFUSED    the provider answered that it will not send this: never repeat it unchanged
  kind UNKNOWN    it may have taken effect: only evidence or a person may settle it
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.content import Content
from templates_app.components import Components
from templates_app.rules import Problem

from .account_fields import CredentialField, OptionField
from .evidence import Evidence
from .fields import JSON

# What webhooks say has a module of its own, and is a part of this interface.
from .reports import Event
from .reports import InboundMessage as InboundMessage
from .reports import ReplyEvent as ReplyEvent
from .reports import StatusEvent as StatusEvent
from .reports import WebhookRejected as WebhookRejected
from .wire import Answer as Answer
from .wire import Request as Request


class Kind(Enum):
    NOT_SENT = "not_sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Scope(Enum):
    """What is wrong: this message, or everything that this bot would send."""

    MESSAGE = "message"
    BOT = "bot"


class ProviderError(Exception):
    """A call that did not end in success. `message` is for people, `code` is the provider's word.

    `answer` is what came back, if anything did; `retry_after` is in seconds.
    """

    def __init__(
        self,
        message: str | Promise,
        *,
        kind: Kind,
        code: str = "",
        scope: Scope = Scope.MESSAGE,
        retry_after: float | None = None,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(message)
        self.message = str(message)
        self.kind = kind
        self.code = code
        self.scope = scope
        self.retry_after = retry_after
        self.answer = answer


@dataclass(frozen=True)
class Outbound:
    """One message on its way. `to` is digits with country code, `channel` the provider's id of the bot."""

    content: Content
    to: str
    channel: str
    reference: str  # our attempt's id, for providers that carry one


@dataclass(frozen=True)
class SendResult:
    provider_id: str
    answer: Answer


@dataclass(frozen=True)
class JointResult:
    """What one call for several people came to: the id of each number that the answer names clearly."""

    ids: Mapping[str, str]
    answer: Answer


def unnamed(answer: Answer) -> ProviderError:
    """A success that does not say which message it is about."""
    sentence = _("The provider answered, but without the id of this message. It may have taken it.")
    return ProviderError(sentence, kind=Kind.UNKNOWN, code="no_id", answer=answer)


@dataclass(frozen=True)
class ListedTemplate:
    """A template as the provider lists it; `status` is upper case, in WhatsApp's words.

    `provider_id` is whatever a provider needs to send it, in at most 100 characters.
    """

    provider_id: str
    element_name: str
    language: str
    category: str
    status: str
    display_name: str
    components: Components
    parameter_count: int


class Provider:
    """Adapter to one company's API. A subclass is one file, and the only place with its words.

    `options` are the account's choices among the provider's variants.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    base_url: ClassVar[str]
    credential_fields: ClassVar[Sequence[CredentialField]]
    option_fields: ClassVar[Sequence[OptionField]] = ()
    # Kinds of content it carries, the fields of `Delivery` and of templates its wire body has a place for,
    # and whether it quotes messages.
    kinds: ClassVar[frozenset[str]] = frozenset()
    delivery_options: ClassVar[frozenset[str]] = frozenset()
    template_options: ClassVar[frozenset[str]] = frozenset()
    carries_quotes: ClassVar[bool] = False
    # Whether the file above a template is a part of it, unless a variable stands in its place.
    fixes_files: ClassVar[bool] = False
    # Kinds of content that the provider tells about after it took them: it lists them, and reports on them.
    # About any other, an unknown outcome can be settled by a person only.
    listed_kinds: ClassVar[frozenset[str]] = frozenset()
    # Whether its lists have what contacts wrote; and, apart from the messages, what they did with one.
    lists_inbound: ClassVar[bool] = False
    lists_interactions: ClassVar[bool] = False
    # Whether it knows until when somebody may be answered freely.
    tells_windows: ClassVar[bool] = False
    # Whether it signs its webhooks with a secret that we choose.
    takes_secret: ClassVar[bool] = False
    events: ClassVar[Sequence[str]] = ()  # what we ask to hear of, in the provider's words

    def __init__(
        self,
        credentials: Mapping[str, str],
        *,
        spare: Mapping[str, str] | None = None,
        base_url: str = "",
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """`spare` is a second credential that is live too while one replaces the other."""
        self._credentials = [keys for keys in (credentials, spare) if keys]
        self._base_url = base_url or type(self).base_url
        self._options = options or {}

    @classmethod
    def kinds_of(cls, options: Mapping[str, Any]) -> frozenset[str]:
        """Those of `kinds` that an account with these options can send."""
        return cls.kinds

    @classmethod
    def flaw_of(cls, channel: str) -> str:
        """What keeps `channel` from being its id of a bot, in words; empty when nothing does."""
        return ""

    @classmethod
    def objections(cls, content: Content, options: Mapping[str, Any] | None = None) -> list[Problem]:
        """What this provider cannot carry of `content` with an account's `options`, in words."""
        raise NotImplementedError

    def build(self, outbound: Outbound) -> Request:
        """The wire body; pure."""
        raise NotImplementedError

    def send(self, request: Request) -> SendResult:
        """One call, never repeated. Raises ProviderError."""
        raise NotImplementedError

    def find(
        self, channel: str, *, since: dt.datetime, until: dt.datetime, element_name: str = ""
    ) -> Iterator[list[Evidence]]:
        """What the provider took of a bot's between two times, page by page, with one call for each.

        Narrowed to one template where its list can do that. Raises ProviderError, also if the end of the
        list is not reached: what is not in a part proves nothing.
        """
        raise NotImplementedError

    def look_up(self, channel: str, provider_id: str) -> Evidence | None:
        """What the provider lists of one message; None if it is not there. Raises ProviderError."""
        raise NotImplementedError

    def interactions(self, channel: str, provider_id: str) -> list[Event]:
        """Asked where `lists_interactions`: what the person did with one message, as webhooks would have said
        it. Raises ProviderError."""
        raise NotImplementedError

    def inbox(self, channel: str, since: dt.datetime) -> Iterator[list[Event]]:
        """Asked where `lists_inbound`: what people wrote since then, by page, as webhooks would have said it.
        Raises ProviderError."""
        raise NotImplementedError

    # How many messages of one content may share a call: the account's choice, where the provider can.
    most_together = 1

    @classmethod
    def can_join(cls, content: Content) -> bool:
        """Whether messages of this content may share a call."""
        return False

    def build_joint(self, outbounds: Sequence[Outbound]) -> Request:
        """One wire body for several people who get the very same; pure."""
        raise NotImplementedError

    def send_joint(self, request: Request) -> JointResult:
        """One call for several people, never repeated. Raises ProviderError when it says nothing of any."""
        raise NotImplementedError

    def check(self, channel: str = "") -> None:
        """Whether the credentials are good, and the bot known if given. Raises ProviderError."""
        raise NotImplementedError

    def list_templates(self, channel: str) -> Iterator[ListedTemplate]:
        """Every template of a bot, page by page. Raises ProviderError."""
        raise NotImplementedError

    def subscribe(self, channel: str, url: str, secret: str = "") -> None:
        """Ask for statuses and inbound messages at `url`, signed with `secret` if it takes one.

        Doing it again changes nothing but the secret. Raises ProviderError.
        """
        raise NotImplementedError

    def window(self, channel: str, provider_id: str) -> dt.datetime | None:
        """Until when the person of this message may be answered freely.

        None where the provider does not know, or the window is closed. Raises ProviderError.
        """
        return None

    def subscriptions(self, channel: str) -> Mapping[str, str]:
        """Which address hears of which event. Raises ProviderError."""
        raise NotImplementedError

    @classmethod
    def verify(cls, headers: Mapping[str, str], body: bytes, secret: str, *, url: str = "") -> None:
        """Raises WebhookRejected unless the call is the provider's own.

        `secret` may be empty; `url` is the address that we told the provider.
        """
        raise NotImplementedError

    @classmethod
    def parse(cls, body: JSON) -> list[Event]:
        """What a webhook says. Tolerant: unknown shapes give no event, and never an exception."""
        raise NotImplementedError

    def redact(self, text: str) -> str:
        """`text` without any of this account's secrets."""
        raise NotImplementedError
