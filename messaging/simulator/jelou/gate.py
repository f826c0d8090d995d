"""The way in: method, credentials, bot, body, pace, in this order; and the fault in force."""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from messaging.simulator.faults import FAULTS, misbehave
from messaging.simulator.jelou import assumed, errors
from messaging.simulator.jelou.errors import Refused
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


Handler = Callable[..., Any]
View = Callable[..., HttpResponseBase]

REFUSALS: dict[str, Callable[[float | None], HttpResponse]] = {
    "status_401": lambda _: refuse(errors.unauthorized()),
    "status_422": lambda _: refuse(errors.invalid_field("body", "json")),
    "status_429": lambda retry_after: refuse(assumed.too_many_requests(retry_after)),
    "status_500": lambda _: refuse(errors.internal_server_error()),
}


def endpoint(name: str, **handlers: Handler) -> View:
    """A view that answers what the handler of the method returns; `name` is what faults call it."""

    def view(request: HttpRequest, bot_id: str | None = None, **rest: str) -> HttpResponseBase:
        counters, era = WORLD.counters, WORLD.era
        serve = partial(answer, request, handlers, bot_id, rest, era)
        _count(counters.requests, name)
        fault = FAULTS.strike(name, _numbers(request))
        response = misbehave(fault, request, serve, REFUSALS) if fault else serve()
        _count(counters.answers, str(response.status_code))
        return response

    return view


def answer(
    request: HttpRequest, handlers: dict[str, Handler], bot_id: str | None, rest: dict[str, str], era: int
) -> HttpResponse:
    """The answer of a well-behaved provider, in the world that the call was made in."""
    try:
        if era != WORLD.era:
            raise assumed.no_such_address(404)
        handler = handlers.get(request.method or "")
        if handler is None:
            raise assumed.no_such_address(405)
        return respond(handler(admit(request, bot_id), **rest))
    except Refused as refused:
        return refuse(refused)


def admit(request: HttpRequest, bot_id: str | None) -> Call:
    """Raises Refused. An address without a bot has its id in the body."""
    company = _caller(request)
    if bot_id is not None:
        bot = _bot(company, bot_id)
        body = _body(request)
    else:
        body = _body(request)
        bot = _bot(company, _named_bot(body))
    if not WORLD.take_turn(bot):
        raise assumed.too_many_requests()
    return Call(bot, body, request.GET.dict())


def respond(body: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")


def refuse(refused: Refused) -> HttpResponse:
    response = respond(refused.body, refused.status)
    for name, value in refused.headers.items():
        response[name] = value
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refuse(assumed.no_such_address(404))


def _count(counter: Counter[str], key: str) -> None:
    with WORLD.lock:
        counter[key] += 1


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
    if bot is None:
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
    body = _parsed(request)
    if body is None:
        raise errors.invalid_field("body", "json")
    return body


def _parsed(request: HttpRequest) -> Json | None:
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _numbers(request: HttpRequest) -> list[str]:
    """Whom the call is about, for faults that wait for somebody."""
    if not FAULTS.rows or request.method == "GET":
        return []
    body = _parsed(request) or {}
    destinations = body.get("destinations", [body.get("userId")])
    return destinations if isinstance(destinations, list) else []
