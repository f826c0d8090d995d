"""One bot on the wire: what was claimed for it, what is under way, and the slots of its rate."""

import time
from collections import deque
from collections.abc import Sequence
from itertools import count as count_from
from itertools import takewhile

from django.conf import settings
from django.db import transaction

from messaging import pacing
from messaging.calls import Call, write_down
from messaging.models import Bot, Message

# Rows won at once, at most.
CLAIM_SIZE = 100
# Rows of people who wait, won although enough of a campaign is there already.
URGENT_SIZE = 8
# With its next slot further ahead than this, nothing is claimed for a bot.
FAR_SECONDS = 2
# Calls written down at once, although not all of them may leave this very moment.
ARM_SIZE = 32
# A slot that was missed by more than this is lost: leaving late would crowd the next second.
LATE_SECONDS = 0.03
# Calls a second that one process can make at best. More under way than that only fight for the interpreter.
MOST_CALLS = 2000
# Under way at once, however fast the answers come.
LEAST_WIDTH = 16
# How soon to ask again for a slot, when the next one was too far ahead.
RETRY_SECONDS = 0.05


class Line:
    """Held by one pump. Times are in seconds of `time.monotonic`."""

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.under_way = 0
        # After trouble, and at the start, one call has to show the way before many follow.
        self.is_proven = False
        # The fastest answer so far, in seconds.
        self.fastest = float("inf")
        # The provider said something that concerns the whole bot; nothing leaves until that is stored.
        self.is_stopped = False
        self._has_due = True
        self._has_urgent = False
        # A whole claim was won at once, so there may be more than one worker can send.
        self.is_long = False
        self._ready: deque[Call] = deque()
        # Written down, each with the moment of its slot.
        self._armed: deque[tuple[Call, float]] = deque()
        # No slot before then.
        self._rest_until = 0.0

    def update(self, bot: Bot, *, has_due: bool, has_urgent: bool) -> None:
        """What the database says of the bot now."""
        self.is_stopped = False
        self.bot, self._has_due, self._has_urgent = bot, has_due, has_urgent

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
        calls = [*(call for call, _at in self._armed), *self._ready]
        self._armed.clear()
        self._ready.clear()
        return [attempt.message for call in calls for attempt in call.attempts]

    # -- Slots ---------------------------------------------------------------------------------

    @property
    def next_at(self) -> float:
        """When the next call may leave; never, if something else has to happen first."""
        if not self._may_send:
            return float("inf")
        return max(self._armed[0][1], self._rest_until) if self._armed else self._rest_until

    @property
    def _may_send(self) -> bool:
        return self.has_calls and self.under_way < self._width and not self.is_stopped

    @property
    def _width(self) -> int:
        """How many calls are worth being under way at once: the longer an answer takes, the more."""
        if not self.is_proven:
            return 1
        return min(settings.SEND_IN_FLIGHT, max(LEAST_WIDTH, int(min(self.fastest, 60) * MOST_CALLS)))

    def next_call(self) -> Call | None:
        """The call that may leave this very moment, if there is one."""
        now = time.monotonic()
        if not self._may_send or now < self.next_at:
            return None
        if not self._armed:
            self._arm()
        elif now - self._armed[0][1] > LATE_SECONDS:
            self._shift()
        if not self._armed or self._armed[0][1] > time.monotonic():
            return None
        return self._armed.popleft()[0]

    def _arm(self) -> None:
        """Take slots for those that may leave, and write them down: at once, so that neither goes without."""
        campaign = self._ready[0].is_campaign
        free = max(self._width - self.under_way, ARM_SIZE if self.is_proven else 1)
        count = min(self._ready_alike(campaign=campaign), free, self._moment)
        with transaction.atomic():
            begin = self._slots(count, campaign=campaign)
            if begin is None:
                return
            calls = write_down([self._ready[place] for place in range(count)])
        for _place in range(count):
            self._ready.popleft()
        self._armed.extend(zip(calls, count_from(begin, pacing.interval(self.bot)), strict=False))

    def _shift(self) -> None:
        """The slots of those written down were missed: take new ones, or go on missing them until one can."""
        begin = self._slots(len(self._armed), campaign=self._armed[0][0].is_campaign)
        calls = [call for call, _at in self._armed]
        self._armed = deque(zip(calls, count_from(begin or 0.0, pacing.interval(self.bot)), strict=False))

    def _slots(self, count: int, *, campaign: bool) -> float | None:
        """When the first of so many slots is, or None and a moment's rest."""
        delay = pacing.reserve(self.bot, count, campaign=campaign)
        if delay is None:
            self._rest_until = time.monotonic() + RETRY_SECONDS
            return None
        return time.monotonic() + delay
