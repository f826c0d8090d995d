"""Sending messages again, one or many: new rows that point at the first, under the rules of today.

    refused   a rule of today is against it, or there is nothing to repeat
    doubtful  the first may have arrived, or sending again is early or useless: only if a person confirms it
    clear     the rest

A row is sent again once. Whoever wants it again sends its newest copy again, so that two people, two tabs
or two presses of a button never make two copies of one row.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging import deciding, events, explaining, queueing
from messaging.failures import Retry
from messaging.models import Attempt, Conversation, Direction, Message, MessageEvent, Outcome
from messaging.statuses import Status

# Rows written by one INSERT.
CHUNK = 500
SETTLE = "messaging.settle_message"

NOT_LEFT = frozenset({Status.PLANNED, Status.QUEUED, Status.SENDING})
# What the provider has taken, and may well be on the phone.
TAKEN: Mapping[str, str | Promise] = {
    Status.ACCEPTED: _("The provider took the first one. If it arrives, the person gets it twice."),
    Status.SENT: _("WhatsApp has the first one. If it arrives, the person gets it twice."),
    Status.DELIVERED: _("The first one is on the phone: the person gets it twice."),
    Status.READ: _("The person has read the first one already."),
    Status.UNKNOWN: _("Nobody knows whether the first one arrived. If it did, the person gets it twice."),
}


@dataclass(frozen=True)
class Candidate:
    """One row that somebody wants to send again: why not, or what to think of before."""

    message: Message
    refusal: str | Promise = ""
    doubt: str | Promise = ""


@dataclass(frozen=True)
class Plan:
    """What pressing the button would do now."""

    candidates: Sequence[Candidate]

    @property
    def refused(self) -> list[Candidate]:
        return [one for one in self.candidates if one.refusal]

    @property
    def doubtful(self) -> list[Candidate]:
        return [one for one in self.candidates if one.doubt and not one.refusal]

    @property
    def clear(self) -> list[Candidate]:
        return [one for one in self.candidates if not one.doubt and not one.refusal]


def rows(public_ids: Iterable[uuid.UUID], user: User) -> QuerySet[Message]:
    """The rows that `user` may see, oldest first, with all that the rules ask for."""
    related = ("bot__account", "contact", "template", "version")
    found = Message.objects.for_user(user).filter(public_id__in=list(public_ids))
    return found.select_related(*related).order_by("pk")


# -- Today's rules -------------------------------------------------------------------------------


def plan(messages: Sequence[Message], actor: User) -> Plan:
    """Ask the rules of today about each row. A few queries, however many rows; writes nothing."""
    windows, repeated = _open_windows(messages), _repeated(messages)
    uncertain, ours = _uncertain_attempts(messages), explaining.our_entries(messages)
    candidates, people = [], set()
    for message in messages:
        refusal = (
            _nothing_to_repeat(message, message.pk in repeated)
            or _undecided(message, uncertain.get(message.pk), actor)
            or (_TWICE if message.contact_id in people else "")
            or deciding.refusal(message, windows[message.bot_id])
        )
        if not refusal:
            people.add(message.contact_id)
        candidates.append(Candidate(message, refusal, "" if refusal else _doubt(message, ours)))
    return Plan(candidates)


# A press of Send reaches a person once; the database sees to it.
_TWICE = _("Another one you chose goes to the same person. Send this one again afterwards.")


def _nothing_to_repeat(message: Message, is_repeated: bool) -> str | Promise:
    if message.direction == Direction.IN:
        return _("This person wrote it to us. Only what was sent can be sent again.")
    if message.status in NOT_LEFT:
        return _("It has not left yet. Wait for what becomes of it.")
    if is_repeated:
        return _("It was sent again already. Open the newer message and send that one again.")
    return ""


def _undecided(message: Message, attempt: Attempt | None, actor: User) -> str | Promise:
    """An unknown outcome is decided by those who may, when the provider's list can say no more."""
    if message.status != Status.UNKNOWN:
        return ""
    if not actor.has_perm(SETTLE):
        return _("Nobody knows whether it arrived. Ask a supervisor to decide.")
    if deciding.offered_after(message, attempt) > timezone.now():
        return _("The provider may still say what became of it. Wait a little before you decide.")
    return ""


def _doubt(message: Message, ours: explaining.Entries) -> str | Promise:
    if message.status in TAKEN:
        return TAKEN[message.status]
    failure = explaining.why(message, ours)
    if failure is None:
        return ""
    if failure.retry == Retry.NEVER:
        return _("It will most likely fail again: %(why)s") % {"why": failure.sentence}
    ready_at = explaining.ready_at(message, failure)
    if ready_at and ready_at > timezone.now():
        return _("It is too early: %(why)s Wait: %(wait)s.") % {"why": failure.sentence, "wait": failure.wait}
    return ""


def _open_windows(messages: Sequence[Message]) -> Mapping[int, set[int]]:
    """By bot: the contacts who wrote to it within the last 24 hours."""
    found: dict[int, set[int]] = defaultdict(set)
    talks = Conversation.objects.filter(
        bot__in={message.bot_id for message in messages},
        contact__in={message.contact_id for message in messages},
        window_ends_at__gt=timezone.now(),
    )
    for bot, contact in talks.values_list("bot", "contact"):
        found[bot].add(contact)
    return found


def _repeated(messages: Sequence[Message]) -> set[int]:
    copies = Message.objects.filter(resend_of__in=[message.pk for message in messages])
    return {copy.resend_of_id for copy in copies.only("resend_of") if copy.resend_of_id}


def _uncertain_attempts(messages: Sequence[Message]) -> dict[int, Attempt]:
    """The last call of each unknown row that may have reached the provider."""
    unknown = [message.pk for message in messages if message.status == Status.UNKNOWN]
    if not unknown:
        return {}
    attempts = Attempt.objects.filter(message__in=unknown, outcome__in=(Outcome.STARTED, Outcome.UNKNOWN))
    return {attempt.message_id: attempt for attempt in attempts.defer("request", "answer").order_by("number")}


# -- Send ----------------------------------------------------------------------------------------


def resend(messages: Sequence[Message], actor: User, batch: uuid.UUID, *, confirmed: bool) -> list[Message]:
    """Write one queued row for each that the rules allow, and wake a worker once they are committed.

    Doubtful ones only if `confirmed`. `batch` names this press of the button: the same one again returns
    the rows of the first and writes nothing. The rules are asked again here, with the rows locked.
    """
    keys = [message.pk for message in messages]
    with transaction.atomic():
        locked = Message.objects.filter(pk__in=keys).select_for_update(of=("self",)).order_by("pk")
        found = list(locked.select_related("bot__account", "contact", "template", "version"))
        if earlier := list(Message.objects.filter(batch=batch, created_by=actor).order_by("pk")):
            return earlier
        today = plan(found, actor)
        chosen = today.clear + (today.doubtful if confirmed else [])
        return _write([one.message for one in chosen], actor, batch)


def _write(firsts: Sequence[Message], actor: User, batch: uuid.UUID) -> list[Message]:
    if not firsts:
        return []
    pairs = [(deciding.copy_of(first, actor, batch), first) for first in firsts]
    copies = Message.objects.bulk_create([again for again, _first in pairs], batch_size=CHUNK)
    lines = [
        events.line(row, news)
        for again, first in pairs
        for row, news in deciding.lines_of(again, first, actor)
    ]
    MessageEvent.objects.bulk_create(lines, batch_size=CHUNK)
    queueing.wake()
    return copies
