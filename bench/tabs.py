"""The figure `conversation.tabs`: what people who keep a conversation open cost while nothing happens.

Each tab asks for news of its thread and of its list at the intervals of the page itself.
"""

import heapq
import http.client
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.simulating import free_port

from .databases import Databases
from .figures import Bench, Line, rounded
from .processes import BenchError, Programs, running, talking
from .surroundings import environment
from .webhook import gunicorn, wait_until_open

TABS, SECONDS = 20, 20.0
# Of one core.
TARGET = 0.2
_ROWS = 10_000
_QUESTIONS = {
    "thread": re.compile(r'id="pulse"[^>]*hx-get="([^"]+)"[^>]*every (\d+)s'),
    "list": re.compile(r'id="talks-list"[^>]*hx-get="([^"]+)"[^>]*every (\d+)s'),
}


def tabs(bench: Bench, kind: str) -> Iterator[Line]:
    shares = [_play(bench.databases[kind]) for _ in range(bench.options.rounds)]
    share = sorted(shares)[len(shares) // 2]
    yield {
        "figure": "conversation.tabs",
        "unit": f"share of one core, {TABS} tabs",
        "database": kind,
        "ours": rounded(share),
        "peers": {},
        "ratios": {},
        "targets": {"share": TARGET},
        "met": share <= TARGET,
        "rounds": len(shares),
        "spread": [rounded(min(shares)), rounded(max(shares))],
    }


def _play(databases: Databases) -> float:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench")))
        url = stack.enter_context(databases.fresh(_ROWS))
        surroundings = environment(url, "")
        desk = stack.enter_context(talking("webhook_desk", environment=surroundings, log=folder / "desk.log"))
        facts = desk.ask("open_conversations", count=TABS)
        port = free_port()
        server = stack.enter_context(running(gunicorn(port), surroundings, folder / "log"))
        wait_until_open(server, port)
        return _share(server, port, facts["session"], facts["keys"])


def _share(server: Programs, port: int, session: str, keys: list[int]) -> float:
    """CPU of all processes of the server, for each second that the tabs are open."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Cookie": f"sessionid={session}", "HX-Request": "true", "Host": "localhost"}

    def get(path: str, expected: int) -> str:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        if answer.status != expected:
            raise BenchError(f"{path} was answered with {answer.status}.")
        return body

    due = [
        one
        for number, key in enumerate(keys)
        for one in _questions(get(f"/admin/conversations/{key}/", 200), number)
    ]
    heapq.heapify(due)
    began, cpu = time.monotonic(), server.cpu_seconds()
    while (passed := time.monotonic() - began) < SECONDS:
        at, path, every = due[0]
        if at > passed:
            time.sleep(at - passed)
        get(path, 204)
        heapq.heapreplace(due, (at + every, path, every))
    return (server.cpu_seconds() - cpu) / (time.monotonic() - began)


def _questions(page: str, number: int) -> Iterator[tuple[float, str, int]]:
    """What a tab asks: when first, where, and every how many seconds."""
    for question in _QUESTIONS.values():
        found = question.search(page)
        if found is None:
            raise BenchError("The page of a conversation asks for no news.")
        every = int(found[2])
        yield every * number / TABS, unescape(found[1]), every
