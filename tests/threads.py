"""Two workers, or two halves of a double click, at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(action: Callable[[], Any], times: int = 2) -> list[Any]:
    """What each of the threads got, which all begin together; raises what one of them raised."""
    barrier = Barrier(times)

    def run() -> Any:
        barrier.wait(timeout=10)
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        futures = [pool.submit(run) for _ in range(times)]
        return [future.result(timeout=60) for future in futures]
