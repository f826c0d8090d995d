"""The pump: keeps requests in flight for every bot that has something due, and stores their answers.

    claim      rows, a few ahead of the wire                         claiming.claim
    arm        attempts, with a slot of the bot's rate each          Line.arm
    send       one HTTP call in a thread, never repeated             Provider.send
    settle     answers in bulk, at most 250 ms after the first       settling.settle

One thread talks to the database, many talk to providers. A pump serves all bots, so that no message waits
for another bot's campaign to give a worker back. Two pumps at once send nothing twice.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Event
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from messaging import claiming, connecting, due, queueing, settling
from messaging.calls import Call
from messaging.lines import Line
from messaging.models import Bot, Message
from messaging.providers.base import Kind, ProviderError, Scope
from messaging.releasing import put_back, release_claim
from messaging.settling import Result

logger = logging.getLogger(__name__)

# A task gives its worker back after so many seconds, and wakes the next one if work is left.
SLICE_SECONDS = 20
# What is claimed by then may still leave for so long; the rest is given back, row by row.
CLOSING_SECONDS = 0.5
# How often to look what is due; and how often bots that are known are read again, as people pause them.
LOOK_SECONDS = 0.1
READ_SECONDS = 0.4
# Answers are stored when so many are there, or when the first of them is so old.
FLUSH_SIZE = 400
FLUSH_SECONDS = 0.2
# How long a pump that has lost its database keeps trying; the answers it holds would be lost with it.
GIVE_UP_SECONDS = 45
# All bots together; one bot never takes more than SEND_IN_FLIGHT.
BOTS_AT_FULL_WIDTH = 4


def pump() -> int:
    """Send what is due until nothing is, or the slice of time is used. Returns how many calls were made."""
    pump = Pump()
    try:
        pump.work()
        wake_if_due()
    finally:
        pump.drain()
    return pump.made


def wake_if_due() -> None:
    """Wake a worker if one could do something now.

    Whoever stops pumping calls it afterwards: a wake that came while it was still there did nothing.
    """
    bots = Bot.objects.select_related("account").in_bulk(list(due.look()))
    if any(not bot.obstacle for bot in bots.values()):
        queueing.wake()


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call came to, and when. `is_last` says that the thread went no further with its line."""

    line: Line
    call: Call
    result: Result
    at: float
    is_last: bool


