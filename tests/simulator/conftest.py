"""A client that says exactly what a test wants, and somebody who listens to webhooks."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.simulating import BOT, CLIENT, Simulator, wait_for

NUMBER = "593990000321"
EXAMPLES = {
    row["kind"]: row for row in json.loads(Path(__file__).with_name("jelou_examples.json").read_text())
}


class Jelou:
    """Calls the simulator as a customer of Jelou would."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.auth = CLIENT

    def post(self, path: str, body: Any, timeout: float = 10) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=timeout)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.session.get(self.url + path, params=query, timeout=10)

    def hsm(self, timeout: float = 10, **changes: Any) -> requests.Response:
        """A good template call with some fields changed; None leaves one out."""
        good = {"elementName": "bienvenida", "destinations": [NUMBER], "language": "es", "parameters": []}
        body = {name: value for name, value in {**good, **changes}.items() if value is not None}
        return self.post(f"/v2/whatsapp/{BOT}/hsm", body, timeout)

    def say(self, **body: Any) -> requests.Response:
        """A session message."""
        return self.post(f"/v1/bots/{BOT}/messages", {"userId": NUMBER, **body})


@dataclass
class Listener:
    """Keeps every webhook; answers with the next of `answers`, then with 200."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def bodies(self, count: int = 1) -> list[dict[str, Any]]:
        """Waits for so many."""
        wait_for(lambda: len(self.received) >= count)
        return [json.loads(content) for _, content in self.received]


@pytest.fixture
def jelou(simulator: Simulator) -> Jelou:
    return Jelou(simulator.url)


@pytest.fixture
def listener() -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            kept.received.append((dict(self.headers), content))
            self.send_response(kept.answers.pop(0) if kept.answers else 200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept = Listener(f"http://127.0.0.1:{server.server_port}/hook")
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield kept
    server.shutdown()
    server.server_close()
