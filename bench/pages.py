"""The figures about pages: what an answer costs the server, with a long past and with a short one."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from .figures import Bench, Line, rounded
from .processes import ROOT, BenchError

PAGE_TARGET_MS = 300


def dashboard(bench: Bench, kind: str) -> Iterator[Line]:
    """Milliseconds from request to answer, in the process; of several periods and people the slowest."""
    small, large = (_measured(bench, kind, rows) for rows in (bench.options.past // 100, bench.options.past))
    slowest = max(large["milliseconds"].values())
    yield {
        "figure": "dashboard.page",
        "unit": "milliseconds of the server, by rows",
        "database": kind,
        "ours": {
            bench.options.past // 100: max(small["milliseconds"].values()),
            bench.options.past: slowest,
        },
        "peers": {},
        "ratios": {"growth": rounded(slowest / max(small["milliseconds"].values()))},
        "targets": {"milliseconds": PAGE_TARGET_MS},
        "met": slowest <= PAGE_TARGET_MS,
        "pages": large["milliseconds"],
        "pages_small": small["milliseconds"],
        "sums": large["sums"],
        "rebuild_seconds": large["rebuild_seconds"],
    }


def _measured(bench: Bench, kind: str, rows: int) -> dict[str, Any]:
    databases = bench.databases[kind]
    command = [sys.executable, "-m", "bench.inside", "board", str(bench.options.rounds)]
    with databases.fresh(rows, filling="past") as url:
        surroundings = databases.surroundings(url)
        done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BenchError(done.stderr[-2000:])
    answer: dict[str, Any] = json.loads(done.stdout)
    if answer["wrong"]:
        raise BenchError(f"{answer['wrong']} sums are not what their rows say.")
    return answer
