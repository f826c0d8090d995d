"""From a draft and a choice of people to queued rows, one for each person, written at once."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging import failures, phones, queueing
from messaging.content import Content, shown
from messaging.drafts import Draft
from messaging.events import News, line
from messaging.models import Bot, Contact, Conversation, Message, MessageEvent, Source, Tag
from messaging.providers import PROVIDERS
from messaging.statuses import Status
from templates_app.rules import Problem

# Rows written by one INSERT.
CHUNK = 500


@dataclass(frozen=True)
class Refused:
    """Somebody who will not get the message. `who` is as the person typed or chose it."""

    who: str
    why: str | Promise


@dataclass(frozen=True)
class Recipient:
    """`contact` has no primary key yet if its number was typed for the first time."""

    contact: Contact
    content: Content


@dataclass(frozen=True)
class Audience:
    """Who was chosen, each person once, and what was not understood. Nothing is written yet."""

    contacts: Sequence[Contact] = ()
    refused: Sequence[Refused] = ()
    repeated: int = 0


@dataclass(frozen=True)
class Plan:
    """What Send would do now: who gets which copy, who gets none and why, and what must be mended first.

    `sample` is the copy to preview: the first recipient's, or one for nobody in particular.
    """

    recipients: Sequence[Recipient]
    refused: Sequence[Refused]
    repeated: int
    problems: Sequence[Problem]
    sample: Content
    sample_contact: Contact | None = None

    @property
    def can_send(self) -> bool:
        return bool(self.recipients) and not any(problem.hard for problem in self.problems)


# -- Who -----------------------------------------------------------------------------------------


def gather(
    bot: Bot, *, contacts: Iterable[Contact] = (), tags: Iterable[Tag] = (), numbers: str = ""
) -> Audience:
    """Everybody who was chosen one by one, by tag or by number; a person chosen twice comes once.

    A number nobody has yet becomes an unsaved contact; one that cannot be a number is refused by name.
    """
    chosen = list(contacts)
    tags = list(tags)
    if tags:
        limit = settings.COMPOSE_MAX_RECIPIENTS + 1
        chosen += Contact.objects.filter(tags__in=tags, wa_id__isnull=False).distinct()[:limit]
    typed, refused = _typed(bot, numbers)
    unique: dict[str, Contact] = {}
    for contact in [*chosen, *typed]:
        unique.setdefault(_identity(contact), contact)
    return Audience(list(unique.values()), refused, len(chosen) + len(typed) - len(unique))


def _identity(contact: Contact) -> str:
    """All written forms of one number are one person."""
    return phones.canonical(contact.wa_id) if contact.wa_id else f"user:{contact.user_id}"


def _typed(bot: Bot, numbers: str) -> tuple[list[Contact], list[Refused]]:
    """Contacts for typed numbers: the known ones from the database, in one query."""
    found: dict[str, str] = {}
    refused = []
    for entry in phones.split_numbers(numbers):
        try:
            found.setdefault(phones.normalise(entry, bot.country), entry)
        except phones.InvalidPhone as error:
            refused.append(Refused(entry, str(error)))
    forms = {form for wa_id in found for form in (wa_id, *phones.variants(wa_id))}
    known = {contact.wa_id: contact for contact in Contact.objects.filter(wa_id__in=forms)}
    alike = {_identity(contact): contact for contact in known.values()}
    new = {wa_id: Contact(wa_id=wa_id, as_entered=entry[:60]) for wa_id, entry in found.items()}
    chosen = [known.get(wa_id) or alike.get(phones.canonical(wa_id)) or new[wa_id] for wa_id in found]
    return chosen, refused


# -- What ----------------------------------------------------------------------------------------


def plan(draft: Draft, audience: Audience) -> Plan:
    """Check the draft for everybody in the audience. Reads, and writes nothing."""
    recipients: list[Recipient] = []
    refused = list(audience.refused)
    shared = _shared_problems(draft)
    windows = _open_windows(draft, audience)
    for contact in audience.contacts[: settings.COMPOSE_MAX_RECIPIENTS]:
        content = draft.content_for(contact)
        if why := _refusal(contact, windows, own=_own_problem(draft, content, contact, shared)):
            refused.append(Refused(str(contact), why))
        else:
            recipients.append(Recipient(contact, content))
    first = recipients[0].contact if recipients else next(iter(audience.contacts), None)
    sample = draft.content_for(first)
    problems = [*draft.problems(), *_crowd(audience), *shared]
    problems += [problem for problem in _checked(draft, sample, first) if problem not in shared]
    if not recipients:
        problems.append(_nobody(audience))
    return Plan(recipients, refused, audience.repeated, problems, sample, first)


def _crowd(audience: Audience) -> list[Problem]:
    limit = settings.COMPOSE_MAX_RECIPIENTS
    if len(audience.contacts) <= limit:
        return []
    message = _("One message reaches at most %(limit)s people at once. Choose fewer people.")
    return [Problem("recipients", message % {"limit": limit})]


def _refusal(contact: Contact, windows: set[int] | None, own: str | Promise) -> str | Promise:
    """Why this one person gets nothing, or an empty string. `own` is what is wrong with their copy alone."""
    if contact.wa_id is None:
        return _("This contact has no number to write to.")
    if contact.is_blocked:
        return failures.explain("contact_blocked").sentence
    if windows is not None and contact.pk not in windows:
        return failures.explain("window_closed").sentence
    return own


def _own_problem(
    draft: Draft, content: Content, contact: Contact, shared: Sequence[Problem]
) -> str | Promise:
    """What is wrong with one copy and not with all of them; that is said once, elsewhere."""
    if not draft.variables:
        return ""
    if why := draft.left_out(contact):
        return why
    own = [problem for problem in _checked(draft, content, contact) if problem.hard and problem not in shared]
    return own[0].message if own else ""


def _nobody(audience: Audience) -> Problem:
    if audience.contacts or audience.refused:
        return Problem("recipients", _("Nobody you chose can get this message; the reasons stand below."))
    return Problem("recipients", _("Choose who gets it: search for a contact, pick a tag or type a number."))


def _shared_problems(draft: Draft) -> list[Problem]:
    """Problems of what was typed, which all copies have in common; not those of blanks still to be filled."""
    blank = {variable.key for variable in draft.variables if not draft.value(variable, None).text}
    return [
        problem for problem in _checked(draft, draft.content_for(None), None) if problem.field not in blank
    ]


def _checked(draft: Draft, content: Content, contact: Contact | None) -> list[Problem]:
    """What is wrong with the copy `content`, which is this contact's."""
    if draft.kind == "template" and draft.template is None:
        return []
    account = draft.bot.account
    objections = PROVIDERS[account.kind].objections(content, account.options)
    return [*draft.flaws(contact), *content.problems(), *objections]


