"""The rows that may leave, handed out in portions: whatever goes wrong finds the workers in the midst of one.

How fast they are is their business. A portion waits for the mishap before it, and a mishap waits until they
have begun with so much of its portion; one that was over before anybody looked is made longer.
"""

import datetime as dt
from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils import timezone

from messaging import queueing
from messaging.models import Message
from messaging.statuses import Status

# Rows held back are due only then: after any drill.
HELD_BACK = dt.timedelta(days=1)


class Supply:
    """`keys` are the rows in the order in which they leave; all of them are held back at first."""

    def __init__(self, keys: Sequence[int], mishaps: int) -> None:
        self._keys = keys
        # One portion for each mishap, and one for the time after all of them.
        self._portions = mishaps + 1
        self._begin = self._end = 0

    def release(self) -> None:
        """Let the next portion leave."""
        self._begin = self._end
        self._release(max(1, (len(self._keys) - self._end) // self._portions))
        self._portions -= 1

    def release_all(self) -> None:
        self._release(len(self._keys))

    def is_begun(self, share: float) -> bool:
        """Whether workers have begun with so much of the portion, and have not finished it.

        If they have, it gets longer. A portion that nothing is left for counts as begun.
        """
        size = self._end - self._begin
        if self._fresh().count() > (1 - share) * size:
            return False
        if self._open().exists() or self._end == len(self._keys):
            return True
        self._release(max(1, size // 2))
        return False

    def _release(self, count: int) -> None:
        """As if they had just been written: due now, and somebody is woken."""
        first, self._end = self._end, min(self._end + count, len(self._keys))
        rows = self._rows(first).filter(status=Status.QUEUED)
        rows.update(due_at=timezone.now())
        queueing.wake()

    def _fresh(self) -> QuerySet[Message]:
        """Of the portion, what nobody has begun with."""
        return self._rows(self._begin).filter(status=Status.QUEUED, starts=0)

    def _open(self) -> QuerySet[Message]:
        """Of the portion, what workers have in their hands or could take."""
        rows = self._rows(self._begin)
        return rows.filter(status=Status.SENDING) | rows.filter(
            status=Status.QUEUED, due_at__lte=timezone.now()
        )

    def _rows(self, first: int) -> QuerySet[Message]:
        """From this one on to the last that was let go."""
        if first == self._end:
            return Message.objects.none()
        return Message.objects.filter(pk__gte=self._keys[first], pk__lte=self._keys[self._end - 1])