class Pump:
    """One worker's turn: `work`, then `drain`. Not to be shared by threads."""

    def __init__(self) -> None:
        self.made = 0
        self._lines: dict[int, Line] = {}
        self._wire = ThreadPoolExecutor(settings.SEND_IN_FLIGHT * BOTS_AT_FULL_WIDTH, "wire")
        self._answers: deque[Answered] = deque()
        # Set by the wire when the pump's thread has something to do.
        self._called = Event()
        self._unstored: list[tuple[Call, Result]] = []
        self._store_at = 0.0
        self._look_at = 0.0
        self._bots: dict[int, Bot] = {}
        self._read_at = 0.0
        self._ends = time.monotonic() + SLICE_SECONDS
        self._is_closing = False
        # Claims of which nobody knows whether they were committed.
        self._in_doubt: list[UUID] = []
        # Claimed, never sent, and still to be given back.
        self._unsent: list[Message] = []
        self._trouble_since = 0.0
        self._called_for_help = False

    # -- The turn ------------------------------------------------------------------------------

    def work(self) -> None:
        """Claim and send until nothing is left; or, when the slice is used, leave the rest to the next."""
        self._go_on()
        if self._lines:
            self._is_closing = True
            self._ends += CLOSING_SECONDS
            self._guarded(partial(self._give_back_of, lambda line: not line.is_proven))
            self._go_on()
            self._guarded(partial(self._give_back_of, lambda _line: True))

    def _go_on(self) -> None:
        while time.monotonic() < self._ends:
            self._guarded(self._turn)
            if not self._trouble_since and not self._may_go_on:
                return
            self._listen(self._pause())

    @property
    def _may_go_on(self) -> bool:
        return any(line.has_calls or not self._is_closing for line in self._lines.values())

    def drain(self) -> None:
        """Wait for the answers that are still to come, and store them all."""
        while self._unstored or self._unsent or self._is_under_way:
            self._listen(FLUSH_SECONDS if self._is_under_way else 0)
            self._guarded(self._store)
            self._guarded(self._give_back)
        self._wire.shutdown()

    def _turn(self) -> None:
        while self._in_doubt:
            release_claim(self._in_doubt[-1])
            self._in_doubt.pop()
        self._give_back()
        if len(self._unstored) >= FLUSH_SIZE or (self._unstored and time.monotonic() >= self._store_at):
            self._store()
        if time.monotonic() >= self._look_at:
            self._look()
        for line in self._lines.values():
            self._arm(line)
            self._fill(line)

    def _pause(self) -> float:
        """Seconds until there is something to do that no answer announces."""
        moments = [self._look_at, self._ends, *(line.next_at for line in self._lines.values())]
        if self._unstored:
            moments.append(self._store_at)
        return min(max(min(moments) - time.monotonic(), 0), FLUSH_SECONDS)

    @property
    def _is_under_way(self) -> bool:
        return any(line.under_way for line in self._lines.values())

    def _guarded(self, step: Callable[[], None]) -> None:
        """A connection that breaks is opened again: the answers that wait to be stored must not be lost."""
        try:
            step()
        except (OperationalError, InterfaceError) as error:
            if not self._trouble_since:
                self._trouble_since = time.monotonic()
                logger.warning("The database is away: %s", error)
            if time.monotonic() - self._trouble_since > GIVE_UP_SECONDS:
                raise
            connection.close()
            time.sleep(0.2)  # a moment for the server to come back
        else:
            self._trouble_since = 0.0

    # -- Bots ----------------------------------------------------------------------------------

    def _look(self) -> None:
        """Which bots have something due, and which of ours may not send any more."""
        found = due.look()
        self._read_bots(found)
        for bot in self._bots.values():
            self._open_or_update(bot, found.get(bot.pk, due.Due()) if not bot.obstacle else due.Due())
        self._lines = {pk: line for pk, line in self._lines.items() if not line.is_idle}
        self._look_at = time.monotonic() + LOOK_SECONDS

    def _read_bots(self, found: Iterable[int]) -> None:
        """Unless all of them are known, nobody was stopped, and it was a moment ago."""
        is_told = any(line.is_stopped for line in self._lines.values())
        if is_told or not self._bots.keys() >= set(found) or time.monotonic() >= self._read_at:
            self._bots = Bot.objects.select_related("account").in_bulk({*found, *self._lines})
            self._read_at = time.monotonic() + READ_SECONDS

    def _open_or_update(self, bot: Bot, found: due.Due) -> None:
        if found and bot.pk not in self._lines:
            self._lines[bot.pk] = Line(bot)
        if line := self._lines.get(bot.pk):
            line.update(bot, found)
            if bot.obstacle:
                self._unsent += line.give_back()
                self._give_back()

    def _give_back_of(self, is_meant: Callable[[Line], bool]) -> None:
        for line in filter(is_meant, self._lines.values()):
            self._unsent += line.give_back()
        self._give_back()

    def _give_back(self) -> None:
        """Keeps the rows until each is given back: forgotten, they would count as maybe sent."""
        while self._unsent:
            put_back(self._unsent[-1:])
            self._unsent.pop()

    # -- Claim and send ------------------------------------------------------------------------

    def _fill(self, line: Line) -> None:
        if self._is_closing or not (size := line.room):
            return
        self._in_doubt.append(claim_id := uuid4())
        try:
            calls = claiming.claim(line.bot, size, claim_id, line.versions)
        except ProviderError as error:
            connecting.stop(line.bot, error)
            self._read_at = 0.0  # or the bot as it was would be asked again
            calls = []
        self._in_doubt.remove(claim_id)
        line.add(calls)
        if line.is_long and not self._called_for_help:
            self._called_for_help = True
            queueing.wake()
        self._arm(line)

    def _arm(self, line: Line) -> None:
        """Write down what may leave, and find threads for it."""
        self._unsent += line.outdated()
        line.arm()
        while call := line.next_call():
            line.under_way += 1
            self._wire.submit(self._carry, line, call)

    def _carry(self, line: Line, first: Call) -> None:
        """In a thread of its own, which never touches the database: this call, and what may follow it."""
        call: Call | None = first
        while call:
            begin = time.monotonic()
            try:
                result: Result = call.send()
            except Exception as error:  # kept: `settling` decides by its kind what it says about the rows
                result = error
            at = time.monotonic()
            following = line.follow(at - begin, is_sound=_is_sound(result))
            self._answers.append(Answered(line, call, result, at, is_last=following is None))
            if following is None or line.is_low or len(self._answers) >= FLUSH_SIZE:
                self._called.set()
            call = following

    # -- Answers -------------------------------------------------------------------------------

    def _listen(self, seconds: float) -> None:
        """Wait so long for something to do at most, and take all answers that are there."""
        self._called.wait(seconds)
        self._called.clear()
        while self._answers:
            self._hear(self._answers.popleft())

    def _hear(self, answer: Answered) -> None:
        self.made += 1
        if not self._unstored:
            self._store_at = answer.at + FLUSH_SECONDS
        self._unstored.append((answer.call, answer.result))
        if _concerns_bot(answer.result):
            answer.line.is_stopped = True
            self._store_at = self._look_at = 0.0
        if answer.is_last:
            answer.line.under_way -= 1
            if not any(line.under_way or line.has_calls for line in self._lines.values()):
                self._store_at = 0.0  # no other is about to come, and somebody may be waiting for this one

    def _store(self) -> None:
        """Keeps the answers until all are stored; storing one twice changes nothing."""
        settling.settle(self._unstored)
        self._unstored.clear()


def _concerns_bot(result: Result) -> bool:
    return isinstance(result, ProviderError) and result.scope == Scope.BOT


def _is_sound(result: Result) -> bool:
    """Whether the provider answered in a way that invites more calls."""
    if isinstance(result, ProviderError):
        return result.kind == Kind.REFUSED
    return not isinstance(result, Exception)
