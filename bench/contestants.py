"""Who is measured: ours and its peers, each with the settings and the number of processes that serve it best.

Numbers by latency (in milliseconds) hold from that latency on.
"""

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TypeVar

Number = TypeVar("Number", int, float)

# Two that pump, and the one that is always free for one-to-one messages.
PUMPING = 2
IN_FLIGHT = {0: 64, 150: 200}


@dataclass(frozen=True)
class Contestant:
    """`share` of the rows is what it sends in about the time that ours needs for all of them."""

    name: str
    settings: str
    share: float = 1.0
    # Empty where the default is part of what is measured.
    workers: Mapping[int, int] = field(default_factory=dict)
    needs_redis: bool = False

    def command(self, latency_ms: int) -> Sequence[str]:
        """The peers without our checks, which refuse the defaults of django-q2 and say why."""
        cluster = (sys.executable, "manage.py", "qcluster")
        return cluster if self.settings == "jelouadmin.settings" else (*cluster, "--skip-checks")

    def variables(self, latency_ms: int) -> dict[str, str]:
        variables = {
            "DJANGO_SETTINGS_MODULE": self.settings,
            "SEND_IN_FLIGHT": str(from_on(IN_FLIGHT, latency_ms)),
        }
        if self.workers:
            variables["Q_WORKERS"] = str(from_on(self.workers, latency_ms))
        return variables


class CeleryContestant(Contestant):
    def command(self, latency_ms: int) -> Sequence[str]:
        app = (sys.executable, "-m", "celery", "--app=bench.celery_peer", "worker")
        concurrency = f"--concurrency={from_on(self.workers, latency_ms)}"
        quiet = (
            "--loglevel=WARNING",
            "-Ofair",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        )
        return (*app, concurrency, *quiet)


OURS = Contestant("ours", "jelouadmin.settings", workers={0: PUMPING + 1})
NAIVE = Contestant("naive", "bench.naive_settings", share=0.015)
TUNED = Contestant("tuned", "bench.tuned_settings", share=0.15, workers={0: 2, 50: 32, 150: 64})
CELERY = CeleryContestant(
    "celery", "bench.tuned_settings", share=0.15, workers={0: 2, 50: 24, 150: 48}, needs_redis=True
)


def from_on(table: Mapping[int, Number], latency_ms: int) -> Number:
    return table[max(start for start in table if start <= latency_ms)]


def why_no_celery() -> str:
    """Empty if the Celery peer can run here."""
    if shutil.which("redis-server") is None:
        return "no redis-server is installed"
    if any(find_spec(name) is None for name in ("celery", "redis")):
        return "celery and redis are not installed; docs/benchmarks.md says how, beside our own environment"
    return ""
