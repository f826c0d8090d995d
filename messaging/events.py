"""What we learn about a message, from wherever: each piece of news is one line of history, once.

`record_status` is the ratchet. Nothing else moves a message that has left our hands.
"""

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from messaging import failures
from messaging.models import (
    Bot,
    Message,
    MessageEvent,
    Source,
)
from messaging.statuses import EXPLAINED, Status, left_of
from messaging.value_table import value_table

logger = logging.getLogger(__name__)

REPLY = "REPLY"

# Made once: `json.dumps` would make one for each line.
_CANONICAL = json.JSONEncoder(sort_keys=True)

_OURS = (Source.PERSON, Source.WORKER, Source.ANSWER)

# The column that keeps when a state was reached.
STAMPS = {
    Status.ACCEPTED: "accepted_at",
    Status.SENT: "sent_at",
    Status.DELIVERED: "delivered_at",
    Status.READ: "read_at",
    Status.FAILED: "failed_at",
}


@dataclass(frozen=True)
class News:
    """One thing that became known. `status` is empty for a word that says nothing about the state.

    `actor` is whoever decided it, where a person did.
    """

    status: Status | None
    source: Source
    word: str = ""
    provider_id: str = ""
    at: dt.datetime | None = None
    reason: str = ""
    code: str = ""
    detail: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    actor: User | None = None

    @cached_property
    def raw_text(self) -> str:
        """`raw` as JSON, the same for equal data."""
        return _CANONICAL.encode(self.raw)

    def key(self, subject: str) -> str:
        """Equal for a repeat: same message, same word, same time; without a time, the same body.

        It begins with `subject`, so that lines of one message stand side by side in the index of keys.
        """
        when = self.at.isoformat() if self.at else self.raw_text
        parts = [subject, self.word or str(self.status), self.source if not self.provider_id else "", when]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f"{subject[:20]} {digest[:43]}"


def record_status(message: Message, news: News) -> bool:
    """Write `news` into the history of `message` and move the row if that is a step to the right.

    Returns whether the row moved. A repeat changes nothing. `message` itself is not refreshed.
    """
    event = line(message, news)
    with transaction.atomic():
        return _insert(event) and _move(message.pk, news, moment_of(event))


def line(message: Message, news: News) -> MessageEvent:
    """The line of history that says `news`, not yet written."""
    event = _event(message.bot_id, news, subject=_subject(message.pk, news))
    event.message = message
    return event


def _subject(message_id: int, news: News) -> str:
    """What the line is about: what others say, by their name of it, as it may come before we know whose
    it is; what we know ourselves, by our key.
    """
    return news.provider_id if news.provider_id and news.source not in _OURS else str(message_id)


# One statement: a bulk_create of these costs more than everything else that storing an answer takes.
_INSERT = """
    INSERT INTO messaging_messageevent (bot_id, message_id, provider_id, key, raw, provider_time, arrived_at,
        status, source, word, reason, provider_code, detail)
    SELECT new.bot, new.message, new.name, new.key, new.raw, NULL, {now}, 'accepted', 'answer', '', '', '', ''
    FROM {new} WHERE true ON CONFLICT DO NOTHING
"""
_COLUMNS = {"bot": "bigint", "message": "bigint", "name": "text", "key": "text", "raw": "jsonb"}
_NOW = {"sqlite": "%s", "postgresql": "%s::timestamptz"}


AcceptedLine = tuple[int, int, str, str, str]


def accepted_line(bot_id: int, message_id: int, news: News) -> AcceptedLine:
    """The line of history that says a message was taken, as `write_accepted` writes it."""
    return bot_id, message_id, news.provider_id, news.key(_subject(message_id, news)), news.raw_text


def write_accepted(lines: Sequence[AcceptedLine], at: dt.datetime) -> None:
    """Insert the lines of history of many messages that were taken now; a repeat inserts nothing.

    Moves no row: whoever calls it has moved them, in the same transaction.
    """
    _insert_many(_INSERT, _COLUMNS, lines, at)


_INSERT_CANCELED = """
    INSERT INTO messaging_messageevent (bot_id, message_id, actor_id, provider_id, key, raw, arrived_at,
        status, source, word, reason, provider_code, detail)
    SELECT new.bot, new.message, new.actor, '', new.key, '{{}}', {now}, 'canceled', 'person', '', '', '', ''
    FROM {new} WHERE true ON CONFLICT DO NOTHING
"""
_CANCELED_COLUMNS = {"bot": "bigint", "message": "bigint", "actor": "int", "key": "text"}


def write_canceled(canceled: Sequence[tuple[int, int]], actor: User, at: dt.datetime) -> None:
    """Insert the lines of history of many messages that this person took back now.

    Of each message its key and its bot's. Moves no row: whoever calls it has moved them, in
    the same transaction.
    """
    news = News(Status.CANCELED, Source.PERSON)
    rows = [(bot, message, actor.pk, news.key(_subject(message, news))) for message, bot in canceled]
    _insert_many(_INSERT_CANCELED, _CANCELED_COLUMNS, rows, at)


