"""Jelou's API. Its documentation contradicts itself in places; what we decided is in docs/providers.md.

https://docs.jelou.ai/en/api/introduction
"""

import base64
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from messaging.content import Content, TemplateContent
from templates_app.rules import Problem

from . import http, jelou_notifications, jelou_objections
from .account_fields import CredentialField, OptionField
from .base import (
    JSON,
    Answer,
    Event,
    JointResult,
    Kind,
    ListedTemplate,
    Outbound,
    Provider,
    ProviderError,
    Request,
    SendResult,
    WebhookRejected,
    unnamed,
)
from .evidence import Evidence
from .jelou_errors import raise_for
from .jelou_hsm import template_body
from .jelou_messages import BUILDERS, LEGACY_KINDS, session_call
from .jelou_templates import listed_template
from .jelou_webhooks import is_signed, parse, subscribed

PAGE_SIZE = 50
MAX_PAGES = 200


class Jelou(Provider):
    kind = "jelou"
    label = "Jelou"
    base_url = "https://api.jelou.ai"
    kinds = frozenset({*BUILDERS, "template"})
    template_options = frozenset({"filename", "flows", "answered", "campaign", "expires"})
    listed_kinds = frozenset({"template"})
    events = ("delivered_channel", "delivered_user", "read", "failed", "reply")
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField("client_id", _("Client ID"), secret=False),
        CredentialField("client_secret", _("Client secret")),
    )
    option_fields: ClassVar[Sequence[OptionField]] = (
        OptionField(
            "dynamic_url_parameter",
            _("Send link values in the older field"),
            _("dynamicUrlParameter instead of buttonParameters, for bots that still expect it."),
        ),
        OptionField(
            "nested_lists",
            _("Send lists in the older form"),
            _("Rows inside “buttons”, for bots that do not show the lists of the current documentation."),
        ),
        OptionField(
            "legacy_messages",
            _("Send messages to the older address"),
            _("/v1/whatsapp/messages, which takes text, files, places and lists only."),
        ),
        OptionField(
            "coalesce",
            _("Recipients in one call"),
            _(
                "Messages with the same template and values may share one call. How many Jelou takes at once "
                "is not documented. 1 sends each by itself."
            ),
            type="int",
            default=1,
            least=1,
            most=100,
        ),
    )

    # -- Sending -------------------------------------------------------------------------------

    @classmethod
    def kinds_of(cls, options: Mapping[str, Any]) -> frozenset[str]:
        return LEGACY_KINDS | {"template"} if options.get("legacy_messages") else cls.kinds

    @classmethod
    def objections(cls, content: Content, options: Mapping[str, Any] | None = None) -> list[Problem]:
        return list(jelou_objections.objections(content, options or {}))

    def build(self, outbound: Outbound) -> Request:
        content, channel = outbound.content, outbound.channel
        if isinstance(content, TemplateContent):
            older_links = bool(self._options.get("dynamic_url_parameter"))
            body = template_body(content, outbound.to, older_links=older_links)
            return Request("POST", f"/v2/whatsapp/{quote(channel, safe='')}/hsm", body)
        path, body = session_call(content, outbound.to, channel, self._options)
        return Request("POST", path, body)

    def send(self, request: Request) -> SendResult:
        answer = self._call(request)
        provider_id = _message_id(answer.data)
        if not provider_id:
            raise unnamed(answer)
        return SendResult(provider_id, answer)

    # -- Several people in one call --------------------------------------------------------------

    @property
    def most_together(self) -> int:  # type: ignore[override]
        """How many `destinations` a call may have is documented nowhere, so it is the account's choice."""
        return max(int(self._options.get("coalesce") or 1), 1)

    @classmethod
    def can_join(cls, content: Content) -> bool:
        return isinstance(content, TemplateContent)

    def build_joint(self, outbounds: Sequence[Outbound]) -> Request:
        request = self.build(outbounds[0])
        assert isinstance(request.body, dict)
        return replace(request, body=request.body | {"destinations": [one.to for one in outbounds]})

    def send_joint(self, request: Request) -> JointResult:
        """The answer has one id for each destination: https://docs.jelou.ai/en/api/campanas/envio-individual"""
        answer = self._call(request)
        if not (ids := _ids_by_number(answer.data)):
            raise unnamed(answer)
        return JointResult(ids, answer)

    # -- Evidence ------------------------------------------------------------------------------

    def find(
        self, channel: str, *, since: dt.datetime, until: dt.datetime, element_name: str = ""
    ) -> Iterator[list[Evidence]]:
        return jelou_notifications.find(self._call, channel, element_name, since, until)

    def look_up(self, channel: str, provider_id: str) -> Evidence | None:
        return jelou_notifications.look_up(self._call, channel, provider_id)

    # -- Setup ---------------------------------------------------------------------------------

    def check(self, channel: str = "") -> None:
        """Lists one template: a wrong credential answers 401, and only a right one learns about the bot."""
        try:
            self._call(self._templates_page(channel or "-", page=1, limit=1))
        except ProviderError as error:
            if channel or error.code not in ("E1019", "BOT_NOT_FOUND", "bot_not_found"):
                raise

    def list_templates(self, channel: str) -> Iterator[ListedTemplate]:
        """https://docs.jelou.ai/en/api/campanas/obtener-plantillas"""
        before: list[Any] = []
        for page in range(1, MAX_PAGES + 1):
            answer = self._call(self._templates_page(channel, page))
            rows, pages = _rows(answer)
            if rows == before:  # it knows no pages, and gave the whole list again
                return
            before = rows
            yield from (listed_template(row) for row in rows if isinstance(row, dict))
            # The newer answer says nothing about further pages, so a full one is followed by a look.
            if (pages is not None and page >= pages) or (pages is None and len(rows) < PAGE_SIZE):
                return

    def subscribe(self, channel: str, url: str, secret: str = "") -> None:
        """https://docs.jelou.ai/whatsapp/hsm/subscriptions and https://docs.jelou.ai/webhook/webhook"""
        bot = f"/v1/bots/{quote(channel, safe='')}"
        ours = {"webhooks": [{"url": url, "events": list(self.events)}]}
        self._call(Request("POST", f"{bot}/events/webhook", ours))
        self._call(Request("POST", f"{bot}/webhook/", {"webhookUrl": url}))

    def subscriptions(self, channel: str) -> Mapping[str, str]:
        """Of incoming messages nothing is listed: https://docs.jelou.ai/whatsapp/hsm/subscriptions"""
        bot = f"/v1/bots/{quote(channel, safe='')}"
        return subscribed(self._call(Request("GET", f"{bot}/events/webhook")).data)

    def _templates_page(self, channel: str, page: int, limit: int = PAGE_SIZE) -> Request:
        query = {"page": str(page), "limit": str(limit)}
        return Request("GET", f"/v1/bots/{quote(channel, safe='')}/templates", query=query)

    # -- Webhooks ------------------------------------------------------------------------------

    @classmethod
    def verify(cls, headers: Mapping[str, str], body: bytes, secret: str, *, url: str = "") -> None:
        """Jelou documents a signature for one of its feeds only, so it is needed only when we have a secret.

        Their sample signs the JSON written again, so compact JSON is accepted beside the exact bytes.
        https://docs.jelou.ai/en/api/pma-custom/firma-hmac
        """
        if secret and not is_signed(body, secret, headers.get("X-Jelou-Signature", "")):
            raise WebhookRejected

    @classmethod
    def parse(cls, body: JSON) -> list[Event]:
        return parse(body)

    # -- Calls ---------------------------------------------------------------------------------

    def _call(self, request: Request) -> Answer:
        """One call. Where 401 refuses the first credential, which takes nothing, the second is tried."""
        for credentials in self._credentials:
            answer = http.call(self._base_url, request, {"Authorization": f"Basic {_basic(credentials)}"})
            if answer.status != 401:
                break
        raise_for(answer)
        return answer

    def redact(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "•••")
        return text

    @cached_property
    def _secrets(self) -> Sequence[str]:
        """What must never be shown, in every form in which it is sent."""
        pairs = [(_basic(credentials), credentials["client_secret"]) for credentials in self._credentials]
        return [secret for pair in pairs for secret in pair if secret]


