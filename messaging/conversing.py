"""What people do in conversations: find one, read it, take it over, leave a note.

Everything begins with the conversations of the bots that a person may use. Answers go out as any message.
"""

import datetime as dt
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, TextChoices
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messaging.models import Bot, Contact, Conversation, Direction, Message, Note
from messaging.statuses import Status
from templates_app.scoping import User as AnyUser

# Conversations and messages on a page; and unread ones above the others.
PAGE, THREAD, UNREAD = 30, 40, 50
# Messages whose state may change while somebody looks.
RECENT = 30
# Of a message in the list of conversations.
EXCERPT = 120
# The same note of the same person within so long is a second press of the button.
DOUBLE_PRESS = dt.timedelta(seconds=10)
# The badge counts no further.
MANY = 99


class Shelf(TextChoices):
    """Which conversations somebody wants to see."""

    ALL = "all", _("All")
    UNREAD = "unread", _("Unread")
    MINE = "mine", _("Mine")
    FREE = "free", _("Unassigned")
    CLOSED = "closed", _("Closed")


# -- Finding ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """What a person chose above the list."""

    shelf: str = Shelf.ALL
    bot: int | None = None
    person: str = ""


def found(user: User, search: Search) -> QuerySet[Conversation]:
    """Those whose contact has written, and, for whoever looks for a person, all of that person's."""
    rows = Conversation.objects.for_user(user)
    if search.person:
        rows = rows.filter(contact__in=Contact.objects.for_user(user).matching(search.person))
    else:
        rows = rows.filter(last_inbound_at__isnull=False)
    if search.bot:
        rows = rows.filter(bot=search.bot)
    is_closed = Q(state=Conversation.State.CLOSED)
    return rows.filter(
        {
            Shelf.UNREAD: Q(unread__gt=0),
            Shelf.MINE: Q(assignee=user.pk) & ~is_closed,
            Shelf.FREE: Q(assignee=None) & ~is_closed,
            Shelf.CLOSED: is_closed,
        }.get(Shelf(search.shelf), Q() if search.person else ~is_closed)
    )


@dataclass(frozen=True)
class Listed:
    """A page of conversations: first those with something unread, then the others, the latest first."""

    rows: Sequence[Conversation]
    older: str = ""

    @property
    def version(self) -> str:
        """Other when anything that is shown has changed."""
        facts = [
            (row.pk, row.unread, row.last_inbound_at, row.assignee_id, vars(row)["latest"])
            for row in self.rows
        ]
        return f"{zlib.crc32(repr(facts).encode()):x}"


def page_of(rows: QuerySet[Conversation], before: str = "") -> Listed:
    """One page; `before` is the `older` of the page above it."""
    ordered = _shown(rows).order_by(F("last_inbound_at").desc(nulls_last=True), "-pk")
    read = ordered.filter(unread=0)
    if mark := _mark(before):
        at, pk = mark
        read = read.filter(Q(last_inbound_at__lt=at) | Q(last_inbound_at=at, pk__lt=pk))
    unread = [] if mark else list(ordered.filter(unread__gt=0)[:UNREAD])
    page = list(read[: PAGE + 1])
    last = page[PAGE - 1] if len(page) > PAGE else None
    older = f"{last.last_inbound_at.isoformat()}_{last.pk}" if last and last.last_inbound_at else ""
    return Listed([*unread, *page[:PAGE]], older)


def _shown(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """With what a line of the list says, and without what takes long to decipher."""
    latest = Message.objects.filter(bot=OuterRef("bot"), contact=OuterRef("contact"))
    latest = latest.exclude(status=Status.PLANNED).order_by("-pk")
    return (
        rows.select_related("bot", "contact", "assignee")
        .defer("bot__webhook_secret")
        .annotate(
            latest=Substr(Subquery(latest.values("text")[:1]), 1, EXCERPT),
            latest_direction=Subquery(latest.values("direction")[:1]),
        )
    )


def _mark(text: str) -> tuple[dt.datetime, int] | None:
    """None for anything that no page has given out."""
    at, _between, pk = text.rpartition("_")
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, int(pk)) if moment.tzinfo and pk.isdecimal() and len(pk) < 19 else None


def unread_count(user: AnyUser) -> int:
    """Conversations with something that nobody has read; 100 stands for more than that."""
    rows = Conversation.objects.for_user(user).filter(unread__gt=0).order_by()
    return len(rows.values_list("pk", flat=True)[: MANY + 1])


def badge(user: AnyUser) -> str:
    """The same as the navigation shows it; empty for none."""
    count = unread_count(user)
    return f"{MANY}+" if count > MANY else str(count or "")


def newest_inbound(user: User) -> str:
    """When somebody last wrote to any of this person's bots: a later one is news."""
    rows = Conversation.objects.for_user(user).filter(last_inbound_at__isnull=False)
    at = rows.order_by("-last_inbound_at").values_list("last_inbound_at", flat=True).first()
    return at.isoformat() if at else ""


