"""Reading stored history again with today's code: what each row would say now, and making it say so.

The columns that say what became of a message follow from its lines of history alone: `derive` folds them by
the rules that `events.record_status` moves a row by. What a webhook said is read anew from its raw body.

A row that waits, or that a worker holds, is the queue's and not history's: it is left alone. And no row is
ever put back into the queue, whatever its history lacks: it would be sent twice.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.db.models import Min, QuerySet

from messaging import failures
from messaging.events import REPLY, STAMPS, News, moment_of, why
from messaging.intake import apply_delivery
from messaging.models import DeliveryState, Direction, Message, MessageEvent, Source, WebhookDelivery
from messaging.providers import PROVIDERS
from messaging.providers.base import StatusEvent
from messaging.statuses import WAITING, Status, left_of

# Rows read, judged and written at once.
CHUNK = 500
# Asked once for every line of history; made anew each time, it takes a sixth of a replay.
KNOWN = frozenset(Status.values)


@dataclass
class State:
    """The columns of a message that follow from its history."""

    status: str = Status.QUEUED
    reason: str = ""
    provider_code: str = ""
    detail: str = ""
    accepted_at: dt.datetime | None = None
    sent_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None
    read_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None
    replied_at: dt.datetime | None = None


COLUMNS = tuple(column.name for column in fields(State))
_TIMES = frozenset(column for column in COLUMNS if column.endswith("_at"))


@dataclass(frozen=True)
class Difference:
    """A row that says something else than its history does by today's code."""

    pk: int
    public_id: uuid.UUID
    before: State
    after: State

    @property
    def changed(self) -> dict[str, tuple[Any, Any]]:
        """The columns that differ, each as it is and as it would be."""
        before, after = asdict(self.before), asdict(self.after)
        return {name: (before[name], after[name]) for name in COLUMNS if before[name] != after[name]}


@dataclass
class Review:
    """What a look at some rows came to; `unproven` are further than their history can prove."""

    looked: int = 0
    differences: list[Difference] = field(default_factory=list)
    unproven: list[uuid.UUID] = field(default_factory=list)
    without_history: int = 0


@dataclass(frozen=True)
class Selection:
    """Which rows, by when they were written; nothing means all."""

    bot: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    message: uuid.UUID | None = None

    def of(self, rows: QuerySet, time: str) -> QuerySet:
        """`rows` narrowed to it; `time` is the column that says when."""
        given: dict[str, Any] = {"bot": self.bot, "public_id": self.message}
        given |= {f"{time}__gte": self.since, f"{time}__lt": self.until}
        return rows.filter(**{name: value for name, value in given.items() if value is not None})


# -- One row -------------------------------------------------------------------------------------


def derive(events: Iterable[MessageEvent], kind: str, replied_at: dt.datetime | None = None) -> State:
    """What the lines of one message's history come to. `kind` is its provider, `replied_at` the first
    message of the contact that answers it."""
    state = State(replied_at=replied_at)
    for event in events:
        news = _today(event, kind)
        _step(state, news, news.at or moment_of(event))
    return state


def _step(state: State, news: News, when: dt.datetime) -> None:
    """The counterpart of `events._move`, for a row in memory."""
    if news.word == REPLY:
        state.replied_at = _earlier(state.replied_at, when)
    if news.status is None:
        return
    if column := STAMPS.get(news.status):
        setattr(state, column, _earlier(getattr(state, column), when))
    if news.status in WAITING and state.status in WAITING:
        state.status, state.reason = news.status, news.reason
    elif state.status in left_of(news.status):
        state.status = news.status
        for name, text in why(news).items():
            setattr(state, name, text)


def _earlier(known: dt.datetime | None, when: dt.datetime) -> dt.datetime:
    return min(known, when) if known else when


def _today(event: MessageEvent, kind: str) -> News:
    """What a line of history says when today's code reads it. What is no news of a provider stays."""
    status = Status(event.status) if event.status in KNOWN else None
    source = Source(event.source)
    news = News(status, source, event.word, reason=event.reason, code=event.provider_code)
    news = replace(news, detail=event.detail)
    if source == Source.WEBHOOK and (told := _read_again(event, kind)):
        at = told.at if told.at and told.at <= event.arrived_at else None
        news = replace(news, status=told.status, code=told.code, detail=told.detail, at=at)
    if news.status == Status.FAILED and source in (Source.WEBHOOK, Source.ANSWER, Source.RECONCILE):
        said = bool(news.code or news.detail)
        news = replace(news, reason=failures.reason_for(news.code, news.detail) if said else news.reason)
    return news


def _read_again(event: MessageEvent, kind: str) -> StatusEvent | None:
    """The status in a stored webhook; None for what does not hold exactly that one, such as a reply."""
    told = [one for one in PROVIDERS[kind].parse(event.raw) if isinstance(one, StatusEvent)]
    return told[0] if len(told) == 1 and told[0].provider_id == event.provider_id else None


