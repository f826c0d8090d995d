"""The figures about history: what a page of a long one costs beside a short one, and an export's memory."""

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from typing import Any

from .figures import Bench, Line, rounded, spread
from .processes import ROOT, BenchError
from .surroundings import environment

SEEDING = "history_seeding"
SHORT = 10_000
PAGE_TARGET = 1.5
MEMORY_TARGET = 1.1


def page(bench: Bench, kind: str) -> Iterator[Line]:
    """Server time of a page, by what is looked for, of a short history and a long one in turns."""
    sizes = (SHORT, bench.options.past)
    samples: dict[int, dict[str, list[float]]] = {size: {} for size in sizes}
    for _round in range(bench.options.rounds):
        for size in sizes:
            for name, times in _inside(bench, kind, size, "history_pages").items():
                samples[size].setdefault(name, []).extend(times)
    short, long = ({name: median(times) for name, times in samples[size].items()} for size in sizes)
    ratios = {name: rounded(long[name] / short[name]) for name in short}
    yield {
        "figure": "history.page",
        "unit": "milliseconds of server time, by rows in history",
        "database": kind,
        "ours": {
            SHORT: {name: rounded(value) for name, value in short.items()},
            sizes[1]: {name: rounded(value) for name, value in long.items()},
        },
        "peers": {},
        "ratios": ratios,
        "worst": max(ratios.values()),
        "targets": dict.fromkeys(["each"], PAGE_TARGET),
        "met": max(ratios.values()) <= PAGE_TARGET,
        "rounds": bench.options.rounds,
        "spread": {name: spread(times) for name, times in samples[sizes[1]].items()},
    }


def export(bench: Bench, kind: str) -> Iterator[Line]:
    """The largest resident set of a process that writes a file, by the rows in it."""
    history = bench.options.past
    for file_format in ("csv", "xlsx"):
        found = {
            size: _inside(bench, kind, history, "history_export", file_format, str(size), str(history))
            for size in (history // 100, history // 10)
        }
        few, many = found.values()
        growth = rounded(many["peak_mib"] / few["peak_mib"])
        yield {
            "figure": "history.export",
            "unit": "MiB at most, by rows in the file",
            "database": kind,
            "format": file_format,
            "ours": {one["rows"]: rounded(one["peak_mib"]) for one in found.values()},
            "peers": {},
            "ratios": {"growth": growth},
            "targets": {"growth": MEMORY_TARGET},
            "met": growth <= MEMORY_TARGET,
            "rows_a_second": rounded(many["rows"] / many["seconds"]),
        }


def _inside(bench: Bench, kind: str, rows: int, module: str, *arguments: str) -> Any:
    """What a program that looks at such a history says last."""
    url = bench.databases[kind].lasting(rows, filling=SEEDING)
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "bench.inside", module, *arguments],
        cwd=ROOT,
        env=environment(url, bench.referee.url),
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise BenchError(f"{module} failed:\n{run.stderr[-2000:]}")
    return json.loads(run.stdout.splitlines()[-1])
