"""`make bench`: measures, and prints one line of JSON for each figure and a last one for all.

Exit status 1 says that a run lost or doubled something, or could not be finished. A target that was missed is
no error: the line says so.
"""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from . import figures, history, lane, options, pages, tabs, webhook
from .ceiling import stub_rate
from .databases import ROOT, opened
from .figures import Bench, Line
from .options import Options
from .processes import BenchError
from .referee import stub
from .surroundings import environment

FIGURES: dict[str, Callable[[Bench, str], Iterator[Line]]] = {
    "send.rate": figures.rate,
    "send.cpu": figures.cpu,
    "send.lane": lane.lane,
    "send.memory": figures.memory,
    "send.scale": figures.scale,
    "dashboard.page": pages.dashboard,
    "history.page": history.page,
    "history.export": history.export,
    "webhook.rate": webhook.rate,
    "conversation.tabs": tabs.tabs,
}


def main(arguments: list[str]) -> int:
    try:
        chosen = options.read(arguments)
    except ValueError as error:
        sys.stderr.write(f"make bench: {error}\n")
        return 1
    # Whoever ends us early must not leave a database server and workers behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    lines = []
    for line in run(chosen):
        show(line)
        lines.append(line)
    show(summary(lines, time.monotonic() - began))
    return int(any("error" in line for line in lines))


def run(chosen: Options) -> Iterator[Line]:
    _collect_static_files()
    with ExitStack() as stack:
        referee = stack.enter_context(stub())
        yield machine() | {"stub_requests_a_second": round(stub_rate(referee))}
        databases = {kind: stack.enter_context(opened(kind, referee.url)) for kind in chosen.databases}
        bench = Bench(chosen, referee, databases)
        for name in chosen.figures:
            for kind in chosen.databases:
                yield from _guarded(bench, name, kind)


def _collect_static_files() -> None:
    """Pages name them by their digests, which nobody knows before they are collected."""
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment("sqlite://:memory:", ""), check=True)  # noqa: S603


def _guarded(bench: Bench, name: str, kind: str) -> Iterator[Line]:
    """A figure that cannot be had says why, and the others go on."""
    try:
        yield from FIGURES[name](bench, kind)
    except BenchError as error:
        yield {"figure": name, "database": kind, "error": str(error), "met": False}


def machine() -> Line:
    """On what this was measured. Rates of two machines say nothing about each other; ratios may."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    return {
        "machine": models[0].partition(": ")[2] if models else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def summary(lines: list[Line], seconds: float) -> Line:
    measured = [line for line in lines if line.get("met") is not None]
    missed = [
        " ".join(str(line[key]) for key in ("figure", "database", "latency_ms") if key in line)
        for line in measured
        if not line["met"]
    ]
    return {
        "summary": f"{len(measured) - len(missed)} of {len(measured)} met",
        "missed": missed,
        "seconds": round(seconds),
    }


def show(line: Line) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
