"""Programs of a round: each is measured and killed together with all that it starts."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

_TICK = os.sysconf("SC_CLK_TCK")
# Fields of /proc/<pid>/stat after the name, which may hold blanks and so is cut off: proc(5).
_SESSION = 3
_TIMES = slice(11, 15)


class BenchError(Exception):
    """A round that cannot give a figure: something died, was lost, or was sent twice."""


class Programs:
    """A program and everything it starts, in a session of its own."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.command, self.log = command, log
        with log.open("w") as output:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def cpu_seconds(self) -> float:
        """User and system time so far: of those that live, and of those they have buried."""
        return sum(sum(int(ticks) for ticks in fields[_TIMES]) for _pid, fields in self._stats()) / _TICK

    def peak_kib(self) -> int:
        """The largest resident set that one of them ever had."""
        return max((_peak_kib(pid) for pid, _fields in self._stats()), default=0)

    def check(self) -> None:
        """Raises BenchError, with the end of the log, if the first of them is gone."""
        if self.process.poll() is not None:
            raise BenchError(f"{' '.join(self.command)} ended by itself:\n{tail(self.log)}")

    def kill(self) -> None:
        """All rows are answered by now, so nothing is owed a graceful end."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _stats(self) -> Iterator[tuple[int, list[str]]]:
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[_SESSION]) == self.process.pid:
                yield int(path.parent.name), fields


def tail(log: Path) -> str:
    return log.read_text(errors="replace")[-3000:]


def _peak_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[Programs]:
    programs = Programs(command, environment, log)
    try:
        yield programs
    finally:
        programs.kill()


class Talker:
    """A module of ours, with Django around it, that answers one line of JSON with another."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> None:
        self.module, self.log = module, log
        with log.open("w") as errors:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "bench.inside", module, *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def tell(self, verb: str, **arguments: Any) -> None:
        """Says something whose answer `hear` fetches later."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"verb": verb, **arguments}) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """The next answer. Raises BenchError if the program died instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise BenchError(f"bench.{self.module} ended by itself:\n{tail(self.log)}")
        return json.loads(line)

    def ask(self, verb: str, **arguments: Any) -> Any:
        self.tell(verb, **arguments)
        return self.hear()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def talking(module: str, *arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[Talker]:
    talker = Talker(module, *arguments, environment=environment, log=log)
    try:
        yield talker
    finally:
        talker.end()


def answer_lines(verbs: Mapping[str, Any]) -> None:
    """The other end of a `Talker`: calls the verb that each line names, until there are no more lines."""
    for line in sys.stdin:
        arguments = json.loads(line)
        sys.stdout.write(json.dumps(verbs[arguments.pop("verb")](**arguments)) + "\n")
        sys.stdout.flush()
