"""What moves and what does not, right now: the numbers behind the Operations page.

Only rows that are still alive are counted (planned, queued, sending, unknown), each group by one query, and
always for all bots: an index finds rows by their status, while by their bot it would read all of history.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.utils import timezone

from messaging import backlog, health, waiting
from messaging.backlog import BY_BOT, Group
from messaging.models import (
    Bot,
    Conversation,
    DeliveryState,
    Lane,
    Message,
    Stop,
    WebhookDelivery,
    WorkerBeat,
)
from messaging.pacing import REACH_PERIOD
from messaging.statuses import Status
from messaging.waiting import Cause, Wait
from templates_app.scoping import User

# How many of the latest webhook calls are looked at; they are kept for ever.
LATEST_CALLS = 2000
# A call is applied while the provider waits for our answer. What is older was left behind.
CALL_PATIENCE = dt.timedelta(minutes=1)
# Due for so long while nothing leaves: something is wrong that none of the causes explains.
STILL = dt.timedelta(minutes=2)
PROCESSES = 50


@dataclass(frozen=True)
class Books:
    """Every message that is not settled, once. Their sum is what was promised and is not yet known."""

    planned: int
    queued: int
    sending: int
    unknown: int

    @property
    def total(self) -> int:
        return self.planned + self.queued + self.sending + self.unknown


@dataclass(frozen=True)
class Claims:
    """What a bot has in the hands of workers; `late` of it by workers that did not come back in time."""

    bot: Bot
    count: int = 0
    late: int = 0
    again: int = 0
    oldest_lease: dt.datetime | None = None


@dataclass(frozen=True)
class Standing:
    """How one bot stands: what waits by lane and may still leave, what is on its way, and what limits it."""

    bot: Bot
    groups: Sequence[Group]
    claims: Claims
    reached: int
    stops: Sequence[Stop] = ()

    @property
    def canceling(self) -> list[Stop]:
        """What people took back and is not all canceled yet."""
        return [pressed for pressed in self.stops if pressed.is_canceling]

    @property
    def wait(self) -> Wait | None:
        """What keeps all of its rows, or at least all that begin a conversation."""
        return waiting.of_bot(self.bot) or waiting.of_reach(self.bot)

    @property
    def one_to_one(self) -> int:
        return self._waiting(Lane.INTERACTIVE)

    @property
    def campaign(self) -> int:
        return self._waiting(Lane.CAMPAIGN)

    @property
    def waiting(self) -> int:
        return self.one_to_one + self.campaign

    @property
    def oldest_due(self) -> dt.datetime | None:
        return min((group.first for group in self.groups if group.is_due and group.first), default=None)

    def _waiting(self, lane: Lane) -> int:
        left = (group for group in self.groups if not group.is_taken_back)
        return sum(group.count for group in left if group.lane == lane)


@dataclass(frozen=True)
class Calls:
    """Webhook calls, among the latest, that changed nothing although they should have."""

    failed: int
    left: int

    @property
    def unapplied(self) -> int:
        return self.failed + self.left


@dataclass(frozen=True)
class Worker:
    """A process that sends or may send, as it last said itself."""

    row: WorkerBeat

    @property
    def is_alive(self) -> bool:
        return health.is_fresh(self.row.seen_at)


@dataclass(frozen=True)
class Overview:
    at: dt.datetime
    books: Books
    causes: Sequence[Cause]
    standings: Sequence[Standing]
    workers: Sequence[Worker]
    swept_at: dt.datetime | None
    oldest: Message | None
    calls: Calls

    @property
    def last_beat(self) -> dt.datetime | None:
        return _last_beat(self.workers)

    @property
    def claims(self) -> list[Claims]:
        return [row.claims for row in self.standings if row.claims.count]

    @property
    def late(self) -> int:
        return sum(claims.late for claims in self.claims)

    @property
    def again(self) -> int:
        """Rows that were started before and are not settled yet."""
        queued = sum(group.again for row in self.standings for group in row.groups)
        return queued + sum(claims.again for claims in self.claims)

    @property
    def is_swept(self) -> bool:
        return self.swept_at is not None and self.swept_at > self.at - health.SWEEP_SILENCE

    @property
    def is_still(self) -> bool:
        """Whether rows are due, nothing hinders them, and yet nothing is on its way."""
        since = self.oldest.due_at if self.oldest else None
        return since is not None and since < self.at - STILL and not self.books.sending


def look(user: User) -> Overview:
    """How things stand with the bots this person may use.

    The same number of queries however many rows there are, and one more for each lane with rows put back.
    """
    bots = list(_bots(user))
    stops = backlog.stops(bots)
    groups = backlog.groups(bots, stops)
    claims = _claims(bots)
    workers = [Worker(row) for row in WorkerBeat.objects.order_by("-seen_at", "host", "pid")[:PROCESSES]]
    return Overview(
        at=timezone.now(),
        books=_books(bots, groups, claims.values()),
        causes=waiting.causes(bots, groups, stops, _last_beat(workers)),
        standings=_standings(bots, groups, claims, stops),
        workers=workers,
        swept_at=max((one.row.swept_at for one in workers if one.row.swept_at), default=None),
        oldest=_oldest(groups),
        calls=_calls(bots),
    )


def _last_beat(workers: Sequence[Worker]) -> dt.datetime | None:
    return workers[0].row.seen_at if workers else None


def stand(bot: Bot) -> Standing:
    """How this bot alone stands."""
    stops = backlog.stops([bot])
    return _standings([bot], backlog.groups([bot], stops), _claims([bot]), stops)[0]


def on_their_way(bot: Bot) -> int:
    """How many of its rows workers hold."""
    return _claims([bot]).get(bot.pk, Claims(bot)).count


# -- Numbers ---------------------------------------------------------------------------------------


def _bots(user: User) -> Iterable[Bot]:
    return Bot.objects.for_user(user).select_related("account", "paused_by").order_by("name", "pk")


def _standings(
    bots: Sequence[Bot], groups: Sequence[Group], claims: dict[int, Claims], stops: Sequence[Stop]
) -> list[Standing]:
    reached = _reached(bots)
    return [
        Standing(
            bot,
            [group for group in groups if group.owner == bot.pk],
            claims.get(bot.pk, Claims(bot)),
            reached[bot.pk],
            [pressed for pressed in stops if pressed.bot_id == bot.pk],
        )
        for bot in bots
    ]


def _claims(bots: Sequence[Bot]) -> dict[int, Claims]:
    by_key = {bot.pk: bot for bot in bots}
    # Each of them has a lease; saying so finds them by the index of leases.
    rows = Message.objects.filter(status=Status.SENDING, lease_until__isnull=False).order_by()
    late = Count("pk", filter=Q(lease_until__lt=timezone.now()))
    again = Count("pk", filter=Q(starts__gt=1))
    counted = rows.annotate(owner=BY_BOT).values_list("owner")
    columns = counted.annotate(count=Count("pk"), late=late, again=again, oldest=Min("lease_until"))
    return {bot: Claims(by_key[bot], *numbers) for bot, *numbers in columns if bot in by_key}


def _books(bots: Sequence[Bot], groups: Sequence[Group], claims: Iterable[Claims]) -> Books:
    waits = Counter({Status.PLANNED: 0, Status.QUEUED: 0})
    for group in groups:
        waits[Status(group.status)] += group.count
    rows = Message.objects.filter(status=Status.UNKNOWN).order_by()
    unknown = dict(rows.values_list(BY_BOT).annotate(Count("pk")))
    return Books(
        waits[Status.PLANNED],
        waits[Status.QUEUED],
        sending=sum(one.count for one in claims),
        unknown=sum(unknown.get(bot.pk, 0) for bot in bots),
    )


def _reached(bots: Sequence[Bot]) -> Counter[int]:
    """How many people each bot with a limit has begun to write to within its period."""
    limited = [bot for bot in bots if bot.daily_reach is not None]
    since = timezone.now() - REACH_PERIOD
    rows = Conversation.objects.filter(bot__in=limited, reached_at__gt=since).order_by()
    return Counter(dict(rows.values_list("bot").annotate(Count("pk"))))


def _oldest(groups: Sequence[Group]) -> Message | None:
    """The row that has been due for the longest time."""
    due = [group for group in groups if group.is_due]
    if not due:
        return None
    group = min(due, key=lambda group: group.first or timezone.now())
    rows = Message.objects.filter(bot=group.owner, status=Status.QUEUED, lane=group.lane, due_at=group.first)
    return rows.select_related("bot", "contact").defer("content").order_by("pk").first()


def _calls(bots: Sequence[Bot]) -> Calls:
    latest = WebhookDelivery.objects.filter(bot__in=bots).order_by("-pk")[:LATEST_CALLS]
    late = timezone.now() - CALL_PATIENCE
    states = list(latest.values_list("state", "received_at"))
    return Calls(
        failed=sum(state == DeliveryState.FAILED for state, _at in states),
        left=sum(state == DeliveryState.RECEIVED and at < late for state, at in states),
    )
