"""What the demo sent in the last two weeks, written as the send path would have left it."""

import datetime as dt
import random
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from messaging.content import Content, TemplateContent
from messaging.demo_content import rich_contents
from messaging.models import Bot, Contact, Conversation, Message, MessageEvent, Source
from messaging.statuses import Status
from templates_app.components import CardValues, Components, names_in_order
from templates_app.models import Template

HISTORY = 240
HISTORY_DAYS = 14
# Of the history every tenth message is no template.
RICH_EVERY = 10
OFFER = dt.timedelta(days=2)

# How often a message of the history ends where.
ENDS = {
    Status.READ: 52,
    Status.DELIVERED: 27,
    Status.SENT: 9,
    Status.FAILED: 10,
    Status.UNKNOWN: 1,
    Status.SKIPPED: 1,
}
REASONS = {
    Status.FAILED: ("undeliverable", "marketing_cap", "media_unreachable"),
    Status.SKIPPED: ("contact_blocked",),
}
PATH = (Status.QUEUED, Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)


def write_history(bots: list[Bot], sender: User) -> None:
    """Nothing if anything was sent before."""
    if Message.objects.exists():
        return
    chance = random.Random(2)  # noqa: S311
    contacts = list(Contact.objects.filter(is_blocked=False).order_by("pk"))
    rows = [_message(bots, sender, contacts, chance, number) for number in range(HISTORY)]
    rows.sort(key=lambda row: row.created_at)
    messages = Message.objects.bulk_create(rows)
    MessageEvent.objects.bulk_create(event for message in messages for event in _events(message))
    pairs = {(message.bot_id, message.contact_id) for message in messages}
    Conversation.objects.bulk_create(
        [Conversation(bot_id=bot, contact_id=contact) for bot, contact in sorted(pairs)],
        ignore_conflicts=True,
    )


def _message(
    bots: list[Bot], sender: User, contacts: list[Contact], chance: random.Random, number: int
) -> Message:
    bot = chance.choice(bots)
    contact = chance.choice(contacts)
    rich = rich_contents()
    template = None if number % RICH_EVERY == 0 else _template(bot, chance)
    content = _filled(template) if template else rich[number // RICH_EVERY % len(rich)]
    status = chance.choices(list(ENDS), list(ENDS.values()))[0]
    moment = timezone.now() - dt.timedelta(minutes=chance.randint(60, HISTORY_DAYS * 24 * 60))
    message = Message(
        bot=bot,
        contact=contact,
        kind=content.kind,
        content=content.stored(),
        template=template,
        version=template.version if template else None,
        text=content.text(),
        to=contact.wa_id or "",
        status=status,
        reason=chance.choice(REASONS[status]) if status in REASONS else "",
        provider_id=f"demo-{number}" if status != Status.SKIPPED else "",
        created_by=sender,
        created_at=moment,
        due_at=moment,
    )
    for step, at in _steps(message):
        if step != Status.QUEUED:
            setattr(message, f"{step}_at", at)
    message.replied_at = message.read_at if number % 3 == 0 else None
    return message


def _template(bot: Bot, chance: random.Random) -> Template:
    return chance.choice(
        list(bot.templates.sendable().exclude(category="AUTHENTICATION").select_related("version"))
    )


def _filled(template: Template) -> Content:
    components = template.components
    return TemplateContent(
        element_name=template.element_name,
        language=template.language,
        category=template.category,
        provider_id=template.provider_id,
        values={variable.key: variable.example or "1042" for variable in components.variables},
        media_url=components.header.sample_url if components.header else "",
        filename="comprobante.pdf" if components.media_format == "document" else "",
        offer_ends=(timezone.now() + OFFER).isoformat() if components.offer else "",
        cards=_cards(components),
        components=components,
    )


def _cards(components: Components) -> tuple[CardValues, ...]:
    """A price for each blank; cards that the provider does not list are two pictures."""
    if not components.is_carousel:
        return ()
    picture = f"{settings.SIMULATOR_URL}/media/promo.png"
    plain = CardValues(media_url=picture, params=("Oferta",))
    return tuple(
        CardValues(
            media_url=card.header.sample_url or picture,
            params=("$ 39,90",) * len(names_in_order(card.body)),
            links=("oferta",) * card.link_count,
        )
        for card in components.cards
    ) or (plain, plain)


def _steps(message: Message) -> Iterator[tuple[Status, dt.datetime]]:
    """The states this message went through, and when."""
    if message.status in PATH:
        path = PATH[: PATH.index(Status(message.status)) + 1]
    elif message.status == Status.FAILED:
        path = (Status.QUEUED, Status.ACCEPTED, Status.FAILED)
    else:
        path = (Status.QUEUED,)
    for number, step in enumerate(path):
        yield step, message.created_at + dt.timedelta(seconds=3 * number * number)


def _events(message: Message) -> Iterator[MessageEvent]:
    steps = list(_steps(message))
    if message.status in (Status.UNKNOWN, Status.SKIPPED):
        steps.append((Status(message.status), message.created_at + dt.timedelta(seconds=30)))
    for step, at in steps:
        yield MessageEvent(
            bot_id=message.bot_id,
            message=message,
            provider_id=message.provider_id,
            key=f"demo-{message.public_id}-{step}"[:64],
            status=step,
            source=Source.PERSON if step == Status.QUEUED else Source.WEBHOOK,
            reason=message.reason if step == message.status else "",
            arrived_at=at,
        )
