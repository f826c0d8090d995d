"""The figure `webhook.rate`: calls a second that are stored and answered, beside a view that only inserts.

Both are served by the same server and write to the same table. Ours looks up whose address it is, verifies,
stores, answers, and applies what was stored while further calls come in.
"""

import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.simulating import free_port

from .databases import Databases
from .figures import BARE, Bench, Line, rounded, spread
from .processes import BenchError, Programs, Talker, running, talking
from .surroundings import environment

TARGET = 0.7
CONNECTIONS = 16
SECONDS, WARM_UP = 6.0, 1.0
# Until everything that was stored is applied.
PATIENCE = 300
SETTINGS = {"ours": "jelouadmin.settings", BARE: "bench.bare_settings"}

_BODY = (
    b'{"id": "bench-%d", "botId": "bench-campaign", "destination": "593990000000", '
    b'"event": "delivered_user", "sentStatus": "DELIVERED_USER", "elementName": "aviso_pedido", '
    b'"campaignId": null, "createdAt": "2026-01-15T10:30:00.000Z", '
    b'"timestamp": "2026-01-15T10:30:02.%06dZ", "error": null}'
)
_HEAD = (
    b"POST /webhooks/jelou/%b/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
)


@dataclass(frozen=True)
class Intake:
    """`backlog` is how many seconds after the last call everything was applied."""

    rate: float
    slowest_ms: float
    backlog: float


def rate(bench: Bench, kind: str) -> Iterator[Line]:
    """In turns, so that a noisy minute is shared."""
    played: dict[str, list[Intake]] = {name: [] for name in SETTINGS}
    for _ in range(bench.options.rounds):
        for name in SETTINGS:
            played[name].append(_play(name, bench.databases[kind], bench.options.rows))
    rates = {name: [one.rate for one in several] for name, several in played.items()}
    ratio = rounded(median(rates["ours"]) / median(rates[BARE]))
    yield {
        "figure": "webhook.rate",
        "unit": "calls a second",
        "database": kind,
        "ours": rounded(median(rates["ours"])),
        "peers": {BARE: rounded(median(rates[BARE]))},
        "ratios": {BARE: ratio},
        "targets": {BARE: TARGET},
        "met": ratio >= TARGET,
        "p99_ms": {
            name: rounded(median(one.slowest_ms for one in several)) for name, several in played.items()
        },
        "backlog_seconds": rounded(median(one.backlog for one in played["ours"])),
        "rounds": bench.options.rounds,
        "spread": {name: spread(values) for name, values in rates.items()},
    }


def _play(name: str, databases: Databases, rows: int) -> Intake:
    """Raises BenchError if a call was answered and not stored, or stored and not applied."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench")))
        url = stack.enter_context(databases.fresh(rows))
        surroundings = environment(url, "", DJANGO_SETTINGS_MODULE=SETTINGS[name])
        desk = stack.enter_context(talking("webhook_desk", environment=surroundings, log=folder / "desk.log"))
        facts = desk.ask("prepare")
        port = free_port()
        server = stack.enter_context(running(gunicorn(port), surroundings, folder / "log"))
        wait_until_open(server, port)
        caller = Caller(port, _requests(facts["token"], facts["first"], facts["rows"]))
        caller.call(WARM_UP)
        answered, times = caller.call(SECONDS)
        began = time.monotonic()
        _wait_until_applied(server, desk)
        backlog = time.monotonic() - began
        _certify(name, caller.total, desk)
        return Intake(answered / SECONDS, 1000 * sorted(times)[int(len(times) * 0.99)], backlog)


def gunicorn(port: int) -> list[str]:
    """As the image runs it."""
    return [
        *(sys.executable, "-m", "gunicorn", "jelouadmin.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"),
        *("--worker-tmp-dir", "/dev/shm", "--log-level", "warning"),  # noqa: S108
    ]


def wait_until_open(server: Programs, port: int) -> None:
    for _ in range(200):
        server.check()
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)  # it is starting
        else:
            return
    raise BenchError("gunicorn does not answer.")


def _requests(token: str, first: int, rows: int) -> Callable[[int], bytes]:
    """One piece of news for each message in turn, always at another moment."""
    address = token.encode()

    def request(number: int) -> bytes:
        body = _BODY % (first + number % rows, number)
        return _HEAD % (address, len(body)) + body

    return request


class Caller:
    """Sixteen connections that each wait for one answer at a time. Counts what was answered with 200."""

    def __init__(self, port: int, request: Callable[[int], bytes]) -> None:
        self._port, self._request = port, request
        self.total = self._asked = 0

    def call(self, seconds: float) -> tuple[int, list[float]]:
        """How many were answered, and how long each took, in seconds."""
        selector = selectors.DefaultSelector()
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", self._port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, self._ask(connection))
        times: list[float] = []
        ends = time.monotonic() + seconds
        while selector.get_map():
            self._hear(selector, times, ends)
        self.total += len(times)
        return len(times), times

    def _ask(self, connection: socket.socket) -> float:
        connection.sendall(self._request(self._asked))
        self._asked += 1
        return time.monotonic()

    def _hear(self, selector: selectors.BaseSelector, times: list[float], ends: float) -> None:
        """The server sends head and body apart. The last answers are waited for."""
        for key, _events in selector.select(timeout=10):
            assert isinstance(key.fileobj, socket.socket)
            answer = key.fileobj.recv(65536)
            if answer.startswith(b"HTTP/1.1 200") and not answer.endswith(b"}"):
                continue
            if not answer.endswith(b'"received"}'):
                raise BenchError(f"A call was answered with {answer[:200]!r}.")
            now = time.monotonic()
            times.append(now - key.data)
            if now < ends:
                selector.modify(key.fileobj, selectors.EVENT_READ, self._ask(key.fileobj))
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def _wait_until_applied(server: Programs, desk: Talker) -> None:
    ends = time.monotonic() + PATIENCE
    while desk.ask("waiting")["waiting"]:
        server.check()
        if time.monotonic() > ends:
            raise BenchError(f"Not everything was applied after {PATIENCE} seconds.")
        time.sleep(0.1)  # asking takes a part of the cores that applying needs


def _certify(name: str, answered: int, desk: Talker) -> None:
    books = desk.ask("books")
    is_moved = name == BARE or books["moved"] > 0
    if books["stored"] != answered or set(books["states"]) != {"applied"} or not is_moved:
        raise BenchError(f"{name} answered {answered} calls, and the books say {books}.")
