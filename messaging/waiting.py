"""Why a row has not left yet, and when it will: no waiting row without both.

The causes in the order in which they are asked, here and by the engine: somebody took it back; the bot is
off, refused or paused; the row is due later; the bot's reach is used up; nobody works; others are in front.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging import failures, health, pacing
from messaging.backlog import Group
from messaging.models import Bot, Lane, Message, Stop
from messaging.statuses import Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Counting further would tell nobody more.
MOST_AHEAD = 10_000
# Causes that end by themselves without anybody's being in the way.
MOVING = frozenset({"in_queue", "scheduled", "planned", "pair_interval", "canceling"})


@dataclass(frozen=True)
class Wait:
    """Why something waits, as a key and in words, and until when. Without a time a person has to act first.

    `ahead` is how many rows leave before it, at most `MOST_AHEAD` + 1, which means more than that.
    """

    reason: str
    sentence: StrOrPromise
    until: dt.datetime | None = None
    action: StrOrPromise = ""
    ahead: int | None = None

    @property
    def is_moving(self) -> bool:
        return self.reason in MOVING


@dataclass(frozen=True)
class Cause:
    """So many rows of one bot wait for one reason."""

    bot: Bot
    count: int
    wait: Wait


# -- One row ---------------------------------------------------------------------------------------


def explain(message: Message) -> Wait:
    """Why this waiting row is not sent yet. A few queries, none of which counts history."""
    reaching = Stop.objects.open().filter(above__lt=message.pk, up_to__gte=message.pk)
    if pressed := reaching.filter(bot=message.bot_id).select_related("by").first():
        return _of_stop(pressed)
    if wait := of_bot(message.bot):
        return wait
    if message.status == Status.PLANNED:
        return Wait("planned", _("The campaign has not started yet."), message.due_at)
    now = timezone.now()
    if message.due_at is None or message.due_at > now:
        return _later(message.reason, message.due_at)
    if message.starts >= settings.SEND_MAX_STARTS:
        return _failure("too_many_starts", _next_sweep(now))
    if message.kind == "template" and (wait := of_reach(message.bot)):
        return wait
    nobody = _of_nobody(health.last_beat())
    return nobody or _in_queue(message.bot, _ahead(message), campaign=message.lane == Lane.CAMPAIGN)


def of_bot(bot: Bot) -> Wait | None:
    """What keeps every row of a bot, if anything does."""
    if not bot.obstacle:
        return None
    if bot.obstacle == "bot_off":
        return Wait("bot_off", _("The bot is switched off."), action=failures.explain("bot_off").action)
    if bot.obstacle == "bot_paused" and bot.paused_by:
        sentence = _("%(who)s paused the bot.") % {"who": bot.paused_by}
        return Wait("bot_paused", sentence, bot.paused_until, failures.explain("bot_paused").action)
    until = bot.paused_until if bot.obstacle != "wrong_credentials" else None
    return _failure(bot.obstacle, until)


def _of_stop(pressed: Stop) -> Wait:
    sentence = _("%(who)s stopped the bot: what waited then is being canceled, and none of it is sent.")
    return Wait("canceling", sentence % {"who": pressed.by})


def _failure(key: str, until: dt.datetime | None) -> Wait:
    """In the words of the catalogue; what ends by itself needs no action."""
    failure = failures.explain(key)
    return Wait(key, failure.sentence, until, "" if until else failure.action)


def _later(reason: str, due_at: dt.datetime | None) -> Wait:
    if not reason:
        return Wait("scheduled", _("Set to be sent later."), due_at)
    why = failures.explain(reason).sentence
    return Wait(reason, _("%(why)s The next try comes by itself.") % {"why": why}, due_at)


def of_reach(bot: Bot) -> Wait | None:
    if bot.reach_free_at is None or bot.reach_free_at <= timezone.now():
        return None
    return _failure("daily_reach", bot.reach_free_at)


def _of_nobody(last_beat: dt.datetime | None) -> Wait | None:
    if health.is_fresh(last_beat):
        return None
    return Wait("no_worker", _("No worker is running."), action=_("Ask an admin to start one."))


def _next_sweep(now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(minutes=1)


def _in_queue(bot: Bot, ahead: int, *, campaign: bool) -> Wait:
    now = timezone.now()
    free = max(bot.next_slot, bot.next_campaign_slot if campaign else 0) - now.timestamp()
    seconds = max(free, 0) + ahead * _interval(bot, campaign=campaign)
    return Wait("in_queue", _queue_sentence(ahead), _plus(now, seconds), ahead=ahead)


def _interval(bot: Bot, *, campaign: bool) -> float:
    return pacing.interval(bot) / (pacing.CAMPAIGN_SHARE if campaign else 1)


def _plus(now: dt.datetime, seconds: float) -> dt.datetime | None:
    """None for what a slow bot would reach only after the end of the calendar."""
    try:
        return now + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None


def _queue_sentence(ahead: int) -> str:
    if ahead == 0:
        return _("It is the next of this bot to leave.")
    if ahead > MOST_AHEAD:
        most = number_format(MOST_AHEAD, force_grouping=True)
        return _("More than %(count)s messages of this bot leave before it.") % {"count": most}
    text = ngettext(
        "One message of this bot leaves before it.", "%(count)s messages of this bot leave before it.", ahead
    )
    return text % {"count": ahead}


def _ahead(message: Message) -> int:
    """Rows of its bot that leave before this one. Three ranges of the queue's index."""
    queue = Message.objects.filter(bot=message.bot_id, status=Status.QUEUED).order_by()
    same_lane = queue.filter(lane=message.lane)
    ranges = (
        queue.filter(lane__lt=message.lane, due_at__lte=timezone.now()),
        same_lane.filter(due_at__lt=message.due_at),
        # A bare key would have PostgreSQL walk its index, and with it all of history.
        same_lane.annotate(place=F("pk") + 0).filter(due_at=message.due_at, place__lt=message.pk),
    )
    return min(sum(rows[: MOST_AHEAD + 1].count() for rows in ranges), MOST_AHEAD + 1)