# -- Reading ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entry:
    """A message or a note, in the order of time."""

    at: dt.datetime
    message: Message | None = None
    note: Note | None = None

    @property
    def is_inbound(self) -> bool:
        return self.message is not None and self.message.direction == Direction.IN


@dataclass(frozen=True)
class Page:
    """A part of a thread. `older` is the key to go on from; None where it begins."""

    entries: Sequence[Entry]
    older: int | None = None


def messages_of(conversation: Conversation) -> QuerySet[Message]:
    """All that was said, also what is on its way; a campaign that has not started has said nothing."""
    rows = Message.objects.filter(bot=conversation.bot_id, contact=conversation.contact_id)
    return rows.exclude(status=Status.PLANNED)


def thread(conversation: Conversation, before: int | None = None) -> Page:
    """The latest part of it, or the one before a message. Costs the same however long it is."""
    rows = messages_of(conversation)
    if before:
        rows = rows.filter(pk__lt=before)
    page = list(_whole(rows).order_by("-pk")[: THREAD + 1])
    older = page[THREAD - 1].pk if len(page) > THREAD else None
    page = page[:THREAD]
    notes = conversation.notes.select_related("author")
    if older:
        notes = notes.filter(created_at__gte=page[-1].created_at)
    if before and (next_one := messages_of(conversation).filter(pk=before).first()):
        notes = notes.filter(created_at__lt=next_one.created_at)
    return Page(_in_order(page, notes), older)


def _whole(rows: QuerySet[Message]) -> QuerySet[Message]:
    related = rows.select_related("version", "template", "answers", "created_by")
    return related.defer("answers__content", "detail")


def _in_order(messages: Sequence[Message], notes: QuerySet[Note]) -> list[Entry]:
    said = [Entry(message.created_at, message=message) for message in messages]
    noted = [Entry(note.created_at, note=note) for note in notes[:THREAD]]
    return sorted([*reversed(said), *noted], key=lambda entry: entry.at)


@dataclass(frozen=True)
class News:
    """What came since somebody last looked: new entries, and messages whose state may be another now."""

    entries: Sequence[Entry]
    changed: Sequence[Message]


def last_inbound(conversation: Conversation) -> uuid.UUID | None:
    """The public id of what the contact wrote last, among the latest, which an answer may quote."""
    recent = messages_of(conversation).order_by("-pk").values_list("direction", "public_id")[:RECENT]
    return next((key for direction, key in recent if direction == Direction.IN), None)


def version(conversation: Conversation) -> str:
    """Other when there is anything new: a message, a state, a note, an assignee, a window that closed."""
    latest = list(
        messages_of(conversation).order_by("-pk").values_list("pk", "status", "replied_at")[:RECENT]
    )
    note = conversation.notes.order_by("-pk").values_list("pk", flat=True).first()
    facts = (latest, note, conversation.assignee_id, conversation.state, conversation.is_window_open)
    return f"{zlib.crc32(repr(facts).encode()):x}"


def news(conversation: Conversation, after: int, after_note: int) -> News:
    recent = list(_whole(messages_of(conversation)).order_by("-pk")[: max(RECENT, THREAD)])
    new = [message for message in recent if message.pk > after]
    notes = conversation.notes.select_related("author").filter(pk__gt=after_note)
    changed = [one for one in recent if one.pk <= after and one.direction == Direction.OUT]
    return News(_in_order(new, notes), changed[:RECENT])


# -- Doing -----------------------------------------------------------------------------------------


def mark_read(conversation: Conversation) -> None:
    """What came while the page was on its way stays unread."""
    if conversation.unread:
        rows = Conversation.objects.filter(pk=conversation.pk)
        rows.filter(unread__lte=conversation.unread).update(unread=0)


def mark_unread(conversation: Conversation) -> None:
    """For later."""
    Conversation.objects.filter(pk=conversation.pk, unread=0).update(unread=1)


def colleagues(bot: Bot) -> QuerySet[User]:
    """Who may be asked to take over a conversation of this bot."""
    return bot.members.filter(is_active=True).order_by("username")


def assign(conversation: Conversation, person: User | None) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(assignee=person)


def set_state(conversation: Conversation, state: str) -> None:
    """A closed one opens by itself when the contact writes again."""
    Conversation.objects.filter(pk=conversation.pk).update(state=Conversation.State(state))


def leave_note(conversation: Conversation, author: User, text: str) -> Note:
    """The note; the one that is there if its button was pressed twice. Raises ValueError without words."""
    text = text.replace("\0", "").strip()[:4000]
    if not text:
        raise ValueError(_("Write the note first."))
    with transaction.atomic():
        # One press after the other.
        Conversation.objects.select_for_update().get(pk=conversation.pk)
        latest = conversation.notes.order_by("-pk").first()
        if latest and (latest.author_id, latest.text) == (author.pk, text) and _is_fresh(latest):
            return latest
        return conversation.notes.create(author=author, text=text, created_at=timezone.now())


def _is_fresh(note: Note) -> bool:
    return timezone.now() - note.created_at < DOUBLE_PRESS
