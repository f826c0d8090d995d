"""Misbehaviour on command: the next n calls, some of them by chance, or those to one number.

    latency         waits, then behaves
    timeout_before  takes nothing, waits, drops the connection
    timeout_after   takes the message, waits, then answers
    reset_before    takes nothing, resets the connection
    reset_after     takes the message, resets the connection instead of answering
    slow            takes the message, answers drop by drop
    status_401      answers so and takes nothing; likewise status_422, status_429, status_500
    502_html        answers with a gateway's page and takes nothing
    not_json        takes the message, answers 200 with something else than JSON

`accepted`, true or false, decides whether the last six take the message. A call that is held while the
world is reset takes nothing in the new one.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from messaging.simulator.world import WORLD

Serve = Callable[[], HttpResponse]
Refuse = Callable[[float | None], HttpResponse]

# Where a provider tells of a message, that is "notifications"; contacts and channels are Bird's.
ENDPOINTS = ("send", "templates", "notifications", "webhooks", "contacts", "channels", "any")
SLOW_PIECES = 20


@dataclass
class Fault:
    """Matches calls until `next` is used up, or for ever when it is None."""

    id: int
    kind: str
    endpoint: str = "send"
    next: int | None = None
    probability: float | None = None
    destination: str | None = None
    seconds: float = 5.0
    retry_after: float | None = None
    accepted: bool | None = None

    def strikes(self, endpoint: str, numbers: list[str]) -> bool:
        """Whether this call is hit; uses up one of `next` if so."""
        if self.endpoint not in (endpoint, "any") or self.next == 0:
            return False
        if self.destination is not None and self.destination not in numbers:
            return False
        if self.probability is not None and WORLD.dice.random() >= self.probability:
            return False
        if self.next is not None:
            self.next -= 1
        return True


class Faults:
    """The faults in force, oldest first; the first that strikes is the one."""

    def __init__(self) -> None:
        self.rows: list[Fault] = []

    def add(self, given: Mapping[str, Any]) -> Fault:
        """Raises ValueError or TypeError for a kind, an endpoint or a key that does not exist."""
        fault = Fault(id=len(self.rows) + 1, **{**given, "kind": canonical(given.get("kind", ""))})
        if fault.endpoint not in ENDPOINTS:
            raise ValueError(f"endpoint is one of {', '.join(ENDPOINTS)}.")
        with WORLD.lock:
            self.rows.append(fault)
        return fault

    def clear(self) -> None:
        with WORLD.lock:
            self.rows.clear()

    def strike(self, endpoint: str, numbers: list[str]) -> Fault | None:
        if not self.rows:
            return None
        with WORLD.lock:
            fault = next((row for row in self.rows if row.strikes(endpoint, numbers)), None)
            if fault:
                WORLD.counters.faults[fault.kind] += 1
            return fault

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(row) for row in self.rows]


def canonical(kind: str) -> str:
    """`401` is short for `status_401`."""
    kind = f"status_{kind}" if kind in ("401", "422", "429", "500") else kind
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}.")
    return kind


def misbehave(
    fault: Fault, request: HttpRequest, serve: Serve, refusals: Mapping[str, Refuse]
) -> HttpResponseBase:
    """Answers the call the way `fault` says; `refusals` are the provider's own bodies by status."""
    if fault.kind in CONNECTION:
        return CONNECTION[fault.kind](fault, request, serve)
    if fault.accepted or (fault.accepted is None and fault.kind == "not_json"):
        serve()
    if fault.kind in BROKEN:
        return BROKEN[fault.kind]()
    return refusals[fault.kind](fault.retry_after)


def drop(request: HttpRequest) -> HttpResponse:
    """Marks the connection to be reset; see `wsgi.py`, which holds the socket."""
    request.META["simulator.drop"] = True
    # Nobody gets to see this; nginx logs clients without an answer so, and so do our counters.
    return HttpResponse(status=499)


def _latency(fault: Fault, request: HttpRequest, serve: Serve) -> HttpResponse:
    time.sleep(fault.seconds)
    return serve()


def _timeout_before(fault: Fault, request: HttpRequest, serve: Serve) -> HttpResponse:
    time.sleep(fault.seconds)
    return drop(request)


def _timeout_after(fault: Fault, request: HttpRequest, serve: Serve) -> HttpResponse:
    response = serve()
    time.sleep(fault.seconds)
    return response


def _reset_before(fault: Fault, request: HttpRequest, serve: Serve) -> HttpResponse:
    return drop(request)


def _reset_after(fault: Fault, request: HttpRequest, serve: Serve) -> HttpResponse:
    serve()
    return drop(request)


def _slow(fault: Fault, request: HttpRequest, serve: Serve) -> HttpResponseBase:
    whole = serve()
    response = StreamingHttpResponse(_drops(whole.content, fault.seconds), status=whole.status_code)
    response["Content-Type"] = whole["Content-Type"]
    response["Content-Length"] = str(len(whole.content))
    return response


def _drops(content: bytes, seconds: float) -> Iterator[bytes]:
    size = len(content) // SLOW_PIECES + 1
    for start in range(0, len(content), size):
        time.sleep(seconds / SLOW_PIECES)
        yield content[start : start + size]


def _gateway_page() -> HttpResponse:
    page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    return HttpResponse(page, status=502, content_type="text/html")


def _not_json() -> HttpResponse:
    return HttpResponse("OK", content_type="text/plain")


CONNECTION: dict[str, Callable[[Fault, HttpRequest, Serve], HttpResponseBase]] = {
    "latency": _latency,
    "timeout_before": _timeout_before,
    "timeout_after": _timeout_after,
    "reset_before": _reset_before,
    "reset_after": _reset_after,
    "slow": _slow,
}
BROKEN: dict[str, Callable[[], HttpResponse]] = {"502_html": _gateway_page, "not_json": _not_json}
KINDS = (*CONNECTION, "status_401", "status_422", "status_429", "status_500", *BROKEN)

FAULTS = Faults()
