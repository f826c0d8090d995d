"""From a number to its rows: the addresses of the message list that show exactly what was counted."""

import datetime as dt
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from messaging.counting import STILL_HERE
from messaging.models import Bot
from messaging.periods import Stretch, quarter_start
from messaging.statuses import EXPLAINED, Status

# What the list has to be told to show the rows of a counter.
FILTERS: dict[str, dict[str, str]] = {
    "count": {},
    "accepted": {"stage": "accepted"},
    "delivered": {"stage": "delivered"},
    "read": {"stage": "read"},
    "replied": {"stage": "replied"},
    "waiting": {"status__in": ",".join(STILL_HERE)},
    "unknown": {"status": Status.UNKNOWN},
    "failed": {"status__in": ",".join(EXPLAINED)},
    "canceled": {"status": Status.CANCELED},
    # What the parts of a bar are that are no counter of their own.
    "unread": {"status": Status.DELIVERED},
    "on_the_way": {"status__in": f"{Status.ACCEPTED},{Status.SENT}"},
}


class Rows:
    """Where the messages of a stretch of time are listed; of one bot, if there is one."""

    def __init__(self, stretch: Stretch, bot: Bot | None = None, direction: str = "out") -> None:
        self.stretch, self.bot, self.direction = stretch, bot, direction

    @cached_property
    def _start(self) -> str:
        query = {
            "direction": self.direction,
            "since": local(quarter_start(self.stretch.first)),
            "until": local(quarter_start(self.stretch.end)),
        }
        if self.bot:
            query["bot"] = str(self.bot.pk)
        return f"{reverse('admin:messaging_message_changelist')}?{urlencode(query)}"

    def url(self, counter: str = "count", **filters: str) -> str:
        more = FILTERS[counter] | filters
        return f"{self._start}&{urlencode(more)}" if more else self._start

    def within(self, stretch: Stretch) -> "Rows":
        return Rows(stretch, self.bot, self.direction)


def local(moment: dt.datetime) -> str:
    """As people read it, in their zone; with the offset only where the clocks show the same time twice."""
    here = timezone.localtime(moment)
    is_twice = here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
    return (here if is_twice else here.replace(tzinfo=None)).isoformat(timespec="minutes")
