"""The way in: key, workspace, pace, channel, body, in this order; and the fault in force."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict

from messaging.simulator.bird import errors
from messaging.simulator.bird.wording import is_uuid
from messaging.simulator.entrance import Entrance, Handlers, View, parsed, refuse, respond
from messaging.simulator.faults import Refuse
from messaging.simulator.rows import Bot, Company, Json
from messaging.simulator.shapes import Shape, problems_of
from messaging.simulator.world import WORLD

# https://docs.bird.com/api/channels-api/rate-limit: requests a second of one workspace.
RATES = {"GET": 50}
OTHER_RATE = 500


@dataclass(frozen=True)
class Call:
    """A call that was let in. What answers without a channel in its address finds None."""

    workspace: Company
    channel: Bot | None
    body: Json
    query: QueryDict

    def refuse_unless(self, shape: Shape) -> None:
        if problems := problems_of(shape, self.body):
            raise errors.invalid(problems)

    @property
    def bot(self) -> Bot:
        """The channel of an address that has one."""
        assert self.channel is not None
        return self.channel


@dataclass(frozen=True)
class Said:
    """An answer with another status than 200; without a body when it is None."""

    status: int
    body: Any = None


def answer(request: HttpRequest, handlers: Handlers, rest: dict[str, str]) -> HttpResponse:
    handler = handlers.get(request.method or "")
    if handler is None:
        raise errors.no_operation()
    names = {name: value for name, value in rest.items() if name not in ("ws", "ch", "org")}
    said = handler(admit(request, rest["ws"], rest.get("ch")), **names)
    if not isinstance(said, Said):
        return respond(said)
    return HttpResponse(status=said.status) if said.body is None else respond(said.body, said.status)


def admit(request: HttpRequest, workspace_id: str, channel_id: str | None) -> Call:
    """Raises Refused."""
    workspace = _workspace(request, workspace_id)
    method = request.method or ""
    if not WORLD.take_turn(f"{workspace.name} {method}", RATES.get(method, OTHER_RATE)):
        raise errors.too_many_requests()
    channel = _channel(workspace, channel_id) if channel_id is not None else None
    if channel and not WORLD.take_turn(channel.id, channel.rate):
        raise errors.too_many_requests()
    return Call(workspace, channel, _body(request), request.GET)


def _workspace(request: HttpRequest, workspace_id: str) -> Company:
    """`Authorization: AccessKey …`; a key opens one workspace."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    opened = [row for row in WORLD.companies.values() if scheme == "AccessKey" and _opens(row, key)]
    if not opened:
        raise errors.refused(401, "The access key is not valid.")
    workspace = WORLD.companies.get(workspace_id)
    if workspace is None or workspace.provider != "bird":
        raise errors.not_found("workspace")
    if workspace not in opened:
        raise errors.refused(403, "The access key has no role in this workspace.")
    return workspace


def _opens(company: Company, key: str) -> bool:
    return company.provider == "bird" and hmac.compare_digest(company.client_secret.encode(), key.encode())


def _channel(workspace: Company, channel_id: str) -> Bot:
    channel = WORLD.bots.get(channel_id) if is_uuid(channel_id) else None
    if channel is None or channel.company != workspace.name:
        raise errors.not_found("channel")
    return channel


def _body(request: HttpRequest) -> Json:
    """A JSON object, said to be one."""
    if request.method in ("GET", "DELETE"):
        return {}
    if request.content_type != "application/json":
        raise errors.refused(400, 'header Content-Type has unexpected value: it must be "application/json"')
    body = parsed(request)
    if body is None:
        raise errors.refused(400, "failed to decode request body: it must be a JSON object")
    return body


def _numbers(body: Json) -> list[Any]:
    """The digits of whom a message is for."""
    receiver = body.get("receiver")
    contacts = receiver.get("contacts") if isinstance(receiver, Mapping) else None
    found = contacts if isinstance(contacts, list) else []
    return [str(row.get("identifierValue", "")).lstrip("+") for row in found if isinstance(row, dict)]


def no_operation(request: HttpRequest, **rest: str) -> HttpResponse:
    return refuse(errors.no_operation())


def by_method(**views: View) -> View:
    """One address whose methods are different endpoints to faults and counters."""

    def view(request: HttpRequest, **rest: str) -> HttpResponseBase:
        return views.get(request.method or "", no_operation)(request, **rest)

    return view


REFUSALS: dict[str, Refuse] = {
    "status_401": lambda _: refuse(errors.refused(401, "The access key is not valid.")),
    "status_422": lambda _: refuse(errors.wrong("value must be an object", "body")),
    "status_429": lambda retry_after: refuse(errors.too_many_requests(retry_after)),
    "status_500": lambda _: refuse(errors.refused(500, "Something went wrong.")),
}
endpoint = Entrance(answer, REFUSALS, _numbers, lambda: errors.not_found("channel")).endpoint
