"""What may be claimed now: one definition, for those who look and for whoever wins it.

In SQL, since a pump asks many times in a second, and the ORM takes longer to write these questions than a
database to answer them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from messaging.models import Lane

# The queue of the bot whose key is put in, with the parameters of `values`. While a bot's reach is used up,
# its templates wait; what a Stop takes back is not won any more. A bare `m.id` there would have a database
# walk another index than the queue's.
ROWS = """
    FROM messaging_message AS m
    WHERE m.bot_id = {bot} AND m.status = 'queued' AND m.due_at <= %(now)s AND m.starts < %(most_starts)s
        AND (m.kind <> 'template' OR NOT EXISTS
            (SELECT 1 FROM messaging_bot WHERE id = {bot} AND reach_free_at > %(now)s))
        AND m.id + 0 > COALESCE(
            (SELECT MAX(up_to) FROM messaging_stop WHERE bot_id = {bot} AND ended_at IS NULL), 0)
"""
# Each lane by itself and in its order: only so the queue's index answers, and not all of history.
_FIRST = "(SELECT m.id {rows} AND m.lane = {lane} ORDER BY m.due_at, m.id LIMIT 1) IS NOT NULL"


@dataclass(frozen=True)
class Due:
    """What waits of one bot: something of people who wait for an answer, something of a campaign."""

    urgent: bool = False
    bulk: bool = False

    def __bool__(self) -> bool:
        return self.urgent or self.bulk


def look() -> dict[int, Due]:
    """The keys of all bots that have something due. Whether they may send it now is another question."""
    rows = ROWS.format(bot="bot.id")
    lanes = ", ".join(_FIRST.format(rows=rows, lane=lane.value) for lane in (Lane.INTERACTIVE, Lane.CAMPAIGN))
    with along_the_queue(), connection.cursor() as cursor:
        cursor.execute(f"SELECT bot.id, {lanes} FROM messaging_bot AS bot", values())  # noqa: S608
        found = {bot: Due(bool(urgent), bool(bulk)) for bot, urgent, bulk in cursor.fetchall()}
    return {bot: due for bot, due in found.items() if due}


def values() -> dict[str, Any]:
    """The parameters of `ROWS`."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return {"now": now, "most_starts": settings.SEND_MAX_STARTS}


@contextmanager
def along_the_queue() -> Iterator[None]:
    """Have PostgreSQL walk the queue's index, whatever its statistics say.

    They are up to a minute late. Right after 100,000 rows were queued it would read and sort all of them for
    each claim, which takes a thousand times as long.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
        yield
