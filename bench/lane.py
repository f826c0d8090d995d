"""send.lane: how long a one-to-one message waits until its request leaves, with and without a campaign."""

import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from statistics import median, quantiles
from typing import Any

from .cast import CAMPAIGN_BOT, OTHER_BOT
from .contestants import OURS
from .figures import Bench, Line, rounded, spread
from .processes import BenchError
from .rounds import Site, site

LATENCY_MS = 50
TARGET = 1.5
# Seconds between two clicks: people do not keep time with the queue's polling.
PAUSES = (0.1, 0.35)
# The longest that a click may take before the round is called broken.
PATIENCE = 30

# The queue is empty; a campaign of the same bot waits in it; one of another bot of the account.
EMPTY, SAME, OTHER = "empty", "same_bot", "other_bot"


class Waits:
    """Milliseconds until requests left, by condition: since the row was there, and since Send was pressed."""

    def __init__(self) -> None:
        self.since_row: dict[str, list[float]] = defaultdict(list)
        self.since_press: dict[str, list[float]] = defaultdict(list)
        # Rows of the campaign that still waited when the last click of a round was over.
        self.left_waiting: list[int] = []

    def note(self, condition: str, click: dict[str, Any], arrived: float) -> None:
        self.since_row[condition].append(1000 * (arrived - click["at"]))
        self.since_press[condition].append(1000 * (arrived - click["pressed"]))


def lane(bench: Bench, kind: str) -> Iterator[Line]:
    waits = Waits()
    clicks = -(-bench.options.clicks // bench.options.rounds)
    for _ in range(bench.options.rounds):
        bench.referee.begin(LATENCY_MS, arrivals=True)
        with site(
            OURS, bench.databases[kind], bench.referee, latency_ms=LATENCY_MS, rows=bench.options.large
        ) as place:
            _round(place, bench.options.large, clicks, waits)
    yield _line(kind, waits, bench.options.rounds)


def _round(place: Site, rows: int, clicks: int, waits: Waits) -> None:
    """The same clicks before a campaign and during it; then it is stopped, and the books are closed."""
    before = _click(place, cycle([(EMPTY, CAMPAIGN_BOT), (EMPTY, OTHER_BOT)]), clicks, waits)
    place.desk.ask("launch", rows=rows)
    during = _click(place, cycle([(SAME, CAMPAIGN_BOT), (OTHER, OTHER_BOT)]), 2 * clicks, waits)
    waits.left_waiting.append(place.desk.ask("waiting")["rows"])
    withdrawn = place.desk.ask("withdraw")["rows"]
    place.finish()
    place.certify(rows - withdrawn + before + during)


def _click(place: Site, targets: Iterator[tuple[str, str]], times: int, waits: Waits) -> int:
    """Clicks on the targets in turn, and notes when each request left. Returns how often it clicked."""
    clicked = []
    for condition, bot in islice(targets, times):
        time.sleep(random.uniform(*PAUSES))  # noqa: S311
        clicked.append((condition, place.desk.ask("click", bot=bot)))
    arrivals = _arrivals(place, [click["to"] for _condition, click in clicked])
    for condition, click in clicked:
        waits.note(condition, click, arrivals[click["to"]])
    return times


def _arrivals(place: Site, numbers: Sequence[str]) -> dict[str, float]:
    """When the stub heard of each of them. Raises BenchError if it does not hear of one."""
    ends = time.monotonic() + PATIENCE
    while not set(numbers) <= (arrivals := place.referee.arrivals()).keys():
        if time.monotonic() > ends:
            raise BenchError(f"A one-to-one message had not left after {PATIENCE} seconds.")
        time.sleep(0.5)
    return arrivals


def _line(kind: str, waits: Waits, rounds: int) -> Line:
    p95 = {condition: _p95(values) for condition, values in waits.since_row.items()}
    ratios = {condition: rounded(p95[condition] / p95[EMPTY]) for condition in (SAME, OTHER)}
    return {
        "figure": "send.lane",
        "unit": "milliseconds from the row to its request, 95th percentile",
        "database": kind,
        "latency_ms": LATENCY_MS,
        "ours": {condition: rounded(value) for condition, value in p95.items()},
        "peers": {},
        "ratios": ratios,
        "targets": dict.fromkeys(ratios, TARGET),
        "met": max(ratios.values()) <= TARGET,
        "medians": {condition: rounded(median(values)) for condition, values in waits.since_row.items()},
        "since_press": {condition: rounded(_p95(values)) for condition, values in waits.since_press.items()},
        "clicks": {condition: len(values) for condition, values in waits.since_row.items()},
        "left_waiting": min(waits.left_waiting),
        "rounds": rounds,
        "spread": {condition: spread(values) for condition, values in waits.since_row.items()},
    }


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]
