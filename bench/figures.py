"""The figures about throughput: what each run of them prints, and what we promise."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from . import contestants
from .ceiling import play_bare
from .contestants import CELERY, NAIVE, OURS, TUNED, Contestant
from .databases import Databases
from .options import Options
from .processes import BenchError
from .referee import Referee
from .rounds import Round, play

BARE = "bare"

RATE_TARGETS = {NAIVE.name: 40.0, TUNED.name: 5.0, CELERY.name: 6.0}
# Of the bare client's rate; with nobody to wait for, the database shows.
CEILING_TARGET = {0: 0.55, 50: 0.85}
CPU_TARGET_MS = 0.7
MEMORY_TARGET = 1.1
SCALE_TARGET = 1.1

# django-q2's defaults lose tasks to locks of SQLite now and then.
PEER_TRIES = 3

Line = dict[str, Any]


@dataclass
class Bench:
    """Plays rounds, each once: figures that need the same ones share them."""

    options: Options
    referee: Referee
    databases: dict[str, Databases]
    # Rounds of a peer that did not count, because it lost or doubled something.
    spoiled: Counter[str] = field(default_factory=Counter)
    _played: dict[tuple[Any, ...], Round] = field(default_factory=dict)

    def ours(self, kind: str, latency_ms: int, rows: int, batch: int = 0) -> list[Round]:
        return [
            self.play(number, OURS, kind, latency_ms, rows, batch) for number in range(self.options.rounds)
        ]

    def play(
        self, number: int, who: Contestant, kind: str, latency_ms: int, rows: int, batch: int = 0
    ) -> Round:
        key = (number, who.name, kind, latency_ms, rows, batch)
        if key not in self._played:
            self._played[key] = self._fair(
                who,
                partial(
                    play,
                    who,
                    self.databases[kind],
                    self.referee,
                    latency_ms=latency_ms,
                    rows=max(int(rows * who.share), 1),
                    batch=batch,
                    kept=rows,
                ),
            )
        return self._played[key]

    def _fair(self, who: Contestant, play_once: Callable[[], Round]) -> Round:
        """A peer that loses or doubles something gets another try; ours gets none."""
        for _ in range(0 if who == OURS else PEER_TRIES - 1):
            try:
                return play_once()
            except BenchError:
                self.spoiled[who.name] += 1
        return play_once()

    def bare(self, number: int, latency_ms: int) -> Round:
        """It knows no database, so one round serves all kinds."""
        key = (number, BARE, latency_ms)
        if key not in self._played:
            self._played[key] = play_bare(self.referee, latency_ms=latency_ms, rows=self.options.rows)
        return self._played[key]


def spread(values: Sequence[float]) -> list[float]:
    return [rounded(min(values)), rounded(max(values))]


def rounded(value: float) -> float:
    """Three digits that matter; the rest is noise."""
    return float(f"{value:.4g}")


# -- send.rate -----------------------------------------------------------------------------------


def rate(bench: Bench, kind: str) -> Iterator[Line]:
    """Messages a second from queued rows to stored answers, beside the peers and below the ceiling."""
    for latency_ms in bench.options.latencies:
        bench.spoiled.clear()
        rounds = _rate_rounds(bench, kind, latency_ms)
        yield _rate_line(kind, latency_ms, rounds) | {"spoiled": dict(bench.spoiled)}


def _rate_rounds(bench: Bench, kind: str, latency_ms: int) -> dict[str, list[Round]]:
    """By contestant. One after the other and again, so that a noisy minute is shared."""
    skips_celery = contestants.why_no_celery()
    field = [who for who in (OURS, NAIVE, TUNED, CELERY) if not (who == CELERY and skips_celery)]
    rounds: dict[str, list[Round]] = {who.name: [] for who in field}
    rounds[BARE] = []
    for number in range(bench.options.rounds):
        for who in field:
            rounds[who.name].append(bench.play(number, who, kind, latency_ms, bench.options.rows))
        rounds[BARE].append(bench.bare(number, latency_ms))
    return rounds


def _rate_line(kind: str, latency_ms: int, rounds: dict[str, list[Round]]) -> Line:
    rates = {name: [one.rate for one in played] for name, played in rounds.items()}
    medians = {name: median(values) for name, values in rates.items()}
    ours = medians.pop(OURS.name)
    ratios = {name: rounded(ours / peer) for name, peer in medians.items()}
    targets = RATE_TARGETS | {BARE: contestants.from_on(CEILING_TARGET, latency_ms)}
    skipped = {CELERY.name: why} if (why := contestants.why_no_celery()) else {}
    return {
        "figure": "send.rate",
        "unit": "messages a second",
        "database": kind,
        "latency_ms": latency_ms,
        "ours": rounded(ours),
        "peers": {name: rounded(value) for name, value in medians.items()},
        "ratios": ratios,
        "targets": targets,
        "met": all(ratio >= targets[name] for name, ratio in ratios.items()),
        "skipped": skipped,
        "cpu_ms": {name: rounded(median(one.cpu_ms for one in played)) for name, played in rounds.items()},
        "rows": {name: played[0].rows for name, played in rounds.items()},
        "rounds": len(rounds[OURS.name]),
        "spread": {name: spread(values) for name, values in rates.items()},
    }


# -- send.cpu ------------------------------------------------------------------------------------


def cpu(bench: Bench, kind: str) -> Iterator[Line]:
    """CPU of all processes of the worker together. On PostgreSQL the server works too, and is not counted."""
    played = [one.cpu_ms for one in bench.ours(kind, 0, bench.options.rows)]
    client = [bench.bare(number, 0).cpu_ms for number in range(bench.options.rounds)]
    targets = {"milliseconds": CPU_TARGET_MS} if kind == "sqlite" else {}
    yield {
        "figure": "send.cpu",
        "unit": "CPU milliseconds a message",
        "database": kind,
        "latency_ms": 0,
        "ours": rounded(median(played)),
        "peers": {BARE: rounded(median(client))},
        "ratios": {BARE: rounded(median(played) / median(client))},
        "targets": targets,
        "met": median(played) <= CPU_TARGET_MS if targets else None,
        "rounds": len(played),
        "spread": {OURS.name: spread(played), BARE: spread(client)},
    }


# -- send.scale, send.memory ---------------------------------------------------------------------


def _by_size(bench: Bench, kind: str) -> dict[int, list[Round]]:
    """The shortest queue is filled again and again, until it has sent as much as the next one."""
    large = bench.options.large
    return {
        large // 100: bench.ours(kind, 0, large // 10, batch=large // 100),
        large // 10: bench.ours(kind, 0, large // 10),
        large: bench.ours(kind, 0, large),
    }


def scale(bench: Bench, kind: str) -> Iterator[Line]:
    """What a message costs from the first stored answers to the last, with short and long queues."""
    rounds = _by_size(bench, kind)
    wall = {size: [one.ms_a_row for one in played] for size, played in rounds.items()}
    work = {size: [one.cpu_ms for one in played] for size, played in rounds.items()}
    ratios = {"wall": _growth(wall), "cpu": _growth(work)}
    yield {
        "figure": "send.scale",
        "unit": "milliseconds a message, by rows in the queue",
        "database": kind,
        "latency_ms": 0,
        "ours": {"wall": _medians(wall), "cpu": _medians(work)},
        "peers": {},
        "ratios": ratios,
        "targets": dict.fromkeys(ratios, SCALE_TARGET),
        "met": max(ratios.values()) <= SCALE_TARGET,
        "rounds": bench.options.rounds,
        "spread": {
            "wall": {size: spread(values) for size, values in wall.items()},
            "cpu": {size: spread(values) for size, values in work.items()},
        },
    }


def memory(bench: Bench, kind: str) -> Iterator[Line]:
    """The largest resident set of any worker process."""
    sizes = _by_size(bench, kind)
    small, large = bench.options.large // 100, bench.options.large
    peaks = {size: [one.peak_kib / 1024 for one in sizes[size]] for size in (small, large)}
    ratio = rounded(median(peaks[large]) / median(peaks[small]))
    yield {
        "figure": "send.memory",
        "unit": "MiB at most, by rows in the queue",
        "database": kind,
        "latency_ms": 0,
        "ours": _medians(peaks),
        "peers": {},
        "ratios": {"growth": ratio},
        "targets": {"growth": MEMORY_TARGET},
        "met": ratio <= MEMORY_TARGET,
        "rounds": bench.options.rounds,
        "spread": {size: spread(values) for size, values in peaks.items()},
    }


def _medians(values: dict[int, list[float]]) -> dict[int, float]:
    return {size: rounded(median(several)) for size, several in values.items()}


def _growth(values: dict[int, list[float]]) -> float:
    """The dearest size against the cheapest."""
    medians = [median(several) for several in values.values()]
    return rounded(max(medians) / min(medians))
