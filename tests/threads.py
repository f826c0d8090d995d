"""Two workers, or two halves of a double click, at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(action: Callable[[], Any], times: int = 2) -> list[Any]:
    """What each of the threads got, which all begin together; raises what one of them raised."""
    return side_by_side(*[action] * times)


def side_by_side(*actions: Callable[[], Any]) -> list[Any]:
    """The same for actions that differ."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        barrier.wait(timeout=10)
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
        return [future.result(timeout=60) for future in futures]
