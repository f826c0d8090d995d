"""The whole of it: everything breaks while rows leave; then it calms down, and the books are done."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from messaging import queueing
from messaging.drilling import disturber, world
from messaging.drilling.books import Books, Row, balance
from messaging.drilling.crew import Crew
from messaging.drilling.disturber import Disturber
from messaging.drilling.referee import REFUSED, UNCERTAIN, Referee
from messaging.drilling.rounds import Rounds
from messaging.models import Message
from messaging.statuses import Status

TICK = 0.1
# Something is said at least so often, in seconds.
SILENCE = 3
# A crew that has moved nothing for so long is restarted, as an operator would, and that is told.
STANDSTILL = 20
OPEN = (Status.QUEUED, Status.SENDING)

Say = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Size:
    rows: int
    workers: int
    kills: int
    seed: int

    @property
    def pace(self) -> float:
        """Rows a second: so many that something is under way whenever something goes wrong."""
        return self.rows / (disturber.SPACING * disturber.mishaps(self.kills))


class Course:
    def __init__(self, size: Size, say: Say) -> None:
        self.size, self._say = size, say
        self.chance = random.Random(size.seed)  # noqa: S311 - the same choices again, no secret
        self.referee = Referee(settings.SIMULATOR_URL)
        self.restarts = 0
        self.gone = 0
        self._moved = self._told = time.monotonic()

    def run(self) -> tuple[Books, dict[str, Any]]:
        """Returns the books, and the figures of this run for people and machines."""
        began = time.monotonic()
        orders = world.build(self.referee, self.size.rows, self.size.pace, self.chance)
        self.say(f"made {len(orders)} rows; seed {self.size.seed}")
        self.crew = Crew(clusters=max(1, self.size.workers // settings.Q_CLUSTER["workers"]))
        self.disturber = Disturber(self.crew, self.referee, self.chance, self.size.kills, self.say)
        try:
            with Rounds():
                self._storm()
                self._calm()
            return self._books(orders, began)
        finally:
            self.crew.stop()

    def say(self, sentence: str) -> None:
        self._told = time.monotonic()
        self._say(self.gone, self.size.rows, sentence)

    # -- While it runs -------------------------------------------------------------------------------

    def _storm(self) -> None:
        self.disturber.begin(self.size.rows)
        queueing.wake()
        while self.disturber.has_more and self.gone < self.size.rows:
            self._watch()
            self.disturber.tick(self.gone / self.size.rows)

    def _calm(self) -> None:
        """Wait until every row is settled, or it takes longer than anything could excuse."""
        self.disturber.calm()
        self.say("everything works again")
        deadline = time.monotonic() + 4 * STANDSTILL + self.size.rows / 100
        while time.monotonic() < deadline and (self.gone < self.size.rows or self.disturber.has_sleepers):
            self._watch()
            self.disturber.tick(1)
            # Nobody waits for a delay to end that was meant for worse times.
            Message.objects.filter(status=Status.QUEUED, due_at__gt=timezone.now()).update(
                due_at=timezone.now()
            )
        self.say("waited until all was settled" if self.gone == self.size.rows else "waited long enough")

    def _watch(self) -> None:
        time.sleep(TICK)
        self.crew.mend()
        now = time.monotonic()
        gone = Message.objects.exclude(status__in=OPEN).count()
        if gone > self.gone or self.disturber.has_sleepers:
            self._moved = now
        self.gone = gone
        if now - self._moved > STANDSTILL:
            self._restart()
        if now - self._told > SILENCE:
            self.say("…")

    def _restart(self) -> None:
        self.say(f"nothing moved for {STANDSTILL} s: restarted every cluster")
        self.crew.stop()
        self.restarts += 1
        self._moved = time.monotonic()

    # -- Afterwards ----------------------------------------------------------------------------------

    def _books(self, orders: list[str], began: float) -> tuple[Books, dict[str, Any]]:
        rows = [
            Row(
                order=message.content["values"][world.ORDER],
                person=f"{message.bot.provider_id} {message.to}",
                status=message.status,
                provider_id=message.provider_id,
                is_blocked=message.contact.is_blocked,
                in_flight=message.pk in self.disturber.in_flight,
            )
            for message in Message.objects.select_related("bot", "contact")
        ]
        books = balance(
            orders,
            rows,
            self.referee.taken(),
            uncertain=self.referee.struck(UNCERTAIN),
            refused=self.referee.struck(REFUSED),
        )
        return books, books.figures() | {
            "kills": self.disturber.kills,
            "in_flight_at_kills": len(self.disturber.in_flight),
            "restarts": self.restarts,
            "seconds": round(time.monotonic() - began),
            "seed": self.size.seed,
        }
