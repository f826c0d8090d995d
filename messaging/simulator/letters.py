"""A webhook before it leaves: what it says, to whom, and how it is signed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from messaging.simulator.rows import Json, Message


@dataclass(frozen=True)
class Letter:
    """`sign` answers the headers for the exact bytes; any answer in `taken` ends the retries."""

    url: str
    event: str
    body: Json
    sign: Callable[[bytes], dict[str, str]]
    taken: range = range(200, 300)


class Voice(Protocol):
    """What one provider says by itself, and the statuses that its messages go through."""

    JOURNEY: tuple[str, ...]

    def said(self, text: str) -> Json:
        """The body of a message in which a person writes `text`."""
        ...

    def fate(self, message: Message) -> str | None:
        """Why a message that leaves now will not arrive, if so."""
        ...

    def inbound(self, message: Message) -> list[Letter]: ...

    def status(self, message: Message, status: str, now: float) -> list[Letter]: ...

    def pressed(self, message: Message, text: str, now: float) -> list[Letter]:
        """Somebody pressed what reads `text` in `message`."""
        ...
