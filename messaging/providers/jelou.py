"""Jelou's API. Its documentation contradicts itself in places; what we decided is in docs/providers.md.

https://docs.jelou.ai/en/api/introduction
"""

import base64
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from messaging.content import Content, TemplateContent, TextContent
from templates_app.rules import Problem

from . import http, jelou_notifications
from .base import (
    JSON,
    Answer,
    CredentialField,
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
from .jelou_templates import listed_template
from .jelou_webhooks import is_signed, parse, subscribed

PAGE_SIZE = 50
MAX_PAGES = 200


class Jelou(Provider):
    """`options`: `dynamic_url_parameter` sends the values of link buttons in the older field."""

    kind = "jelou"
    label = "Jelou"
    base_url = "https://api.jelou.ai"
    button_kinds = frozenset({"quick_reply", "url", "phone", "otp"})
    listed_kinds = frozenset({"template"})
    events = ("delivered_channel", "delivered_user", "read", "failed", "reply")
    credential_fields: ClassVar[Sequence[CredentialField]] = (
        CredentialField("client_id", _("Client ID"), secret=False),
        CredentialField("client_secret", _("Client secret")),
    )

    # -- Sending -------------------------------------------------------------------------------

    @classmethod
    def objections(cls, content: Content) -> list[Problem]:
        if content.kind not in cls._builders:
            return [Problem("kind", _("Jelou cannot send this kind of message. Choose another kind."))]
        if isinstance(content, TemplateContent):
            return cls._button_objections(content)
        return []

    @classmethod
    def _button_objections(cls, content: TemplateContent) -> list[Problem]:
        """A button whose value has no place in the wire body yet must not be sent without it."""
        kinds = {button.kind for button in content.components.buttons} - cls.button_kinds
        if not kinds:
            return []
        sentence = _("This template has a button that cannot be sent yet: %(kinds)s. Choose another one.")
        return [Problem("template", sentence % {"kinds": ", ".join(sorted(kinds))})]

    def build(self, outbound: Outbound) -> Request:
        return self._builders[outbound.content.kind](self, outbound)

    def _build_text(self, outbound: Outbound) -> Request:
        """https://docs.jelou.ai/api/envia-mensajes/texto"""
        assert isinstance(outbound.content, TextContent)
        body = {"type": "text", "userId": outbound.to, "text": outbound.content.body}
        return Request("POST", f"/v1/bots/{quote(outbound.channel, safe='')}/messages", body)

    def _build_template(self, outbound: Outbound) -> Request:
        """https://docs.jelou.ai/en/api/campanas/envio-individual"""
        content = outbound.content
        assert isinstance(content, TemplateContent)
        body: dict[str, Any] = {
            "elementName": content.element_name,
            "destinations": [outbound.to],
            "language": content.language,
            "type": content.components.media_format or "text",
            "parameters": content.in_order("body"),
        }
        if header := content.in_order("header"):
            body["headerParameters"] = header
        if content.components.media_format:
            body["mediaUrl"] = content.media_url
        if content.components.media_format == "document":
            body["filename"] = content.filename
        body.update(self._link_values(content))
        return Request("POST", f"/v2/whatsapp/{quote(outbound.channel, safe='')}/hsm", body)

    def _link_values(self, content: TemplateContent) -> dict[str, Any]:
        """Values of link buttons. Assumed: `param` is the button's index from 0, `payload.text` its value."""
        links = [
            (index, value)
            for index in range(len(content.components.buttons))
            for value in content.in_order(f"button.{index}")
        ]
        if not links:
            return {}
        if self._options.get("dynamic_url_parameter"):
            return {"dynamicUrlParameter": [value for _index, value in links]}
        return {
            "buttonParameters": [
                {"type": "URL", "payload": {"text": value}, "param": index} for index, value in links
            ]
        }

    _builders: ClassVar[dict[str, Callable[["Jelou", Outbound], Request]]] = {
        "text": _build_text,
        "template": _build_template,
    }

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

    def subscribe(self, channel: str, url: str) -> None:
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
    def verify(cls, headers: Mapping[str, str], body: bytes, secret: str) -> None:
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
        for credentials in self._credentials:
            for secret in filter(None, (_basic(credentials), credentials["client_secret"])):
                text = text.replace(secret, "•••")
        return text


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
