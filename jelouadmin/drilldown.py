"""From a number to its rows: the addresses of the message list that show exactly what was counted."""

from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from messaging.counting import ON_THE_PHONE, STILL_HERE
from messaging.models import Bot
from messaging.periods import Stretch, quarter_start
from messaging.statuses import EXPLAINED, Status

# What the list has to be told to show the rows of a counter.
FILTERS: dict[str, dict[str, str]] = {
    "count": {},
    "accepted": {"accepted_at__isnull": "False"},
    "delivered": {"status__in": ",".join(ON_THE_PHONE)},
    "read": {"status": Status.READ},
    "replied": {"replied_at__isnull": "False"},
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
            "created_at__gte": local(self.stretch.first),
            "created_at__lt": local(self.stretch.end),
        }
        if self.bot:
            query["bot"] = str(self.bot.pk)
        return f"{reverse('admin:messaging_message_changelist')}?{urlencode(query)}"

    def url(self, counter: str = "count", **filters: str) -> str:
        more = FILTERS[counter] | filters
        return f"{self._start}&{urlencode(more)}" if more else self._start

    def within(self, stretch: Stretch) -> "Rows":
        return Rows(stretch, self.bot, self.direction)


def local(quarter: int) -> str:
    """In the zone of whoever looks, and with its offset: some times of a clock are there twice."""
    return timezone.localtime(quarter_start(quarter)).isoformat(timespec="minutes")
