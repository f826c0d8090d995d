"""What every provider's way in has in common: counting, the fault in force, and how an answer is written."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from messaging.simulator.faults import FAULTS, Refuse, misbehave
from messaging.simulator.rows import Json
from messaging.simulator.world import WORLD

View = Callable[..., HttpResponseBase]
Handler = Callable[..., Any]
Handlers = Mapping[str, Handler]
Answer = Callable[[HttpRequest, Handlers, dict[str, str]], HttpResponse]


class Refused(Exception):
    """Raised anywhere behind the gate; becomes the answer."""

    def __init__(self, status: int, body: Json, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


class Entrance:
    """One provider's: `answer` behaves well, `refusals` are its bodies by status, `numbers` whom a call
    is about, for faults that wait for somebody."""

    def __init__(
        self,
        answer: Answer,
        refusals: Mapping[str, Refuse],
        numbers: Callable[[Any], list[Any]],
        gone: Callable[[], Refused],
    ) -> None:
        self.answer, self.refusals, self.numbers, self.gone = answer, refusals, numbers, gone

    def endpoint(self, name: str, **handlers: Handler) -> View:
        """A view that answers what the handler of the method returns; `name` is what faults call it."""

        def view(request: HttpRequest, **rest: str) -> HttpResponseBase:
            counters = WORLD.counters
            serve = partial(self._serve, request, handlers, rest, WORLD.era)
            _count(counters.requests, name)
            fault = FAULTS.strike(name, self._destinations(request))
            response = misbehave(fault, request, serve, self.refusals) if fault else serve()
            _count(counters.answers, str(response.status_code))
            return response

        return view

    def _serve(
        self, request: HttpRequest, handlers: Handlers, rest: dict[str, str], era: int
    ) -> HttpResponse:
        """The answer of a well-behaved provider, in the world that the call was made in."""
        try:
            if era != WORLD.era:
                raise self.gone()
            return self.answer(request, handlers, rest)
        except Refused as refused:
            return refuse(refused)

    def _destinations(self, request: HttpRequest) -> list[Any]:
        if not FAULTS.rows or request.method == "GET":
            return []
        return self.numbers(parsed(request) or {})


def parsed(request: HttpRequest) -> Json | None:
    """The body when it is a JSON object, else None. Half a character, a lone surrogate, is no JSON."""
    try:
        body = json.loads(request.body)
        if b"\\ud" in request.body.lower():
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def respond(body: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type="application/json")


def refuse(refused: Refused) -> HttpResponse:
    response = respond(refused.body, refused.status)
    for name, value in refused.headers.items():
        response[name] = value
    return response


def _count(counter: Counter[str], key: str) -> None:
    with WORLD.lock:
        counter[key] += 1
