"""A Redis of our own for the Celery peer: in memory only, on a socket in a temporary folder."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .processes import BenchError

SECONDS = 10


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Yields its address, once it listens."""
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no"]
    with (folder / "redis.log").open("w") as log:
        process = subprocess.Popen(["redis-server", *options], cwd=folder, stdout=log)  # noqa: S603, S607
    try:
        ends = time.monotonic() + SECONDS
        while not path.exists():
            if process.poll() is not None or time.monotonic() > ends:
                raise BenchError(f"Redis did not start:\n{(folder / 'redis.log').read_text()}")
            time.sleep(0.02)
        yield f"redis+socket://{path}"
    finally:
        process.kill()
        process.wait()
