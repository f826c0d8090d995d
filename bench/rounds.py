"""One round: a fresh database, a contestant's workers, rows to send, and books that must balance."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from .contestants import OURS, Contestant
from .databases import Databases
from .processes import BenchError, Programs, Talker, running, tail, talking
from .redis_server import redis_server
from .referee import Referee
from .surroundings import environment

# Seconds: what the slowest start may take, and how long a round may stand still.
START, PATIENCE = 60, 300


@dataclass(frozen=True)
class Round:
    """What `rows` cost. `seconds` run from the rows being queued to the last answer being stored.

    `spans` are (seconds, answers) of each batch, from the first answers that each process stored to the last.
    """

    rows: int
    seconds: float
    cpu_seconds: float
    peak_kib: int
    spans: Sequence[tuple[float, int]]

    @property
    def rate(self) -> float:
        return self.rows / self.seconds

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu_seconds / self.rows

    @property
    def ms_a_row(self) -> float:
        """Without what it takes to begin."""
        return (
            1000 * sum(seconds for seconds, _rows in self.spans) / sum(rows for _seconds, rows in self.spans)
        )


@dataclass(frozen=True)
class Site:
    """A contestant at work on an empty queue."""

    programs: Programs
    desk: Talker
    referee: Referee
    contestant: Contestant

    def finish(self) -> float:
        """Waits until every queued row is settled. Returns when that was, in seconds since 1970."""
        answer = self.desk.ask("finish", seconds=PATIENCE)
        self.programs.check()
        if not answer["finished"]:
            said = tail(self.programs.log)
            raise BenchError(f"{self.contestant.name} did not send all in {PATIENCE} seconds:\n{said}")
        return answer["at"]

    def certify(self, rows: int) -> None:
        """Raises BenchError unless so many rows were accepted, each sent and answered exactly once."""
        self.referee.certify(rows)
        books = self.desk.ask("books")
        attempts = rows if self.contestant == OURS else 0
        if books != {"rows": rows, "accepted": rows, "ids": rows, "attempts": attempts}:
            raise BenchError(f"{self.contestant.name} was given {rows} rows, and its books say {books}.")


@contextmanager
def site(
    contestant: Contestant, databases: Databases, referee: Referee, *, latency_ms: int, rows: int
) -> Iterator[Site]:
    """Workers that are up, beside a database with so many planned rows."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench")))
        url = stack.enter_context(databases.fresh(rows))
        # What killed workers leave behind goes with the folder.
        more = contestant.variables(latency_ms) | {"TMPDIR": str(folder)}
        if contestant.needs_redis:
            more["BENCH_REDIS"] = stack.enter_context(redis_server(folder))
        surroundings = environment(url, referee.url, **more)
        desk = stack.enter_context(
            talking("desk", contestant.name, environment=surroundings, log=folder / "desk.log")
        )
        desk.ask("ready")
        command = contestant.command(latency_ms)
        programs = stack.enter_context(running(command, surroundings, folder / "log"))
        _wait_until_ready(programs, desk)
        yield Site(programs, desk, referee, contestant)


def _wait_until_ready(programs: Programs, desk: Talker) -> None:
    ends = time.monotonic() + START
    while not desk.ask("ready")["ready"]:
        programs.check()
        if time.monotonic() > ends:
            raise BenchError(f"{' '.join(programs.command)} was not ready after {START} seconds.")
        time.sleep(0.1)
    # Whoever was the last to start has not yet begun to wait for work.
    time.sleep(0.5)


def play(
    contestant: Contestant,
    databases: Databases,
    referee: Referee,
    *,
    latency_ms: int,
    rows: int,
    batch: int = 0,
    kept: int = 0,
) -> Round:
    """Send `rows` in batches of `batch`, all at once if none is given, out of a database with `kept` rows.

    Raises BenchError if one was lost or sent twice.
    """
    referee.begin(latency_ms)
    with site(contestant, databases, referee, latency_ms=latency_ms, rows=max(rows, kept)) as place:
        cpu, seconds, spans = -place.programs.cpu_seconds(), 0.0, []
        for first in range(0, rows, batch or rows):
            launched = place.desk.ask("launch", rows=min(batch or rows, rows - first))
            finished = place.finish()
            seconds += finished - launched["at"]
            stored = place.desk.ask("stored", since=launched["at"])
            spans.append((stored["seconds"], stored["rows"]))
        cpu += place.programs.cpu_seconds()
        place.certify(rows)
        return Round(rows, seconds, cpu, place.programs.peak_kib(), spans)
