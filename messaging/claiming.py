"""Winning rows of the queue: QUEUED → SENDING by one conditional UPDATE, with a lease.

    win       the rows are ours and their starts counted, before anything that may break is done with them
    refuse    a rule, a limit or a mistake of our own takes some out again
    prepare   the calls that will carry them

Nothing leaves without an attempt that was written before: `calls.write_down`. So whoever finds a lease run
out knows: without an attempt nothing left; with one, it may have.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from messaging import pacing
from messaging.calls import Call, prepare
from messaging.models import Bot, Contact, Conversation, Message
from messaging.releasing import give_up, release, skip
from messaging.statuses import Status
from templates_app.models import Template, TemplateVersion

# Rows won at once, where several of them share a call.
MOST_ROWS = 256
# What sending needs of a row; the rest is fetched if somebody asks.
COLUMNS = (
    *("public_id", "bot_id", "contact_id", "kind", "content", "template_id"),
    *("version_id", "to", "status", "lane", "due_at", "expires_at", "claim_id", "lease_until", "starts"),
)


# -- Claim ---------------------------------------------------------------------------------------


def claim(bot: Bot, size: int, claim_id: uuid.UUID | None = None) -> list[Call]:
    """Win the right to send what `size` calls can carry, for the time of a lease.

    Should this raise because the database is away, `releasing.release_claim` with the same `claim_id` gives
    back what was won after all. Raises ProviderError if the account's credentials cannot be read.
    """
    provider = bot.account.provider
    size = min(size * provider.most_together, MOST_ROWS)
    if not (messages := _win(bot, size, claim_id or uuid.uuid4())):
        return []
    messages = _admitted(bot, _unrefused(bot, messages))
    return prepare(bot, provider, messages)


def claimable() -> QuerySet[Message]:
    """The queue without the rows that were started too often."""
    return Message.objects.due().filter(starts__lt=settings.SEND_MAX_STARTS)


def due(bot: Bot) -> QuerySet[Message]:
    """What a worker may claim of this bot now, in the order in which it is sent."""
    rows = claimable().filter(bot=bot)
    if bot.reach_free_at and bot.reach_free_at > timezone.now():
        rows = rows.exclude(kind="template")
    # What a Stop takes back is not won any more, however old `bot` is. In SQL, because the ORM takes longer
    # to write this than a database to answer it; a bare key would have one walk another index.
    taken_back = "SELECT MAX(up_to) FROM messaging_stop WHERE bot_id = %s AND ended_at IS NULL"
    return rows.extra(where=[f"messaging_message.id + 0 > COALESCE(({taken_back}), 0)"], params=[bot.pk])  # noqa: S610


def has_due(bot: Bot) -> bool:
    """Whether there is anything to claim; in the queue's order, which its index knows."""
    return bool(due(bot).values_list("pk", flat=True)[:1])


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


def _win(bot: Bot, size: int, claim_id: uuid.UUID) -> list[Message]:
    with transaction.atomic(), along_the_queue():
        rows = due(bot).select_for_update(skip_locked=True).values_list("pk", "starts")
        keys = _company(list(rows[:size]))
        lease = timezone.now() + dt.timedelta(seconds=settings.SEND_LEASE_SECONDS)
        Message.objects.filter(pk__in=keys, status=Status.QUEUED).update(
            status=Status.SENDING, claim_id=claim_id, lease_until=lease, starts=F("starts") + 1
        )
    won = Message.objects.filter(pk__in=keys, claim_id=claim_id, status=Status.SENDING)
    messages = list(won.only(*COLUMNS)) if keys else []
    _attach(bot, messages)
    order = {key: place for place, key in enumerate(keys)}
    return sorted(messages, key=lambda message: order[message.pk])


def _company(rows: Sequence[tuple[int, int]]) -> list[int]:
    """A row that was started before goes alone: should it kill its worker again, it takes nobody along."""
    fresh = [pk for pk, _starts in takewhile(lambda row: not row[1], rows)]
    return fresh or [pk for pk, _starts in rows[:1]]


def _attach(bot: Bot, messages: Iterable[Message]) -> None:
    """Rows of one template share one object of it, so that it is read and understood once."""
    messages = list(messages)
    templates = Template.objects.in_bulk({row.template_id for row in messages if row.template_id})
    versions = TemplateVersion.objects.in_bulk({row.version_id for row in messages if row.version_id})
    for message in messages:
        message.bot = bot
        message.template = templates.get(message.template_id) if message.template_id else None
        message.version = versions.get(message.version_id) if message.version_id else None


def _admitted(bot: Bot, messages: Sequence[Message]) -> list[Message]:
    """The rows that the limits of the bot let through now; the others wait until they do."""
    with transaction.atomic():
        admitted, later = pacing.admit(bot, messages)
        for message, due_at in later:
            release(message, due_at=due_at, reason=_why_later(due_at), counted=False)
    return admitted


def _why_later(due_at: dt.datetime) -> str:
    return "pair_interval" if due_at > timezone.now() else "daily_reach"


# -- Rules at the last moment --------------------------------------------------------------------


def _unrefused(bot: Bot, messages: Sequence[Message]) -> list[Message]:
    """The rows that no rule refuses now; the others are skipped, and those nobody can read are put back."""
    windows, blocked = _open_windows(bot, messages), _blocked(messages)
    allowed = []
    for message in messages:
        try:
            refusal = objection(message, windows=windows, blocked=blocked)
        except Exception:  # this row alone: `give_up` logs it and counts it against it
            give_up(message)
            continue
        if refusal:
            skip(message, refusal)
        else:
            allowed.append(message)
    return allowed


def objection(message: Message, *, windows: set[int], blocked: set[int]) -> str:
    """Why this row may not leave after all, as a key of `failures`; empty if it may.

    Asked now and not when the message was written: consent, blocks and templates change in between.
    `windows` are the contacts who wrote within the last 24 hours, `blocked` those who get nothing.
    """
    if message.contact_id in blocked:
        return "contact_blocked"
    if message.expires_at and message.expires_at <= timezone.now():
        return "expired"
    if message.template is not None and not message.template.is_sendable:
        return "template_not_approved"
    if message.loaded.needs_window and message.contact_id not in windows:
        return "window_closed"
    return ""


def _blocked(messages: Sequence[Message]) -> set[int]:
    contacts = Contact.objects.filter(pk__in=[message.contact_id for message in messages], is_blocked=True)
    return set(contacts.values_list("pk", flat=True))


def _open_windows(bot: Bot, messages: Sequence[Message]) -> set[int]:
    contacts = [message.contact_id for message in messages if message.kind != "template"]
    if not contacts:
        return set()
    open_ones = Conversation.objects.filter(bot=bot, contact__in=contacts, window_ends_at__gt=timezone.now())
    return set(open_ones.values_list("contact", flat=True))
