"""The limits of a bot: how fast it sends, how many people it reaches in a day, how often one person.

All of them live in the database, so that workers on any number of hosts share them, and none of them sleeps.
"""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from messaging.claimed import Claimed
from messaging.models import Bot, Conversation

# Slots are handed out so many seconds ahead at most: what is handed out cannot give way any more.
LOOK_AHEAD = 0.25
# Calls that leave on time may arrive a little closer together; this much slower, and no window of a
# second ever holds more than the rate, whatever its beginning.
MARGIN = 1.05
# The rest of the rate is for people who wait for an answer.
CAMPAIGN_SHARE = 0.9
# https://developers.facebook.com/documentation/business-messaging/whatsapp/messaging-limits
REACH_PERIOD = dt.timedelta(hours=24)

_CLOCK = {"sqlite": "%(now)s", "postgresql": "EXTRACT(EPOCH FROM clock_timestamp())::float8"}
_LATEST = {"sqlite": "MAX", "postgresql": "GREATEST"}

_RESERVE = """
    UPDATE messaging_bot
    SET next_slot = {latest}(next_slot, {free}, {clock}) + %(taken)s{campaign}
    WHERE id = %(bot)s AND next_slot <= {clock} + %(ahead)s AND {free} <= {clock} + %(ahead)s
    RETURNING next_slot - %(taken)s - {clock}
"""
_CAMPAIGN = ", next_campaign_slot = {latest}(next_slot, next_campaign_slot, {clock}) + %(kept)s"


def interval(bot: Bot) -> float:
    """Seconds from one slot of a bot to the next."""
    return MARGIN / bot.rate


def reserve(bot: Bot, count: int, *, campaign: bool = False) -> float | None:
    """Take `count` slots of the bot's rate by one UPDATE.

    Returns the seconds until the first; the others follow at `interval`. None if the next free slot lies
    further ahead than `LOOK_AHEAD`: ask again a little later.
    """
    taken = count * interval(bot)
    values = {
        "bot": bot.pk,
        "taken": taken,
        "kept": taken / CAMPAIGN_SHARE,
        "ahead": LOOK_AHEAD,
        "now": time.time(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(campaign), values)
        row = cursor.fetchone()
    return max(row[0], 0.0) if row else None


def _statement(campaign: bool) -> str:
    names = {"clock": _CLOCK[connection.vendor], "latest": _LATEST[connection.vendor]}
    kept = _CAMPAIGN.format(**names) if campaign else ""
    return _RESERVE.format(**names, free="next_campaign_slot" if campaign else "next_slot", campaign=kept)


# -- People --------------------------------------------------------------------------------------


def has_limits(bot: Bot) -> bool:
    """Whether the bot limits how many people it writes to, or how often."""
    return bool(bot.pair_interval or bot.daily_reach is not None)


@dataclass(frozen=True)
class Admission:
    """Which rows may go to their people now; which not before when; which wait until the reach is free."""

    going: Sequence[Claimed]
    early: Sequence[tuple[Claimed, dt.datetime]] = ()
    beyond: Sequence[Claimed] = ()


def admit(bot: Bot, rows: Sequence[Claimed]) -> Admission:
    """Judge rows by the bot's limits, and count those that go as sent.

    To be called in a transaction: if that is rolled back, so is the count. The bot remembers until when its
    reach is used up.
    """
    if not has_limits(bot):
        return Admission(rows)
    Bot.objects.select_for_update().get(pk=bot.pk)  # one worker at a time counts for a bot
    talks = _conversations(bot, rows)
    early = _too_early(bot, rows, talks)
    on_time = [row for row in rows if row not in early]
    beyond = _beyond_reach(bot, on_time, talks)
    going = [row for row in on_time if row not in beyond]
    _note(bot, going)
    return Admission(going, list(early.items()), list(beyond))


def _conversations(bot: Bot, rows: Sequence[Claimed]) -> dict[int, Conversation]:
    contacts = {row.contact_id for row in rows}
    missing = [Conversation(bot=bot, contact_id=contact) for contact in contacts]
    Conversation.objects.bulk_create(missing, ignore_conflicts=True)
    return {talk.contact_id: talk for talk in Conversation.objects.filter(bot=bot, contact__in=contacts)}


def _too_early(
    bot: Bot, rows: Sequence[Claimed], talks: dict[int, Conversation]
) -> dict[Claimed, dt.datetime]:
    """Rows whose person got something less than the bot's interval ago, with the end of that interval."""
    pause, now = dt.timedelta(seconds=bot.pair_interval), timezone.now()
    free_at = {pk: talk.last_outbound_at + pause for pk, talk in talks.items() if talk.last_outbound_at}
    early = {}
    for row in rows if bot.pair_interval else ():
        until = free_at.get(row.contact_id, now)
        if until > now:
            early[row] = until
        free_at[row.contact_id] = max(until, now) + pause
    return early


def _beyond_reach(bot: Bot, rows: Sequence[Claimed], talks: dict[int, Conversation]) -> set[Claimed]:
    """Rows for which the bot would begin to write to more people than it may within 24 hours.

    Only what the business begins counts: a template to somebody whose window is closed.
    """
    if bot.daily_reach is None:
        return set()
    since = timezone.now() - REACH_PERIOD
    new = [row for row in rows if _begins(row, talks[row.contact_id], since)]
    people = list(dict.fromkeys(row.contact_id for row in new))
    reached = Conversation.objects.filter(bot=bot, reached_at__gt=since)
    room = max(bot.daily_reach - reached.count(), 0) if people else 0
    Conversation.objects.filter(bot=bot, contact__in=people[:room]).update(reached_at=timezone.now())
    if len(people) > room:
        _close_until_free(bot)
    refused = set(people[room:])
    return {row for row in new if row.contact_id in refused}


def _begins(row: Claimed, talk: Conversation, since: dt.datetime) -> bool:
    counted = talk.reached_at is not None and talk.reached_at > since
    return not row.loaded.needs_window and not talk.is_window_open and not counted


def _close_until_free(bot: Bot) -> None:
    """Templates of this bot wait until the first person drops out of the last 24 hours."""
    since = timezone.now() - REACH_PERIOD
    reached = Conversation.objects.filter(bot=bot, reached_at__gt=since).order_by("reached_at")
    first = reached.values_list("reached_at", flat=True).first()
    # At least a little, so that a queue of thousands is not looked through for every single place.
    soonest = timezone.now() + dt.timedelta(seconds=5)
    Bot.objects.filter(pk=bot.pk).update(
        reach_free_at=max(first + REACH_PERIOD, soonest) if first else soonest
    )


def _note(bot: Bot, rows: Sequence[Claimed]) -> None:
    if bot.pair_interval:
        contacts = [row.contact_id for row in rows]
        Conversation.objects.filter(bot=bot, contact__in=contacts).update(last_outbound_at=timezone.now())
