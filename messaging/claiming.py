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
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from messaging import due, pacing
from messaging.calls import Call, prepare
from messaging.claimed import Claimed
from messaging.models import Bot
from messaging.releasing import give_up, release, skip
from templates_app.models import Template, TemplateVersion

# Rows won at once, where several of them share a call.
MOST_ROWS = 256

# One statement, since a claim of few rows costs what its statements cost. A row that was started before goes
# alone: should it kill its worker again, it takes nobody along. What is returned is what sending needs of the
# rows, and what the rules ask about their people at this very moment. `status || ''` keeps the planner from
# an index of states: with statistics from before the queue was filled, PostgreSQL would read all of it.
_WIN = f"""
    WITH found AS (
        SELECT m.id, m.lane, m.due_at, m.starts {due.ROWS.format(bot="%(bot)s")}
        ORDER BY m.lane, m.due_at, m.id LIMIT %(size)s {{lock}}
    ), ranked AS (
        SELECT id, ROW_NUMBER() OVER queue AS place, SUM(starts) OVER queue AS worn
        FROM found WINDOW queue AS (ORDER BY lane, due_at, id)
    )
    UPDATE messaging_message
    SET status = 'sending', claim_id = %(claim)s, lease_until = %(lease)s, starts = starts + 1
    WHERE id IN (SELECT id FROM ranked WHERE place = 1 OR worn = 0) AND status || '' = 'queued'
    RETURNING lane, due_at, id, public_id, contact_id, kind, content, template_id, version_id, "to", starts,
        expires_at IS NOT NULL AND expires_at <= %(now)s,
        (SELECT MAX(number) FROM messaging_attempt WHERE message_id = messaging_message.id),
        (SELECT is_blocked FROM messaging_contact WHERE id = contact_id),
        EXISTS (SELECT 1 FROM messaging_conversation AS talk WHERE talk.bot_id = messaging_message.bot_id
            AND talk.contact_id = messaging_message.contact_id AND window_ends_at > %(now)s)
"""  # noqa: S608 - all of it is written here
_LOCK = {"sqlite": "", "postgresql": "FOR UPDATE OF m SKIP LOCKED"}


# -- Claim ---------------------------------------------------------------------------------------


def claim(
    bot: Bot, size: int, claim_id: uuid.UUID | None = None, versions: dict[int, TemplateVersion] | None = None
) -> list[Call]:
    """Win the right to send what `size` calls can carry, for the time of a lease.

    `versions` are those of templates that were read before, by key; they never change, and whoever claims
    often hands in the same dict. Should this raise because the database is away, `releasing.release_claim`
    with the same `claim_id` gives back what was won after all. Raises ProviderError if the account's
    credentials cannot be read.
    """
    provider = bot.account.provider
    size = min(size * provider.most_together, MOST_ROWS)
    rows = _win(bot, size, claim_id or uuid.uuid4(), {} if versions is None else versions)
    return prepare(provider, _admitted(bot, _unrefused(rows)))


def _win(
    bot: Bot, size: int, claim_id: uuid.UUID, versions: dict[int, TemplateVersion] | None = None
) -> list[Claimed]:
    lease = timezone.now() + dt.timedelta(seconds=settings.SEND_LEASE_SECONDS)
    asked = {
        "bot": bot.pk,
        "size": size,
        "claim": claim_id.hex,
        "lease": connection.ops.adapt_datetimefield_value(lease),
    }
    with due.along_the_queue(), connection.cursor() as cursor:
        cursor.execute(_WIN.format(lock=_LOCK[connection.vendor]), due.values() | asked)
        taken = sorted(cursor.fetchall(), key=itemgetter(0, 1, 2))
    return list(_understood(bot, claim_id, taken, {} if versions is None else versions))


def _understood(
    bot: Bot, claim_id: uuid.UUID, taken: Sequence[tuple[Any, ...]], versions: dict[int, TemplateVersion]
) -> Iterator[Claimed]:
    """Rows of one version share one object of it, so that it is read and understood once."""
    named = Template.objects.sendable().filter(pk__in={row[7] for row in taken if row[7]})
    sendable = set(named.order_by().values_list("pk", flat=True))
    if unread := {row[8] for row in taken if row[8]} - versions.keys():
        versions |= TemplateVersion.objects.in_bulk(unread)
    for lane, _due, pk, public_id, contact, kind, content, template, version, to, starts, *facts in taken:
        is_expired, tried, is_blocked, is_window_open = facts
        yield Claimed(
            pk=pk,
            public_id=public_id,
            claim_id=claim_id,
            bot=bot,
            contact_id=contact,
            kind=kind,
            content=content,
            template_id=template,
            is_sendable=template is None or template in sendable,
            version=versions[version] if version else None,
            to=to,
            lane=lane,
            starts=starts,
            tried=tried or 0,
            is_expired=bool(is_expired),
            is_blocked=bool(is_blocked),
            is_window_open=bool(is_window_open),
        )


def _admitted(bot: Bot, rows: Sequence[Claimed]) -> Sequence[Claimed]:
    """The rows that the limits of the bot let through now; the others wait until they do."""
    if not pacing.has_limits(bot):
        return rows
    with transaction.atomic():
        admission = pacing.admit(bot, rows)
        for row, due_at in admission.early:
            release(row.message, due_at=due_at, reason="pair_interval", counted=False)
        for row in admission.beyond:
            release(row.message, reason="daily_reach", counted=False)
    return admission.going


# -- Rules at the last moment --------------------------------------------------------------------


def _unrefused(rows: Iterable[Claimed]) -> list[Claimed]:
    """The rows that no rule refuses now; the others are skipped, and those nobody can read are put back."""
    allowed = []
    for row in rows:
        try:
            refusal = _objection(row)
        except Exception:  # this row alone: `give_up` logs it and counts it against it
            give_up(row.message)
            continue
        if refusal:
            skip(row.message, refusal)
        else:
            allowed.append(row)
    return allowed


def _objection(row: Claimed) -> str:
    return objection(
        is_blocked=row.is_blocked,
        is_expired=row.is_expired,
        is_sendable=row.is_sendable,
        is_window_shut=row.loaded.needs_window and not row.is_window_open,
    )


def objection(*, is_blocked: bool, is_expired: bool, is_sendable: bool, is_window_shut: bool) -> str:
    """Why a row may not leave after all, as a key of `failures`; empty if it may.

    Asked now and not when the message was written: consent, blocks and templates change in between.
    """
    if is_blocked:
        return "contact_blocked"
    if is_expired:
        return "expired"
    if not is_sendable:
        return "template_not_approved"
    return "window_closed" if is_window_shut else ""
