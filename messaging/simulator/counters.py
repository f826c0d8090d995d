"""The referee: what was asked, what was taken, and how often for whom."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from messaging.simulator.rows import Message


@dataclass
class Counters:
    """Plain counts; the world's lock protects them."""

    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    templates: Counter[str] = field(default_factory=Counter)
    seconds: Counter[tuple[str, int]] = field(default_factory=Counter)

    def accept(self, message: Message) -> None:
        self.accepted[message.bot, message.number] += 1
        if message.element_name:
            self.templates[message.element_name] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "requests": self.requests.total(),
            "requestsByEndpoint": dict(self.requests),
            "answers": dict(self.answers),
            "faults": dict(self.faults),
            "accepted": self._by_bot(),
            "acceptedTotal": self.accepted.total(),
            "byTemplate": dict(self.templates),
            "busiestSecond": self._busiest(),
        }

    def _by_bot(self) -> dict[str, dict[str, int]]:
        bots: dict[str, dict[str, int]] = defaultdict(dict)
        for (bot, number), count in self.accepted.items():
            bots[bot][number] = count
        return bots

    def _busiest(self) -> dict[str, int]:
        busiest: dict[str, int] = {}
        for (bot, _), count in self.seconds.items():
            busiest[bot] = max(count, busiest.get(bot, 0))
        return busiest