# -- All of them ---------------------------------------------------------------------------------


def review(selection: Selection) -> Iterator[Review]:
    """Compare rows with their history, chunk by chunk and oldest first. Changes nothing."""
    rows = selection.of(Message.objects.filter(direction=Direction.OUT), "created_at").order_by("pk")
    last = 0
    while chunk := list(_light(rows.filter(pk__gt=last))[:CHUNK]):
        yield _judge(chunk)
        last = chunk[-1].pk


def mend(found: Review) -> int:
    """Make the rows that differ say what their history does; returns how many were changed.

    They are locked and judged anew: news may have come since.
    """
    keys = [one.pk for one in found.differences]
    if not keys:
        return 0
    with transaction.atomic():
        rows = Message.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
        return rebuild(_judge(list(_light(rows))).differences)


def _light(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.select_related("bot__account").only(*COLUMNS, "public_id", "bot__account__kind")


def _judge(rows: Sequence[Message]) -> Review:
    found = Review(looked=len(rows))
    history, replies = _history(rows), _replies(rows)
    for row in rows:
        if row.status == Status.SENDING:
            continue
        if row.pk not in history:
            found.without_history += 1
            continue
        before = State(**{name: getattr(row, name) for name in COLUMNS})
        after = derive(history[row.pk], row.bot.account.kind, replies.get(row.pk))
        if after.status in WAITING and before.status in WAITING:
            # Why it waits, and in which state, is for the queue to say.
            after = replace(after, **{name: getattr(before, name) for name in COLUMNS if name not in _TIMES})
        if after.status in WAITING and before.status not in WAITING:
            found.unproven.append(row.public_id)
        elif before != after:
            found.differences.append(Difference(row.pk, row.public_id, before, after))
    return found


def _history(rows: Sequence[Message]) -> Mapping[int, list[MessageEvent]]:
    found: dict[int, list[MessageEvent]] = defaultdict(list)
    events = MessageEvent.objects.filter(message__in=[row.pk for row in rows]).order_by("pk")
    for event in events.defer("key", "bot", "actor"):
        if event.message_id:
            found[event.message_id].append(event)
    return found


def _replies(rows: Sequence[Message]) -> dict[int, dt.datetime]:
    answers = Message.objects.filter(answers__in=[row.pk for row in rows], direction=Direction.IN)
    return dict(answers.order_by().values_list("answers").annotate(Min("created_at")))


# One statement for many rows; it is the only writer of a status that no news comes with.
_REBUILD = """
    UPDATE messaging_message SET {columns}
    FROM (VALUES {rows}) AS new WHERE id = new.column1 AND status = new.column2
"""


def rebuild(differences: Sequence[Difference]) -> int:
    """Write what history says; a row that moved since it was looked at is left alone."""
    if not differences:
        return 0
    cast = "::timestamptz" if connection.vendor == "postgresql" else ""
    columns = ", ".join(
        f"{name} = new.column{place}{cast if name in _TIMES else ''}"
        for place, name in enumerate(COLUMNS, start=3)
    )
    rows = ", ".join([f"({', '.join(['%s'] * (len(COLUMNS) + 2))})"] * len(differences))
    with connection.cursor() as cursor:
        cursor.execute(_REBUILD.format(columns=columns, rows=rows), list(chain(*map(_values, differences))))
        return cursor.rowcount


def _values(one: Difference) -> list[Any]:
    after = asdict(one.after)
    adapt = connection.ops.adapt_datetimefield_value
    return [
        one.pk,
        str(one.before.status),
        *(adapt(after[name]) if name in _TIMES else str(after[name]) for name in COLUMNS),
    ]


# -- Webhooks that were not applied --------------------------------------------------------------

# What may be read, matched or applied today. What was refused is not even kept.
OPEN = (DeliveryState.RECEIVED, DeliveryState.UNMATCHED, DeliveryState.UNREADABLE, DeliveryState.FAILED)


def deliveries(selection: Selection) -> QuerySet[WebhookDelivery]:
    """Stored webhooks of which something was not applied, oldest first."""
    rows = selection.of(WebhookDelivery.objects.filter(state__in=OPEN), "received_at")
    return rows.order_by("pk")


def apply_again(selection: Selection) -> Iterator[tuple[str, str]]:
    """Apply each once more; what was applied before changes nothing. Yields its state before and after."""
    last = 0
    while chunk := list(deliveries(selection).filter(pk__gt=last).select_related("bot__account")[:CHUNK]):
        for delivery in chunk:
            before = delivery.state
            try:
                apply_delivery(delivery)
            except Exception:  # it is marked as failed, with what went wrong
                delivery.refresh_from_db(fields=["state"])
            yield before, delivery.state
        last = chunk[-1].pk
