"""One bot on the wire: what was claimed for it, what is under way, and the slots of its rate.

The pump's thread claims, writes down and hands out. A thread of the wire that has its answer goes on with the
next call by itself (`follow`): were it handed every call, each would cost two turns of the interpreter more.
"""

import time
from collections import deque
from collections.abc import Sequence
from itertools import count as count_from
from itertools import takewhile
from threading import Lock

from django.conf import settings
from django.db import transaction

from messaging import pacing
from messaging.calls import Call, write_down
from messaging.due import Due
from messaging.models import Bot, Message
from templates_app.models import TemplateVersion

# Rows won at once, at most.
CLAIM_SIZE = 256
# Rows of people who wait, won although enough of a campaign is there already.
URGENT_SIZE = 8
# With its next slot further ahead than this, nothing is claimed for a bot.
FAR_SECONDS = 2
# A slot that was missed by more than this is lost: leaving late would crowd the next second.
LATE_SECONDS = 0.04
# Calls written down before a thread is free for them. More would wait until their slots are lost.
AHEAD = 80
# Calls a second that one process can make at best. More under way than that only fight for the interpreter.
MOST_CALLS = 2000
# Under way at once, however fast the answers come.
LEAST_WIDTH = 8
# How soon to ask again for a slot, when the next one was too far ahead.
RETRY_SECONDS = 0.05
NEVER = float("inf")


