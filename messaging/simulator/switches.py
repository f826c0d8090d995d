"""How the simulator behaves as long as nobody says otherwise; all of it can be turned."""

from dataclasses import asdict, dataclass, field
from typing import Any

CHOICES = {
    "read": ("auto", "opened", "never"),
    "order": ("natural", "reversed", "random"),
    "templates_shape": ("results", "data"),
}


@dataclass
class Switches:
    """Seconds are counted from the moment a message is accepted."""

    # When each status is reached, and who opens the chat: by itself, when its page is looked at, nobody.
    delays: dict[str, float] = field(
        default_factory=lambda: {
            "processing": 0.1,
            "delivered_channel": 0.3,
            "delivered_user": 0.9,
            "read": 2.0,
        }
    )
    read: str = "auto"
    # Chance that a message fails instead of arriving, for all numbers alike.
    failing: float = 0.0
    # Webhooks: so many seconds late, in which order, with how many copies, with what chance of never.
    late: float = 0.0
    order: str = "natural"
    duplicates: int = 0
    drop: float = 0.0
    retry_delays: list[float] = field(default_factory=lambda: [0.5, 1.0, 2.0])
    # Status events are documented for templates only; whether session messages have any is unknown.
    session_statuses: bool = False
    # Both answers of the template list are in the documentation.
    templates_shape: str = "results"
    # Whether notification rows give `actions` back, as the console's do.
    echo_actions: bool = False
    max_destinations: int = 100
    window_hours: float = 24.0

    def turn(self, changes: dict[str, Any]) -> None:
        """Takes the named switches; raises ValueError for an unknown name or a wrong value."""
        for name, value in changes.items():
            self._refuse(name, value)
        for name, value in changes.items():
            setattr(self, name, {**self.delays, **value} if name == "delays" else value)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def _refuse(self, name: str, value: Any) -> None:
        if name not in asdict(self):
            raise ValueError(f"There is no switch called {name}.")
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(CHOICES[name])}.")
        if not _alike(value, getattr(self, name)):
            raise ValueError(f"{name} cannot be {value!r}.")
        if name == "delays" and (unknown := value.keys() - self.delays.keys()):
            raise ValueError(f"There is no delay called {', '.join(sorted(unknown))}.")


def _alike(value: Any, present: Any) -> bool:
    """A whole number may stand where a fraction does; a yes/no may not stand for a number."""
    if isinstance(present, bool) or isinstance(value, bool):
        return isinstance(present, bool) and isinstance(value, bool)
    return isinstance(value, (int, float) if isinstance(present, float) else type(present))
