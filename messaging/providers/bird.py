"""Bird's Channels API for WhatsApp. What its documentation leaves open is decided in docs/providers.md.

https://docs.bird.com/api/channels-api
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from messaging.content import Content
from messaging.content.delivery import Delivery
from templates_app.rules import Problem

from . import bird_listing, bird_objections, bird_webhooks, http
from .account_fields import CredentialField
from .base import (
    JSON,
    Answer,
    Event,
    Kind,
    ListedTemplate,
    Outbound,
    Provider,
    ProviderError,
    Request,
    SendResult,
    unnamed,
)
from .bird_errors import raise_for, raise_if_refused
from .bird_listing import pages
from .bird_messages import BUILDERS, wire
from .bird_templates import listed, may_hold_active
from .evidence import Evidence
from .fields import Fields, first, identity, is_uuid, mapping, moment, rows

# Nobody's: asked about it, Bird says whether it takes the key.
NO_WORKSPACE = "00000000-0000-4000-8000-000000000000"
# A session that never ends; a year that every zone and every database can show.
FOR_EVER = dt.datetime(3000, 1, 1, tzinfo=dt.UTC)


class Bird(Provider):
    """A bot's id is `workspaceId/channelId`, both as UUIDs."""

    kind = "bird"
    label = "Bird"
    base_url = "https://api.bird.com"
    kinds = frozenset({*BUILDERS, "template"})
    delivery_options = frozenset(Delivery.model_fields)
    template_options: ClassVar[frozenset[str]] = frozenset()
    fixes_files = True
    carries_quotes = True
    events = ("whatsapp.inbound", "whatsapp.outbound", "whatsapp.interaction")
    # Session messages are listed and reported on like templates.
    listed_kinds = kinds
    lists_inbound = lists_interactions = True
    takes_secret = True
    tells_windows = True
    credential_fields: ClassVar[Sequence[CredentialField]] = (CredentialField("access_key", _("Access key")),)

    # -- Sending -------------------------------------------------------------------------------

    @classmethod
    def flaw_of(cls, channel: str) -> str:
        """A workspace's short id (`ws_…`), which the dashboard shows too, is not taken by the API."""
        workspace, _slash, number = channel.partition("/")
        if is_uuid(workspace) and is_uuid(number):
            return ""
        sentence = _("At Bird this is the workspace's id, a slash and the channel's id, 36 signs each.")
        return str(sentence)

    @classmethod
    def objections(cls, content: Content, options: Mapping[str, Any] | None = None) -> list[Problem]:
        return bird_objections.objections(content, cls.kinds)

    def build(self, outbound: Outbound) -> Request:
        return Request("POST", f"{_channel(outbound.channel)}/messages", wire(outbound))

    def send(self, request: Request) -> SendResult:
        answer = self._call(request)
        raise_if_refused(answer)
        provider_id = identity(mapping(answer.data), "id")
        if not provider_id:
            raise unnamed(answer)
        return SendResult(provider_id, answer)

    # -- Evidence ------------------------------------------------------------------------------

    def find(
        self, channel: str, *, since: dt.datetime, until: dt.datetime, element_name: str = ""
    ) -> Iterator[list[Evidence]]:
        return bird_listing.find(self._call, _channel(channel), since, until)

    def look_up(self, channel: str, provider_id: str) -> Evidence | None:
        try:
            answer = self._call(_one(channel, "messages", provider_id))
        except ProviderError as error:
            if error.answer is not None and error.answer.status == 404 and error.code != "bot_not_found":
                return None
            raise
        found = bird_listing.evidence(mapping(answer.data))
        return found if found.provider_id == provider_id else None

    def interactions(self, channel: str, provider_id: str) -> list[Event]:
        return bird_listing.interactions(self._call(_one(channel, "messages", provider_id, "interactions")))

    def inbox(self, channel: str, since: dt.datetime) -> Iterator[list[Event]]:
        return bird_listing.inbox(self._call, _channel(channel), since)

    def window(self, channel: str, provider_id: str) -> dt.datetime | None:
        """Bird knows people by its own ids, which their messages tell."""
        message = mapping(self._call(_one(channel, "messages", provider_id)).data)
        person = bird_listing.person_of(message)
        if not person:
            return None
        details = mapping(self._call(_one(channel, "contacts", person)).data)
        if details.get("isPermanentSession") is True:
            return FOR_EVER
        return moment(details, "serviceWindowExpireAt")

    # -- Setup ---------------------------------------------------------------------------------

    def check(self, channel: str = "") -> None:
        """Without a bot: any answer but 401 to a question about no workspace means that the key is known."""
        if channel:
            self._check_platform(self._call(Request("GET", _channel(channel))))
            return
        try:
            self._call(Request("GET", f"/workspaces/{NO_WORKSPACE}/channels"))
        except ProviderError as error:
            if error.answer is None or error.answer.status not in (403, 404, 422):
                raise

    def _check_platform(self, answer: Answer) -> None:
        platform = first(mapping(answer.data), "platformId")
        if platform not in ("", "whatsapp"):
            sentence = _("This channel of Bird's is for %(platform)s. Take the id of a WhatsApp channel.")
            raise ProviderError(
                sentence % {"platform": platform}, kind=Kind.REFUSED, code="bot_not_found", answer=answer
            )

    def list_templates(self, channel: str) -> Iterator[ListedTemplate]:
        """https://docs.bird.com/api/touchpoints-api/api-reference/message-templates"""
        workspace, channel_id = _workspace(channel), channel.partition("/")[2]
        for projects in pages(self._call, f"{workspace}/projects"):
            for project in filter(may_hold_active, projects):
                path = f"{workspace}/projects/{quote(first(project, 'id'), safe='')}/channel-templates"
                versions = [row for page in pages(self._call, path) for row in page]
                yield from listed(project, versions, channel_id)

    def subscribe(self, channel: str, url: str, secret: str = "") -> None:
        """The new ones come before the old ones go, so that nothing is missed; what comes twice is harmless.

        https://docs.bird.com/api/notifications-api/api-reference/webhook-subscriptions
        """
        path = f"{_workspace(channel)}/webhook-subscriptions"
        wanted = {"key": "channelId", "value": channel.partition("/")[2]}
        old = [row for page in pages(self._call, path) for row in page if first(row, "url") == url]
        for event in self.events:
            body = {"service": "channels", "event": event, "url": url, "signingKey": secret}
            self._call(Request("POST", path, {**body, "eventFilters": [wanted]}))
        for row in old:
            if wanted in rows(row.get("eventFilters")) and first(row, "event") in self.events:
                self._call(Request("DELETE", f"{path}/{quote(first(row, 'id'), safe='')}"))

    def subscriptions(self, channel: str) -> Mapping[str, str]:
        """Of the channel, or of the whole workspace."""
        path = f"{_workspace(channel)}/webhook-subscriptions"
        return {
            first(row, "event"): first(row, "url")
            for page in pages(self._call, path)
            for row in page
            if _concerns(row, channel) and first(row, "status") in ("", "active")
        }

    # -- Webhooks ------------------------------------------------------------------------------

    @classmethod
    def verify(cls, headers: Mapping[str, str], body: bytes, secret: str, *, url: str = "") -> None:
        bird_webhooks.verify(headers, body, secret, url)

    @classmethod
    def parse(cls, body: JSON) -> list[Event]:
        return bird_webhooks.parse(body)

    # -- Calls ---------------------------------------------------------------------------------

    def _call(self, request: Request) -> Answer:
        """One call. Where 401 refuses the first key, which takes nothing, the second is tried."""
        for credentials in self._credentials:
            headers = {"Authorization": f"AccessKey {credentials['access_key']}"}
            answer = http.call(self._base_url, request, headers)
            if answer.status != 401:
                break
        raise_for(answer)
        return answer

    def redact(self, text: str) -> str:
        for credentials in self._credentials:
            if key := credentials["access_key"]:
                text = text.replace(key, "•••")
        return text


def _concerns(subscription: Fields, channel: str) -> bool:
    filters = {first(row, "key"): first(row, "value") for row in rows(subscription.get("eventFilters"))}
    return filters.get("channelId", channel.partition("/")[2]) == channel.partition("/")[2]


def _workspace(channel: str) -> str:
    return f"/workspaces/{quote(channel.partition('/')[0], safe='')}"


def _channel(channel: str) -> str:
    return f"{_workspace(channel)}/channels/{quote(channel.partition('/')[2], safe='')}"


def _one(channel: str, what: str, number: str, part: str = "") -> Request:
    path = f"{_channel(channel)}/{what}/{quote(number, safe='')}"
    return Request("GET", f"{path}/{part}" if part else path)
