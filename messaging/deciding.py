"""What a person decides about a message whose outcome nobody knows, and what stands behind the question.

    assume sent    the row moves on, as if the provider had said that it took it
    send again     a new row with the same content; the first stays unknown until evidence comes, if it does

Both are recorded with the person's name. Evidence that comes first wins, and the person is told.
"""

import datetime as dt
import uuid

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging import claiming, failures, listing, matching, queueing
from messaging.events import News, record_status
from messaging.models import Attempt, Lane, Message, Outcome, Source
from messaging.providers import PROVIDERS
from messaging.reconciling import grace
from messaging.statuses import Status

# The decision as a word in the history of the first row.
SENT_AGAIN = "SENT_AGAIN"
ASSUMED = "ASSUMED_SENT"


class Undecidable(Exception):
    """It cannot be decided so, or there is nothing to decide any more. `sentence` is for people."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = str(sentence)


# -- The question --------------------------------------------------------------------------------


def uncertain_attempt(message: Message) -> Attempt | None:
    """The call that may have reached the provider."""
    uncertain = message.attempts.filter(outcome__in=(Outcome.STARTED, Outcome.UNKNOWN))
    return uncertain.order_by("-number").first()


def offered_at(message: Message) -> dt.datetime:
    """From when on a person may decide: as soon as nothing more can be expected of the provider's list."""
    return offered_after(message, uncertain_attempt(message))


def offered_after(message: Message, attempt: Attempt | None) -> dt.datetime:
    """The same for a row whose uncertain attempt is known."""
    end = matching.end_of(attempt) if attempt else message.created_at
    return end + grace() if listing.is_listed(message) else end


def refusal(message: Message, windows: set[int] | None = None) -> str:
    """Why today's rules refuse to send the same again, in words; empty if they do not.

    `windows` are the contacts who wrote to its bot within the last 24 hours; looked up if not given.
    """
    if message.bot.obstacle and not message.bot.is_paused:
        return message.bot.obstacle_sentence
    if message.contact.wa_id is None:
        return str(_("This contact has no number to write to."))
    if message.template is not None and message.template.version_id != message.version_id:
        return str(_("The template has changed since then. Write the message anew."))
    windows = _open_windows(message) if windows is None else windows
    reason = claiming.objection(
        is_blocked=message.contact.is_blocked,
        is_expired=bool(message.expires_at and message.expires_at <= timezone.now()),
        is_sendable=message.template is None or message.template.is_sendable,
        is_window_shut=message.loaded.needs_window and message.contact_id not in windows,
    )
    return str(failures.explain(reason).sentence) if reason else _problem(message)


def _problem(message: Message) -> str:
    """What the rules of today find wrong with its words and values; they may be newer than the message."""
    account = message.bot.account
    objections = PROVIDERS[account.kind].objections(message.loaded, account.options)
    hard = [problem for problem in [*message.loaded.problems(), *objections] if problem.hard]
    return str(hard[0].message) if hard else ""


def _open_windows(message: Message) -> set[int]:
    talks = message.bot.conversations.filter(contact=message.contact_id, window_ends_at__gt=timezone.now())
    return set(talks.values_list("contact", flat=True))


# -- The answer ----------------------------------------------------------------------------------


def assume_sent(message: Message, actor: User) -> None:
    """Take it for sent: the person got it, or does not need it. Raises Undecidable."""
    with transaction.atomic():
        row = _undecided(message)
        record_status(row, News(Status.ACCEPTED, Source.PERSON, word=ASSUMED, actor=actor))


def send_again(message: Message, actor: User) -> Message:
    """Write a second row with the same content, and wake a worker. Raises Undecidable.

    Doing it twice returns the row of the first time.
    """
    batch = uuid.uuid5(message.public_id, "again")
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message.pk)
        if earlier := Message.objects.filter(batch=batch).first():
            return earlier
        row = _undecided(message)
        if why := refusal(row):
            raise Undecidable(why)
        again = copy_of(row, actor, batch)
        Message.objects.bulk_create([again])
        for one, news in lines_of(again, row, actor):
            record_status(one, news)
        queueing.wake()
    return again


def _undecided(message: Message) -> Message:
    """The row, locked until the decision is written."""
    row = Message.objects.select_for_update().get(pk=message.pk)
    if row.status != Status.UNKNOWN:
        sentence = _("News came in the meantime: the message is “%(status)s”. Nothing was changed.")
        raise Undecidable(sentence % {"status": row.get_status_display()})
    if row.resends.exists():
        raise Undecidable(_("It was sent again already."))
    if offered_at(row) > timezone.now():
        raise Undecidable(_("The provider may still say what became of it. Wait a little before you decide."))
    return row


# -- The second row ------------------------------------------------------------------------------


def copy_of(message: Message, actor: User, batch: uuid.UUID) -> Message:
    """A row that says the same to the same person, at the number they have today; not yet written."""
    return Message(
        bot=message.bot,
        contact=message.contact,
        kind=message.kind,
        content=message.content,
        template=message.template,
        version=message.version,
        text=message.text,
        to=message.contact.wa_id or "",
        lane=Lane.INTERACTIVE,
        due_at=timezone.now(),
        expires_at=message.expires_at,
        batch=batch,
        created_by=actor,
        resend_of=message,
    )


def lines_of(again: Message, first: Message, actor: User) -> list[tuple[Message, News]]:
    """What the history of both rows says about it."""
    raw = {"again": str(again.public_id)}
    return [
        (again, News(Status.QUEUED, Source.PERSON, actor=actor)),
        (first, News(None, Source.PERSON, word=SENT_AGAIN, raw=raw, actor=actor)),
    ]