def _open_windows(draft: Draft, audience: Audience) -> set[int] | None:
    """Primary keys of the contacts who may get free text now; None for a template, which needs no window."""
    if draft.kind == "template":
        return None
    keys = [contact.pk for contact in audience.contacts if contact.pk]
    open_ones = draft.bot.conversations.filter(contact__in=keys, window_ends_at__gt=timezone.now())
    return set(open_ones.values_list("contact", flat=True))


# -- Send ----------------------------------------------------------------------------------------


def send(draft: Draft, plan: Plan, *, sender: User, batch: uuid.UUID) -> list[Message]:
    """Write one queued row for each recipient and wake a worker once they are committed.

    `batch` names this press of Send: the same one again, after a double click or a reload, writes nothing
    and returns the rows of the first, whoever could get the message by now. Raises ValueError for a plan
    that cannot be sent.
    """
    if not plan.can_send:
        raise ValueError("This plan has problems; show them instead of sending it.")
    if earlier := _sent_before(sender, batch):
        return earlier
    try:
        return _write(draft, plan.recipients, sender, batch)
    except IntegrityError:
        # The other half of a double click was a moment faster.
        if earlier := _sent_before(sender, batch):
            return earlier
        raise


def _sent_before(sender: User, batch: uuid.UUID) -> list[Message]:
    return list(Message.objects.filter(batch=batch, created_by=sender).order_by("pk"))


@transaction.atomic
def _write(draft: Draft, recipients: Sequence[Recipient], sender: User, batch: uuid.UUID) -> list[Message]:
    contacts = _saved([recipient.contact for recipient in recipients])
    conversations = [Conversation(bot=draft.bot, contact=contact) for contact in contacts.values()]
    Conversation.objects.bulk_create(conversations, ignore_conflicts=True, batch_size=CHUNK)
    messages = Message.objects.bulk_create(
        [
            _row(draft, recipient.content, contacts[recipient.contact.wa_id], sender, batch)
            for recipient in recipients
        ],
        batch_size=CHUNK,
    )
    MessageEvent.objects.bulk_create([_first_event(message) for message in messages], batch_size=CHUNK)
    queueing.wake()
    return messages


def _saved(contacts: Sequence[Contact]) -> dict[str | None, Contact]:
    """The contacts by number, the new ones written; somebody else may have written them meanwhile."""
    new = [contact for contact in contacts if contact.pk is None]
    Contact.objects.bulk_create(new, ignore_conflicts=True, batch_size=CHUNK)
    written = Contact.objects.filter(wa_id__in=[contact.wa_id for contact in new])
    return {contact.wa_id: contact for contact in [*contacts, *written] if contact.pk}


def _row(draft: Draft, content: Content, contact: Contact, sender: User, batch: uuid.UUID) -> Message:
    return Message(
        bot=draft.bot,
        contact=contact,
        kind=content.kind,
        content=content.stored(),
        template=draft.template,
        version=draft.template.version if draft.template else None,
        text=shown(content).text(),
        to=contact.wa_id or "",
        due_at=timezone.now(),
        batch=batch,
        created_by=sender,
    )


def _first_event(message: Message) -> MessageEvent:
    return line(message, News(Status.QUEUED, Source.PERSON))
