"""The way in: method, credentials, bot, body, pace, in this order; and the fault in force."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from messaging.simulator.entrance import Entrance, Handlers, parsed, refuse, respond
from messaging.simulator.faults import Refuse
from messaging.simulator.jelou import assumed, errors
from messaging.simulator.rows import Bot, Company, Json
from messaging.simulator.shapes import Object, Shape, problems_of
from messaging.simulator.world import WORLD


@dataclass(frozen=True)
class Call:
    """A call that was let in."""

    bot: Bot
    body: Json
    query: dict[str, str]

    def refuse_unless(self, shape: Shape) -> None:
        if problems := problems_of(shape, self.body):
            raise errors.invalid(problems)

    def refuse_query_unless(self, **optional: Shape) -> None:
        if problems := problems_of(Object(optional=optional), self.query):
            raise errors.invalid(problems)


def answer(request: HttpRequest, handlers: Handlers, rest: dict[str, str]) -> HttpResponse:
    handler = handlers.get(request.method or "")
    if handler is None:
        raise assumed.no_such_address(405)
    bot_id = rest.pop("bot_id", None)
    return respond(handler(admit(request, bot_id), **rest))


def admit(request: HttpRequest, bot_id: str | None) -> Call:
    """Raises Refused. An address without a bot has its id in the body."""
    company = _caller(request)
    if bot_id is not None:
        bot = _bot(company, bot_id)
        body = _body(request)
    else:
        body = _body(request)
        bot = _bot(company, _named_bot(body))
    if not WORLD.take_turn(bot.id, bot.rate):
        raise assumed.too_many_requests()
    return Call(bot, body, request.GET.dict())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(assumed.no_such_address(404))


def _caller(request: HttpRequest) -> Company:
    """`Authorization: Basic base64(clientId:clientSecret)`: https://docs.jelou.ai/en/api/introduction"""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.unauthorized() from None
    company = WORLD.find_company(client_id, secret) if scheme == "Basic" else None
    if company is None:
        raise errors.unauthorized()
    return company


def _named_bot(body: Json) -> str:
    bot_id = body.get("botId")
    if not isinstance(bot_id, str):
        raise errors.invalid_field("botId", "text" if "botId" in body else "required")
    return bot_id


def _bot(company: Company, bot_id: str) -> Bot:
    bot = WORLD.bots.get(bot_id)
    if bot is None or bot.provider != "jelou":
        raise errors.bot_not_found()
    if bot.company != company.name:
        raise errors.forbidden_bot()
    return bot


def _body(request: HttpRequest) -> Json:
    """A JSON object, said to be one: the header is asked for on every request."""
    if request.method == "GET":
        return {}
    if request.content_type != "application/json":
        raise errors.invalid_field("Content-Type", "same", value="application/json")
    body = parsed(request)
    if body is None:
        raise errors.invalid_field("body", "json")
    return body


def _numbers(body: Json) -> list[Any]:
    destinations = body.get("destinations", [body.get("userId")])
    return destinations if isinstance(destinations, list) else []


REFUSALS: dict[str, Refuse] = {
    "status_401": lambda _: refuse(errors.unauthorized()),
    "status_422": lambda _: refuse(errors.invalid_field("body", "json")),
    "status_429": lambda retry_after: refuse(assumed.too_many_requests(retry_after)),
    "status_500": lambda _: refuse(errors.internal_server_error()),
}
endpoint = Entrance(answer, REFUSALS, _numbers, lambda: assumed.no_such_address(404)).endpoint
