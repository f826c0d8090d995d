"""What a run measures, and how much of it: `make bench ROUNDS=3 FIGURES=send.rate,send.cpu`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

FIGURES = (
    "send.rate",
    "send.cpu",
    "send.lane",
    "send.memory",
    "send.scale",
    "dashboard.page",
    "history.page",
    "history.export",
    "webhook.rate",
    "conversation.tabs",
)
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Options:
    """`rows` is what ours sends in a round of send.rate; `large` the longest queue of the other figures.

    `past` is how many messages there are when a page is asked for.
    """

    rounds: int = 3
    rows: int = 20_000
    large: int = 100_000
    past: int = 1_000_000
    clicks: int = 45
    latencies: Sequence[int] = (0, 50, 150)
    figures: Sequence[str] = FIGURES
    databases: Sequence[str] = DATABASES


def _numbers(text: str) -> Sequence[int]:
    return tuple(int(part) for part in text.split(","))


def _some_of(known: Sequence[str]) -> Callable[[str], Sequence[str]]:
    def read(text: str) -> Sequence[str]:
        chosen = tuple(text.split(","))
        if unknown := set(chosen) - set(known):
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
        return chosen

    return read


_READERS: dict[str, Callable[[str], Any]] = {
    "latencies": _numbers,
    "figures": _some_of(FIGURES),
    "databases": _some_of(DATABASES),
}


def read(arguments: Sequence[str]) -> Options:
    """From `NAME=value` each. Raises ValueError for a name or a value that is none."""
    names = [field.name for field in fields(Options)]
    given: dict[str, Any] = {}
    for argument in arguments:
        name, _is, value = argument.partition("=")
        if name.lower() not in names:
            raise ValueError(f"{name} is none of {', '.join(names).upper()}")
        given[name.lower()] = _READERS.get(name.lower(), int)(value)
    return Options(**given)
