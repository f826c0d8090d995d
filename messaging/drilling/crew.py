"""Clusters of workers as processes: start them, find whom to kill, and restart what ended.

A cluster is a parent, its sentinel, and the sentinel's children: the workers and two processes that keep the
queue. Each cluster is a process group of its own, which they stay in whoever of them dies.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    group: int
    session: int


def processes() -> Iterator[Process]:
    """Those of this machine that live, stopped ones included."""
    for folder in PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name stands in brackets and may hold anything.
            state, *numbers = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            if state not in "ZX":
                yield Process(int(folder.name), *map(int, numbers))


def send_signal(pids: Iterable[int], number: signal.Signals) -> None:
    """To whoever of them is still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def end_session(session: int) -> None:
    """Kill everything that was started in it, whatever group it is in by now, except ourselves."""
    others: list[int] = [0]
    while others:
        here = os.getpid()
        others = [one.pid for one in processes() if one.session == session and one.pid != here]
        send_signal(others, signal.SIGKILL)


@dataclass
class Cluster:
    process: "subprocess.Popen[bytes]"

    @property
    def parent(self) -> int:
        return self.process.pid

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def members(self) -> list[Process]:
        return [one for one in processes() if one.group == self.parent]

    def sentinels(self) -> list[int]:
        """Whoever has children in the group, and is not its first process: one at most."""
        members = self.members()
        parents = {one.parent for one in members}
        return [one.pid for one in members if one.pid in parents and one.pid != self.parent]

    def workers(self) -> list[int]:
        """The sentinel's children, also when it has left them alone."""
        above = {self.parent, *self.sentinels()}
        return [one.pid for one in self.members() if one.pid not in above]


class Crew:
    """So many clusters at work. One whose parent has ended is replaced, as a supervisor would; what is left
    of it works on until somebody kills that too."""

    def __init__(self, clusters: int) -> None:
        self.clusters = [_started() for _ in range(clusters)]
        self.remains: list[Cluster] = []

    def mend(self) -> int:
        """Returns how many clusters were started anew."""
        ended = [cluster for cluster in self.clusters if cluster.has_ended]
        self.clusters = [cluster for cluster in self.clusters if not cluster.has_ended]
        self.clusters += [_started() for _ in ended]
        self.remains = [cluster for cluster in (*self.remains, *ended) if cluster.members()]
        return len(ended)

    def everybody(self) -> list[Cluster]:
        """Those without a parent first."""
        return [*self.remains, *self.clusters]

    def workers(self) -> list[int]:
        return self._all(Cluster.workers)

    def sentinels(self) -> list[int]:
        return self._all(Cluster.sentinels)

    def stop(self) -> None:
        """At once, and without a word to them."""
        for cluster in self.everybody():
            send_signal([one.pid for one in cluster.members()], signal.SIGKILL)
            cluster.process.wait()

    def _all(self, role: Callable[[Cluster], list[int]]) -> list[int]:
        return [pid for cluster in self.everybody() for pid in role(cluster)]


def _started() -> Cluster:
    command = [sys.executable, "manage.py", "qcluster"]
    return Cluster(
        subprocess.Popen(  # noqa: S603
            command, cwd=settings.BASE_DIR, process_group=0, stdin=subprocess.DEVNULL, stdout=sys.stderr
        )
    )
