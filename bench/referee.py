"""Starts the stub and asks it what it saw."""

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .processes import ROOT, BenchError
from .stub import CONTROL


@dataclass
class Referee:
    port: int

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin(self, latency_ms: int, *, arrivals: bool = False) -> None:
        """Forget everything, and answer after so many milliseconds from now on."""
        self._ask(f"begin?latency_ms={latency_ms}&arrivals={int(arrivals)}")

    def requests(self) -> int:
        return self._ask("counts")["requests"]

    def arrivals(self) -> dict[str, float]:
        """When each number was written to, in seconds since 1970."""
        return self._ask("arrivals")

    def certify(self, rows: int) -> None:
        """Raises BenchError unless exactly so many numbers were written to, each once."""
        counts = self._ask("counts")
        if counts != {"requests": rows, "destinations": rows, "most": min(rows, 1)}:
            raise BenchError(f"{rows} rows should have left once each, but the stub counted {counts}.")

    def _ask(self, what: str) -> Any:
        self._connection.request("GET", CONTROL + what)
        return json.loads(self._connection.getresponse().read())


@contextmanager
def stub() -> Iterator[Referee]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.stub"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Referee(int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()
