"""Why a message has its state, in words: the catalogue, what this installation wrote itself, and the others.

The catalogue is `failures`, which knows no database. What a provider said that is not in it may have a
`ReasonEntry`; here the two meet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging import failures
from messaging.failures import UNLISTED, Failure, Retry, Side, Step
from messaging.models import Message, ReasonEntry
from messaging.statuses import EXPLAINED, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from templates_app.scoping import User

# Our own entries, by provider and what it says in small letters.
Entries = Mapping[tuple[str, str], Failure]

# Rows of history that are looked at to count others; beyond them it is "more than".
MOST_OTHERS = 2_000
DAY = dt.timedelta(days=1)

# What each state proves, and what it does not.
STATES: dict[str, StrOrPromise] = {
    Status.PLANNED: _("It belongs to a campaign that has not started."),
    Status.QUEUED: _("It waits for its turn to leave."),
    Status.SENDING: _("A worker is handing it to the provider at this moment."),
    Status.UNKNOWN: _("The request may have reached the provider, but no answer came that says so."),
    Status.ACCEPTED: _("The provider took it. Whether WhatsApp has it is not known yet."),
    Status.SENT: _("WhatsApp has it, and the phone has not fetched it yet: it is off or not connected."),
    Status.DELIVERED: _("It is on the phone. Whether it was opened is only told if the person allows it."),
    Status.READ: _("The person opened it."),
    Status.FAILED: _("It will not arrive."),
    Status.CANCELED: _("It was canceled before it left, so nothing was sent."),
    Status.SKIPPED: _("A rule kept it from being sent, so nothing was sent."),
    Status.RECEIVED: _("The person wrote it to us."),
}


@dataclass(frozen=True)
class Others:
    """How many more rows of the last day have the same reason; `is_more` where counting stopped early."""

    count: int
    is_more: bool = False


@dataclass(frozen=True)
class Explanation:
    """What a message's page says about a row that failed or was skipped.

    `said` is what an entry of our own would be about, empty where the catalogue knows it. Before `ready_at`
    sending again is too early.
    """

    failure: Failure
    others: Others
    said: str = ""
    ready_at: dt.datetime | None = None

    @property
    def is_too_early(self) -> bool:
        return self.ready_at is not None and self.ready_at > timezone.now()


def explain(message: Message, user: User) -> Explanation | None:
    """None where nothing went wrong. `others` are those that `user` may see."""
    failure = why(message)
    if failure is None:
        return None
    is_listed = failure.key != UNLISTED or failure.step != Step.ENTRY
    return Explanation(
        failure=failure,
        others=others(message, user),
        said="" if is_listed else said(message),
        ready_at=ready_at(message, failure),
    )


def why(message: Message, ours: Entries | None = None) -> Failure | None:
    """The reason of a row, in our own words where the catalogue has none; `ours` saves a query."""
    if not message.reason:
        return None
    ours = our_entries([message]) if ours is None else ours
    return failures.explain(message.reason, ours.get(_subject(message)))


def said(message: Message) -> str:
    """What the provider says in a case like this: its code, or its sentence where it gives no code."""
    return (message.provider_code or message.detail).strip()[:200]


def ready_at(message: Message, failure: Failure) -> dt.datetime | None:
    """From when on sending again can help, where time alone helps."""
    since = message.failed_at or message.created_at
    return since + failure.delay if failure.delay else None


def others(message: Message, user: User) -> Others:
    """Rows of the last 24 hours that ended for the same reason; of an unlisted one, with the same code.

    Looks at the newest rows of that status alone, so that it costs the same at any size of history.
    """
    if message.status not in EXPLAINED:
        return Others(0)
    since = timezone.now() - DAY
    ended_so = Message.objects.filter(status=message.status).order_by("-pk")
    latest = ended_so.values("pk")[:MOST_OTHERS]
    alike = Message.objects.for_user(user).filter(pk__in=latest, reason=message.reason, created_at__gte=since)
    if message.reason == UNLISTED:
        alike = alike.filter(provider_code=message.provider_code)
    first = list(ended_so.values_list("created_at", flat=True)[MOST_OTHERS - 1 : MOST_OTHERS])
    return Others(alike.exclude(pk=message.pk).count(), is_more=bool(first) and first[0] >= since)


# -- Our own entries -----------------------------------------------------------------------------


def our_entries(messages: Iterable[Message]) -> Entries:
    """What we wrote about the rows whose reason is unlisted, in one query, or in none if there are none."""
    kinds = {message.bot.account.kind for message in messages if message.reason == UNLISTED}
    entries = ReasonEntry.objects.filter(provider__in=kinds) if kinds else ()
    return {(entry.provider, entry.said.casefold()): as_failure(entry) for entry in entries}


def _subject(message: Message) -> tuple[str, str]:
    return message.bot.account.kind, said(message).casefold()


def as_failure(entry: ReasonEntry) -> Failure:
    """The entry as the catalogue would have it."""
    return Failure(
        key=UNLISTED,
        sentence=entry.sentence,
        side=Side(entry.side),
        retry=Retry(entry.retry),
        action=entry.action,
        wait=_in_words(entry.wait_minutes) if entry.wait_minutes else "",
        step=Step(entry.step),
        delay=dt.timedelta(minutes=entry.wait_minutes) if entry.wait_minutes else None,
    )


def _in_words(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if rest:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
