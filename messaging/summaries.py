"""Numbers about messages, counted from the rows themselves, for the bots one person may use."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging import failures, health
from messaging.models import Bot, Direction, Message
from messaging.statuses import Status
from templates_app.scoping import User

DAYS = 14

# What a bar of the day chart is made of, from the bottom up.
GROUPS: tuple[tuple[str, Promise, frozenset[Status]], ...] = (
    ("read", _("Read"), frozenset({Status.READ})),
    ("delivered", _("Delivered"), frozenset({Status.DELIVERED})),
    ("sent", _("On the way"), frozenset({Status.ACCEPTED, Status.SENT})),
    ("queued", _("Waiting"), frozenset({Status.PLANNED, Status.QUEUED, Status.SENDING})),
    ("unknown", _("Unknown"), frozenset({Status.UNKNOWN})),
    ("failed", _("Not sent"), frozenset({Status.FAILED, Status.SKIPPED, Status.CANCELED})),
)


# The funnel. What a step counts is what its link shows: the same lookups make both. Each step is a part of
# the one whose number stands beside it.
STEPS: tuple[tuple[Promise, dict[str, str], int | None], ...] = (
    (_("Sent by us"), {}, None),
    (_("Taken by the provider"), {"accepted_at__isnull": "False"}, 0),
    (_("On the phone"), {"status__in": "delivered,read"}, 1),
    (_("Opened"), {"status__exact": "read"}, 2),
    (_("Answered"), {"replied_at__isnull": "False"}, 2),
    (_("Did not arrive"), {"status__in": "failed,skipped"}, 0),
)


@dataclass(frozen=True)
class Step:
    """One number of the funnel, of how many it is a part, and the query of the list that shows its rows."""

    label: str | Promise
    count: int
    of: int | None
    query: str

    @property
    def percent(self) -> int | None:
        return round(100 * self.count / self.of) if self.of else None


@dataclass(frozen=True)
class Day:
    date: dt.date
    counts: dict[str, int]


def since(days: int = DAYS) -> dt.datetime:
    """The midnight that begins a period of so many days, today included."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - dt.timedelta(days=days - 1)


def outbound(user: User, days: int = DAYS) -> QuerySet:
    """What was sent in the last days."""
    rows = Message.objects.for_user(user).filter(direction=Direction.OUT, created_at__gte=since(days))
    return rows.order_by()


def funnel(messages: QuerySet, days: int = DAYS) -> list[Step]:
    """From sent to answered, each as a part of what came before it."""
    counts = messages.aggregate(
        **{f"step{number}": Count("pk", filter=_meaning(step[1])) for number, step in enumerate(STEPS)}
    )
    period = {"direction__exact": "out", "created_at__gte": since(days).isoformat()}
    return [
        Step(
            label,
            counts[f"step{number}"],
            None if of is None else counts[f"step{of}"],
            urlencode(period | lookups),
        )
        for number, (label, lookups, of) in enumerate(STEPS)
    ]


def _meaning(lookups: dict[str, str]) -> Q:
    """What the admin's list understands by the same words in its address."""
    values: dict[str, Any] = {}
    for lookup, text in lookups.items():
        if lookup.endswith("__in"):
            values[lookup] = text.split(",")
        else:
            values[lookup] = False if lookup.endswith("__isnull") else text
    return Q(**values)


def by_day(messages: QuerySet, days: int = DAYS) -> list[Day]:
    """One entry for every day, also for those without messages."""
    found: dict[dt.date, Counter[str]] = {}
    rows = messages.values_list(TruncDate("created_at"), "status").annotate(Count("pk"))
    for date, status, count in rows:
        group = next(key for key, _label, statuses in GROUPS if status in statuses)
        found.setdefault(date, Counter())[group] += count
    first = timezone.localdate() - dt.timedelta(days=days - 1)
    dates = [first + dt.timedelta(days=number) for number in range(days)]
    return [Day(date, {key: found.get(date, Counter())[key] for key, *_rest in GROUPS}) for date in dates]


def reasons(messages: QuerySet, most: int = 5) -> list[tuple[failures.Failure, int]]:
    """Why messages did not arrive, the most frequent first."""
    rows = messages.exclude(reason="").filter(status__in=(Status.FAILED, Status.SKIPPED))
    counted = rows.values_list("reason").annotate(count=Count("pk")).order_by("-count")[:most]
    return [(failures.explain(reason), count) for reason, count in counted]


@dataclass(frozen=True)
class Pulse:
    """One sentence about whether messages move, and whether that is good."""

    is_well: bool
    sentence: str | Promise


def pulse(user: User) -> Pulse:
    waiting = Message.objects.for_user(user).due().order_by()
    counts = waiting.aggregate(count=Count("pk"), oldest=Min("due_at"))
    if not health.is_worker_alive():
        return Pulse(
            False, _("No worker is running, so nothing is sent. Start one with “manage.py qcluster”.")
        )
    if stopped := [bot for bot in Bot.objects.for_user(user).select_related("account") if bot.obstacle]:
        return Pulse(False, _stopped(stopped))
    if counts["count"] and counts["oldest"] < timezone.now() - dt.timedelta(minutes=5):
        text = _("%(count)s messages are waiting, the oldest for more than five minutes.")
        return Pulse(False, text % {"count": counts["count"]})
    if counts["count"]:
        return Pulse(True, _("%(count)s messages are on their way out.") % {"count": counts["count"]})
    return Pulse(True, _("Everything that was to be sent has been sent."))


def _stopped(bots: Sequence[Bot]) -> str:
    first = bots[0]
    if len(bots) == 1:
        return _("%(bot)s sends nothing: %(why)s") % {"bot": first, "why": first.obstacle_sentence}
    text = _("%(count)s bots send nothing; %(bot)s because: %(why)s")
    return text % {"count": len(bots), "bot": first, "why": first.obstacle_sentence}