def _basic(credentials: Mapping[str, str]) -> str:
    pair = f"{credentials['client_id']}:{credentials['client_secret']}"
    return base64.b64encode(pair.encode()).decode()


def _message_id(data: JSON) -> str:
    """The id in either answer: `[{"id", "destination"}]` for a template, `{"messageId"}` for a text."""
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        data = data["data"]
    if isinstance(data, list):
        data = data[0] if data else None
    if not isinstance(data, dict):
        return ""
    found = data.get("id") or data.get("messageId")
    return str(found) if isinstance(found, str | int) else ""


def _ids_by_number(data: JSON) -> dict[str, str]:
    """The id of each number. What is named twice, or twice with one id, names nobody."""
    if isinstance(data, dict):
        data = data.get("data")
    rows = [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
    pairs = [(str(row.get("destination") or ""), _message_id(row)) for row in rows]
    numbers, ids = Counter(number for number, _id in pairs), Counter(one for _number, one in pairs)
    return {number: one for number, one in pairs if number and one and numbers[number] == ids[one] == 1}


def _rows(answer: Answer) -> tuple[list[Any], int | None]:
    """Templates of one page, and how many pages there are if the answer says so."""
    data = answer.data
    if isinstance(data, list):
        return data, 1
    if isinstance(data, dict):
        for key in ("results", "data"):
            if isinstance(rows := data.get(key), list):
                pagination = data.get("pagination")
                pages = pagination.get("totalPages") if isinstance(pagination, dict) else None
                return rows, pages if isinstance(pages, int) else None
    raise ProviderError(
        _("Jelou's list of templates could not be read."), kind=Kind.REFUSED, code="unreadable", answer=answer
    )