# -- All rows of some bots -------------------------------------------------------------------------


def causes(
    bots: Iterable[Bot],
    found: Iterable[Group],
    pressed: Iterable[Stop],
    last_beat: dt.datetime | None,
) -> list[Cause]:
    """Why the rows of `backlog.groups` wait: one entry for each bot and reason, the most rows first.

    `until` is when the first of the rows may leave; for those that are simply in the queue, when the last
    of them will have left.
    """
    nobody = _of_nobody(last_beat)
    by_key = {bot.pk: bot for bot in bots}
    stops = {one.bot_id: one for one in pressed}
    together: defaultdict[tuple[int, str], list[tuple[Wait, Group]]] = defaultdict(list)
    for group in found:
        if group.is_taken_back:
            wait = _of_stop(stops[group.owner])
        else:
            wait = _of_group(by_key[group.owner], group, nobody)
        together[group.owner, wait.reason].append((wait, group))
    merged = [_cause(by_key[bot], parts) for (bot, _reason), parts in together.items()]
    return sorted(merged, key=lambda cause: (-cause.count, cause.bot.name))


def _of_group(bot: Bot, group: Group, nobody: Wait | None) -> Wait:
    """What `explain` says of each of them."""
    if wait := of_bot(bot):
        return wait
    if group.status == Status.PLANNED:
        return Wait("planned", _("The campaign has not started yet."), group.first)
    if group.is_later:
        return _later(group.reason, group.first)
    if group.is_worn:
        return _failure("too_many_starts", _next_sweep(timezone.now()))
    if group.is_template and (wait := of_reach(bot)):
        return wait
    return nobody or Wait("in_queue", _("Leaving one after the other, as fast as the bot may send."))


def _cause(bot: Bot, parts: Sequence[tuple[Wait, Group]]) -> Cause:
    wait = parts[0][0]
    if wait.reason == "in_queue":
        lanes = ((group.count, group.lane == Lane.CAMPAIGN) for _wait, group in parts)
        seconds = sum(count * _interval(bot, campaign=campaign) for count, campaign in lanes)
        until = _plus(timezone.now(), seconds)
    else:
        until = min((wait.until for wait, _group in parts if wait.until), default=None)
    return Cause(bot, sum(group.count for _wait, group in parts), replace(wait, until=until))