def _insert_many(
    statement: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]], at: dt.datetime
) -> None:
    new, values = value_table(columns, rows)
    statement = statement.format(new=new, now=_NOW[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(statement, [connection.ops.adapt_datetimefield_value(at), *values])


def _event(bot_id: int, news: News, subject: str) -> MessageEvent:
    return MessageEvent(
        bot_id=bot_id,
        actor=news.actor,
        provider_id=news.provider_id,
        key=news.key(subject),
        status=news.status or "",
        word=news.word[:60],
        source=news.source,
        reason=news.reason,
        provider_code=news.code[:100],
        detail=news.detail[:2000],
        provider_time=not_future(news.at),
        raw=news.raw,
    )


def _insert(event: MessageEvent) -> bool:
    """Returns False for a repeat, and leaves the line that is there alone."""
    if MessageEvent.objects.filter(bot_id=event.bot_id, key=event.key).exists():
        return False
    MessageEvent.objects.bulk_create([event], ignore_conflicts=True)
    return True


def moment_of(event: MessageEvent) -> dt.datetime:
    """When it happened: by the provider's clock, or else when we heard of it."""
    return event.provider_time or event.arrived_at


def _move(message_id: int, news: News, when: dt.datetime) -> bool:
    rows = Message.objects.filter(pk=message_id)
    if news.word == REPLY:
        rows.update(replied_at=earliest("replied_at", when))
    if news.status is None:
        return False
    if column := STAMPS.get(news.status):
        rows.update(**{column: earliest(column, when)})
    changes = {"status": news.status, "claim_id": None, "lease_until": None} | why(news)
    return bool(rows.filter(status__in=left_of(news.status)).update(**changes))


def why(news: News) -> dict[str, str]:
    """The columns that say why, for a row that `news` moves."""
    if news.reason or news.status in EXPLAINED:
        return {
            "reason": news.reason or failures.UNLISTED,
            "provider_code": news.code[:100],
            "detail": news.detail[:2000],
        }
    if news.status == Status.UNKNOWN:
        return {}
    return {"reason": "", "provider_code": "", "detail": ""}


def earliest(column: str, when: dt.datetime) -> Least:
    """The time a state was first reached, in whatever order the news of it comes."""
    return Least(Coalesce(column, when), when)


def not_future(at: dt.datetime | None) -> dt.datetime | None:
    """A provider's clock that runs ahead must not keep a window open longer than it is."""
    return min(at, timezone.now()) if at else None


# In SQL, since for a hundred ids the ORM takes longer to write the statement than a database to answer it.
_EARLY = """
    SELECT new.bot, new.name FROM {new} JOIN messaging_messageevent AS event
        ON event.bot_id = new.bot AND event.provider_id = new.name AND event.message_id IS NULL
"""
_EARLY_COLUMNS = {"bot": "bigint", "name": "text"}


def early(provider_ids: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of these ids, each with its bot's key, have news that came before them."""
    if not provider_ids:
        return set()
    new, values = value_table(_EARLY_COLUMNS, provider_ids)
    with connection.cursor() as cursor:
        cursor.execute(_EARLY.format(new=new), values)
        return set(cursor.fetchall())


def adopt(message: Message) -> None:
    """Give `message` the news that came before its provider id was stored.

    To be called after the transaction that stored the id, so that no webhook falls between the two.
    """
    waiting = MessageEvent.objects.filter(bot=message.bot_id, provider_id=message.provider_id, message=None)
    for event in waiting:
        with transaction.atomic():
            if MessageEvent.objects.filter(pk=event.pk, message=None).update(message=message):
                _move(message.pk, _news_of(event), moment_of(event))


def adopt_stragglers(since: dt.datetime) -> None:
    """Adopt what a worker died before adopting. News of messages that others sent is left where it is."""
    ours = Message.objects.filter(bot=OuterRef("bot"), provider_id=OuterRef("provider_id"))
    waiting = MessageEvent.objects.filter(message=None, arrived_at__gte=since).exclude(provider_id="")
    pairs = waiting.filter(Exists(ours)).order_by().values_list("bot_id", "provider_id").distinct()[:1000]
    for bot_id, provider_id in pairs:
        adopt(Message.objects.get(bot=bot_id, provider_id=provider_id))


def keep(bot: Bot, news: News) -> None:
    """Keep news of a message nobody here knows yet: the send call may store its id a moment later."""
    _insert(_event(bot.pk, news, subject=news.provider_id))


def _news_of(event: MessageEvent) -> News:
    return News(
        status=Status(event.status) if event.status else None,
        source=Source(event.source),
        word=event.word,
        provider_id=event.provider_id,
        at=event.provider_time,
        reason=event.reason,
        code=event.provider_code,
        detail=event.detail,
        raw=event.raw,
    )
