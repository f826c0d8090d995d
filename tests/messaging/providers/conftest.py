"""A provider that says byte by byte what a test wants."""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

Act = Callable[[socket.socket], None]


class Stub:
    """Answers the next call with the next of `acts`, and the last one for ever; keeps what it was sent."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.acts: list[Act] = [answer()]
        self.requests: list[bytes] = []
        self.connections = 0
        self.gate = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def body(self, number: int = -1) -> Any:
        return json.loads(self.requests[number].partition(b"\r\n\r\n")[2])

    def stop(self) -> None:
        self.gate.set()
        self.listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                while request := _read(connection):
                    self.requests.append(request)
                    act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
                    act(connection)
            except OSError:
                pass


def _read(connection: socket.socket) -> bytes:
    """One request, head and body; empty when the other side has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return b""
        data += part
    head, _blank, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while len(body) < int(length[1] if length else 0):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(status: int = 200, body: Any = b"{}", **headers: str) -> Act:
    """An HTTP answer; `body` is sent as JSON unless it is bytes, `Content_Type` stands for Content-Type."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return raw(f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode("latin-1") + content)


def raw(data: bytes) -> Act:
    return lambda connection: connection.sendall(data)


def then_close(act: Act) -> Act:
    def both(connection: socket.socket) -> None:
        act(connection)
        connection.shutdown(socket.SHUT_RDWR)

    return both


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.stop()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
