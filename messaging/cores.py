"""One core for a process whose threads take turns anyway."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def on_one_core(number: int) -> Iterator[None]:
    """Keep this thread, and those it starts meanwhile, on one of the cores they may use; `number` picks it.

    Python runs one thread at a time. When the turn passes to a thread on another core, it costs several times
    as much: a call of the pump took half the CPU on one core (docs/benchmarks.md). Where the system has no
    such choice, this does nothing.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(allowed)[number % len(allowed)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