class Line:
    """Held by one pump. Times are in seconds of `time.monotonic`.

    All is the pump's thread's to change, but for what `follow` does.
    """

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        # Template versions that were read for it; they never change.
        self.versions: dict[int, TemplateVersion] = {}
        # Threads that carry calls of this line.
        self.under_way = 0
        # A whole claim was won at once, so there may be more than one worker can send.
        self.is_long = False
        # The provider said something that concerns the whole bot; nothing leaves until that is stored.
        self.is_stopped = False
        # After trouble, and at the start, one call has to show the way before many follow.
        self.is_proven = False
        # The fastest answer so far, in seconds.
        self._fastest = NEVER
        self._has_due = True
        self._has_urgent = False
        self._ready: deque[Call] = deque()
        # Written down, each with the moment of its slot; the lock is for this alone.
        self._armed: deque[tuple[Call, float]] = deque()
        self._lock = Lock()
        # No slot before then.
        self._rest_until = 0.0

    def update(self, bot: Bot, due: Due) -> None:
        """What the database says of the bot, and of what waits for it, now."""
        self.is_stopped = False
        self.bot, self._has_due, self._has_urgent = bot, bool(due), due.urgent

    @property
    def is_idle(self) -> bool:
        return not (self.has_calls or self.under_way or self._has_due)

    @property
    def has_calls(self) -> bool:
        """Whether more is claimed than has left."""
        return bool(self._armed or self._ready)

    # -- Claimed -------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """How many calls to claim now: what leaves within a moment, and only when half of that has left."""
        if not self._has_due or self.is_stopped or self.bot.obstacle:
            return 0
        if self.bot.next_slot > time.time() + FAR_SECONDS:
            return 0  # whoever claims now could only give back
        if len(self._ready) <= self._moment // 2:
            return self._moment
        few = min(URGENT_SIZE, self._moment)
        return few if self._has_urgent and self._ready_alike(campaign=False) < few else 0

    @property
    def _moment(self) -> int:
        """How many calls leave while one looks ahead."""
        return max(1, min(int(self.bot.rate * pacing.LOOK_AHEAD), CLAIM_SIZE))

    def _ready_alike(self, *, campaign: bool) -> int:
        """How many at the head go in this lane."""
        return sum(1 for _call in takewhile(lambda call: call.is_campaign == campaign, self._ready))

    def add(self, calls: Sequence[Call]) -> None:
        """What was claimed. Whoever waits for an answer goes first."""
        self._has_due, self._has_urgent = bool(calls), False
        self.is_long = len(calls) >= CLAIM_SIZE
        self._ready.extend(calls)
        if any(not call.is_campaign for call in calls):
            self._ready = deque(sorted(self._ready, key=lambda call: call.is_campaign))

    def give_back(self) -> list[Message]:
        """What was claimed and has not left; the line forgets it."""
        with self._lock:
            calls = [call for call, _at in self._armed]
            self._armed.clear()
        calls += self._ready
        self._ready.clear()
        return [attempt.message for call in calls for attempt in call.attempts]

    def outdated(self) -> list[Message]:
        """What was written down so long ago that its lease may end before an answer; the line forgets it."""
        calls = []
        with self._lock:
            while self._armed and time.monotonic() > self._armed[0][0].leave_by:
                calls.append(self._armed.popleft()[0])
        return [attempt.message for call in calls for attempt in call.attempts]

    # -- Written down, with a slot each ----------------------------------------------------------

    @property
    def is_low(self) -> bool:
        """Whether threads are about to find nothing that is written down."""
        return len(self._armed) <= self._ahead // 2

    @property
    def _ahead(self) -> int:
        return min(AHEAD, int(self.bot.rate * LATE_SECONDS)) if self.is_proven else 0

    @property
    def _wanted(self) -> int:
        """How many more to write down now."""
        if self.is_stopped or not self._ready or not self.is_low:
            return 0
        return self._free + self._ahead - len(self._armed)

    def arm(self) -> None:
        """Write down what may leave now or within a moment, and take its slots; both or neither."""
        if self._is_late:
            self._shift()
        if self._wanted > 0 and time.monotonic() >= self._rest_until:
            self._write_down(self._wanted)

    def _write_down(self, wanted: int) -> None:
        campaign = self._ready[0].is_campaign
        count = min(self._ready_alike(campaign=campaign), wanted, self._moment)
        with transaction.atomic():
            begin = self._slots(count, campaign=campaign)
            if begin is None:
                return
            calls = write_down([self._ready[place] for place in range(count)])
        for _place in range(count):
            self._ready.popleft()
        with self._lock:
            self._armed.extend(zip(calls, count_from(begin, pacing.interval(self.bot)), strict=False))

    @property
    def _is_late(self) -> bool:
        return bool(self._armed) and time.monotonic() > max(
            self._armed[0][1] + LATE_SECONDS, self._rest_until
        )

    def _shift(self) -> None:
        """The slots of those written down were missed: take new ones, or go on missing them until one can."""
        with self._lock:
            late, self._armed = self._armed, deque()
        if not late:
            return
        begin = self._slots(len(late), campaign=late[0][0].is_campaign)
        slots = count_from(begin or 0.0, pacing.interval(self.bot))
        with self._lock:
            self._armed = deque(zip((call for call, _at in late), slots, strict=False))

    def _slots(self, count: int, *, campaign: bool) -> float | None:
        """When the first of so many slots is, or None and a moment's rest."""
        delay = pacing.reserve(self.bot, count, campaign=campaign)
        if delay is None:
            self._rest_until = time.monotonic() + RETRY_SECONDS
            return None
        return time.monotonic() + delay

    # -- On the wire ---------------------------------------------------------------------------

    @property
    def next_at(self) -> float:
        """When `arm` or `next_call` has something to do that no answer announces."""
        if self.is_stopped:
            return NEVER
        arming = self._rest_until if self._wanted > 0 else NEVER
        if not (self._armed and self._free):
            return arming
        slot = self._armed[0][1]
        is_missed = time.monotonic() > slot + LATE_SECONDS
        return min(arming, self._rest_until if is_missed else slot)

    def next_call(self) -> Call | None:
        """What may leave this very moment, if a thread is free for it."""
        return self._take() if self._free and not self.is_stopped else None

    def follow(self, seconds: float, *, is_sound: bool) -> Call | None:
        """For a thread of the wire that got an answer after so many seconds: what it may send next.

        `is_sound` says whether the answer invites more calls.
        """
        self.is_proven, self._fastest = is_sound, min(self._fastest, seconds)
        if self.is_stopped or not is_sound or self.under_way > self._width:
            return None
        return self._take()

    def _take(self) -> Call | None:
        with self._lock:
            if not self._armed:
                return None
            call, slot = self._armed[0]
            now = time.monotonic()
            if not slot <= now <= slot + LATE_SECONDS or now > call.leave_by:
                return None
            self._armed.popleft()
            return call

    @property
    def _free(self) -> int:
        """How many more threads are worth having."""
        return max(self._width - self.under_way, 0)

    @property
    def _width(self) -> int:
        """How many calls are worth being under way at once: the longer an answer takes, the more."""
        if not self.is_proven:
            return 1
        return min(settings.SEND_IN_FLIGHT, max(LEAST_WIDTH, int(min(self._fastest, 60) * MOST_CALLS)))
