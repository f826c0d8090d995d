"""A provider that takes everything and is too fast to matter: `python -m bench.stub`.

It reads as much HTTP as our client writes (keep-alive, Content-Length) and answers a send as Jelou does, with
one id per destination, after the latency it was told. `bench.referee` asks it under /_bench/ what it counted.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

CONTROL = "/_bench/"

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_DESTINATIONS = re.compile(rb'"destinations": ?\[([^\]]*)\]')
_NUMBER = re.compile(rb"\d+")


@dataclass
class Counts:
    """What was taken since `begin`. `arrivals` stays empty unless somebody wants to know."""

    latency: float = 0.0
    notes_arrivals: bool = False
    taken: Counter[bytes] = field(default_factory=Counter)
    arrivals: dict[bytes, float] = field(default_factory=dict)
    requests: int = 0
    # Never starts again, so that no id comes twice while the process lives.
    given: int = 0

    def begin(self, latency: float, notes_arrivals: bool) -> None:
        self.latency, self.notes_arrivals, self.requests = latency, notes_arrivals, 0
        self.taken.clear()
        self.arrivals.clear()

    def take(self, body: bytes) -> bytes:
        """Count one send. Returns the answer's JSON."""
        self.requests += 1
        found = _DESTINATIONS.search(body)
        destinations = _NUMBER.findall(found[1]) if found else []
        now = time.time() if self.notes_arrivals else 0.0
        parts = []
        for destination in destinations:
            self.given += 1
            self.taken[destination] += 1
            if now:
                self.arrivals[destination] = now
            parts.append(b'{"id": "bench-%d", "destination": "%b"}' % (self.given, destination))
        return b"[" + b", ".join(parts) + b"]"

    def answer(self, path: str) -> Any:
        """What a control path asks for."""
        parts = urlsplit(path)
        match parts.path.removeprefix(CONTROL):
            case "begin":
                query = parse_qs(parts.query)
                self.begin(float(query["latency_ms"][0]) / 1000, query["arrivals"] == ["1"])
                return {}
            case "arrivals":
                return {destination.decode(): at for destination, at in self.arrivals.items()}
            case _:
                return {
                    "requests": self.requests,
                    "destinations": len(self.taken),
                    "most": max(self.taken.values(), default=0),
                }


class Connection(asyncio.Protocol):
    def __init__(self, counts: Counts, loop: asyncio.AbstractEventLoop) -> None:
        self.counts = counts
        self.loop = loop
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Requests come whole, in pieces, or several at once."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n") + 4) > 3:
            head = self.buffer[:end]
            length = _LENGTH.search(head)
            whole = end + int(length[1]) if length else end
            if len(self.buffer) < whole:
                return
            body, self.buffer = self.buffer[end:whole], self.buffer[whole:]
            self.take(head, body)

    def take(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1]
        if path.startswith(CONTROL.encode()):
            self.write(json.dumps(self.counts.answer(path.decode())).encode())
            return
        answer = self.counts.take(body)
        if self.counts.latency:
            self.loop.call_later(self.counts.latency, self.write, answer)
        else:
            self.write(answer)

    def write(self, answer: bytes) -> None:
        self.transport.write(_HEAD % len(answer) + answer)


async def serve() -> None:
    """Prints its port, then answers until its parent, which holds the other end of stdin, is gone."""
    loop = asyncio.get_running_loop()
    counts = Counts()
    server = await loop.create_server(lambda: Connection(counts, loop), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    orphaned = asyncio.Event()
    loop.add_reader(sys.stdin, orphaned.set)
    await orphaned.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
