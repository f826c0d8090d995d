"""A queue inside a cluster that nobody can read any more, because its reader was killed while it waited.

The workers of one cluster take turns at one pipe, and whoever waits at it holds a lock. An idle worker that
is killed there takes the lock along: the others wait for ever, the cluster looks healthy, and nothing is
sent. The library of the queue does not notice.
"""

import logging
import random
import threading
import time
from multiprocessing.process import current_process
from typing import Any, Protocol

logger = logging.getLogger(__name__)

# Something lies in the pipe and nobody fetches it, for so many looks a second or more apart: nobody can.
LOOKS = 5


class Pipe(Protocol):
    """What `multiprocessing.Queue` keeps inside."""

    _rlock: Any
    _reader: Any


def watch(first_processes: int) -> None:
    """Free the lock of this worker's queue whenever its holder has died. To be called once a process.

    Only in a worker that replaces another, one that comes after the `first_processes` of its cluster: while
    nobody has died, a worker that is merely stopped must not be taken for dead.
    """
    pipe = _pipe()
    if pipe is not None and current_process()._identity[-1] > first_processes:
        threading.Thread(target=_keep_watching, args=[pipe], name="jams", daemon=True).start()


def _pipe() -> Pipe | None:
    """The queue this worker reads, where a worker of the cluster keeps it."""
    arguments = getattr(current_process(), "_args", ())
    return arguments[0] if arguments and hasattr(arguments[0], "_rlock") else None


def _keep_watching(pipe: Pipe) -> None:
    stuck = 0
    while True:
        time.sleep(random.uniform(1, 1.5))  # noqa: S311 - so that two do not free it at once
        stuck = stuck + 1 if is_stuck(pipe) else 0
        if stuck == LOOKS:
            free(pipe)
            stuck = 0


def is_stuck(pipe: Pipe) -> bool:
    """Whether something is there to be read and somebody who does not read it holds the lock."""
    if not pipe._reader.poll(0):
        return False
    if pipe._rlock.acquire(timeout=0.2):
        pipe._rlock.release()
        return False
    return bool(pipe._reader.poll(0))


def free(pipe: Pipe) -> None:
    """Let the next reader in. Should the holder live after all, one of them reads nonsense and fails."""
    logger.error("A worker died while it held the queue; the others may read again")
    pipe._rlock.release()
