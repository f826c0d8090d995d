"""The whole of it: everything breaks while rows leave; then it calms down, and the books are done."""

import datetime as dt
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging import applying, sweeping
from messaging.drilling import disturber, world
from messaging.drilling.books import Books, Row, balance
from messaging.drilling.crew import Crew
from messaging.drilling.disturber import Disturber
from messaging.drilling.people import People, Turn, plan
from messaging.drilling.referee import REFUSED, UNCERTAIN, Referee
from messaging.drilling.rounds import Rounds
from messaging.drilling.supply import Supply
from messaging.models import DeliveryState, Message, WebhookDelivery
from messaging.statuses import Status

TICK = 0.03
# How often all rows are counted.
LOOK = 0.3
# How long a portion of the rows lasts, in seconds, where the rates of the bots decide it.
PORTION = 0.8
# Something is said at least so often, in seconds.
SILENCE = 3
# A crew that has moved nothing for so long is restarted, as an operator would, and that is told.
STANDSTILL = 20
# What the web has not applied after so long, it will not.
LEFT = dt.timedelta(seconds=5)
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
        """Rows a second."""
        return self.rows / (PORTION * (disturber.mishaps(self.kills) + 1))


@dataclass(frozen=True)
class Step:
    """`share` says how much of a portion workers have begun with when it is done."""

    share: float
    act: Callable[[], None]


class Course:
    def __init__(self, size: Size, say: Say) -> None:
        self.size, self._say = size, say
        self.chance = random.Random(size.seed)  # noqa: S311 - the same choices again, no secret
        self.referee = Referee(settings.SIMULATOR_URL)
        self.restarts = 0
        self.gone = 0
        self._moved = self._told = self._looked = time.monotonic()

    def run(self) -> tuple[Books, dict[str, Any]]:
        """Returns the books, and the figures of this run for people and machines."""
        began = time.monotonic()
        orders = world.build(self.referee, self.size.rows, self.size.pace, self.chance)
        self.say(_("made %(count)s rows; seed %(seed)s") % {"count": len(orders), "seed": self.size.seed})
        self.crew = Crew(clusters=max(1, self.size.workers // settings.Q_CLUSTER["workers"]))
        self.disturber = Disturber(self.crew, self.referee, self.chance, self.size.kills, self.say)
        keys = list(Message.objects.order_by("pk").values_list("pk", flat=True))
        self.supply = Supply(keys, len(self.disturber.plan))
        self.people = People()
        self.turns = plan(keys, len(self.disturber.plan), self.size.seed)
        try:
            with Rounds():
                self._storm()
                self._calm()
                self._hear_out()
            return self._books(orders, began)
        finally:
            self.crew.stop()

    def say(self, sentence: str) -> None:
        self._told = time.monotonic()
        self._say(self.gone, self.size.rows, sentence)

    # -- While it runs -------------------------------------------------------------------------------

    def _storm(self) -> None:
        self.disturber.begin(self.size.rows)
        for turn, mishap in zip(self.turns, self.disturber.plan, strict=True):
            self.supply.release()
            cancel = Step(turn.share, partial(self._cancel, turn))
            happen = Step(mishap.share, partial(self.disturber.do, mishap))
            for step in sorted((cancel, happen), key=attrgetter("share")):
                while not self.supply.is_begun(step.share):
                    self._watch()
                step.act()

    def _cancel(self, turn: Turn) -> None:
        self.say(self.people.take(turn))

    def _calm(self) -> None:
        """Wait until every row is settled, or it takes longer than anything could excuse."""
        self.disturber.calm()
        self.people.resume()
        self.supply.release_all()
        self.say(_("everything works again"))
        deadline = time.monotonic() + 4 * STANDSTILL + self.size.rows / 100
        while time.monotonic() < deadline and (self.gone < self.size.rows or self.disturber.has_sleepers):
            self._watch()
            # Nobody waits for a delay to end that was meant for worse times.
            Message.objects.filter(status=Status.QUEUED, due_at__gt=timezone.now()).update(
                due_at=timezone.now()
            )
        is_over = self.gone == self.size.rows
        self.say(_("waited until all was settled") if is_over else _("waited long enough"))

    def _hear_out(self) -> None:
        """Wait until every webhook was sent, kept and applied."""
        deadline = time.monotonic() + 2 * STANDSTILL
        while time.monotonic() < deadline and not (self.referee.is_silent() and self._all_applied()):
            self._watch()
        sweeping.sweep()
        is_heard = self._all_applied()
        self.say(_("every webhook was applied") if is_heard else _("some webhooks were not applied"))

    def _all_applied(self) -> bool:
        """What the web left behind is applied as the sweeper would do it, and not a minute later."""
        waiting = WebhookDelivery.objects.filter(state=DeliveryState.RECEIVED)
        applying.apply_all(waiting.filter(received_at__lt=timezone.now() - LEFT).values_list("pk", flat=True))
        return not waiting.exists()

    def _watch(self) -> None:
        """What goes on all the time, whoever waits for whatever."""
        time.sleep(TICK)
        self.crew.mend()
        self.disturber.wake_sleepers()
        if time.monotonic() - self._looked > LOOK:
            self._look()

    def _look(self) -> None:
        self._looked = now = time.monotonic()
        gone = Message.objects.exclude(status__in=OPEN).count()
        if gone > self.gone or gone == self.size.rows or self.disturber.has_sleepers:
            self._moved = now
        self.gone = gone
        if now - self._moved > STANDSTILL:
            self._restart()
        if now - self._told > SILENCE:
            self.say("…")

    def _restart(self) -> None:
        self.say(_("nothing moved for %(seconds)s s: restarted every cluster") % {"seconds": STANDSTILL})
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
            taken_back=self.people.canceled,
        )
        return books, books.figures() | {
            "kills": self.disturber.kills,
            "in_flight_at_kills": len(self.disturber.in_flight),
            "restarts": self.restarts,
            "seconds": round(time.monotonic() - began),
            "seed": self.size.seed,
        }
