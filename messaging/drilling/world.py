"""What the drill sends: one account at the simulator, some bots, and rows in both lanes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from messaging import connecting
from messaging.content import TemplateContent
from messaging.demo import PREFIXES
from messaging.drilling.referee import Referee
from messaging.drilling.supply import HELD_BACK
from messaging.models import Account, Bot, Contact, Conversation, Lane, Message
from messaging.template_sync import sync_templates
from templates_app.models import Template

CREDENTIALS = {"client_id": "drill", "client_secret": "drill"}
TEMPLATE = {
    "elementName": "pedido",
    "template": "Hola {{1}}, tu pedido {{2}} está confirmado.",
    "params": [
        {"param": "1", "label": "Nombre", "example": "María"},
        {"param": "2", "label": "Pedido", "example": "D-0000001"},
    ],
}
NAME, ORDER = "body.1", "body.2"
# Each country's range has at least so many numbers that nobody has.
NUMBERS = 100_000
# One in so many contacts is blocked, so that rules refuse some rows too.
BLOCKED = 67
# The share of the rows that people send one by one.
INTERACTIVE = 0.1


# Somebody cancels all that waits of this bot.
STOPPED = "drill-stopped"


@dataclass(frozen=True)
class Sender:
    """A bot of the drill, with its share of all rows and of the pace, both in parts of a hundred."""

    name: str
    share: int
    pace: int
    has_webhook: bool = False


SENDERS = (
    Sender("drill-first", share=46, pace=46),
    Sender("drill-second", share=36, pace=1000),
    Sender("drill-webhook", share=10, pace=12, has_webhook=True),
    Sender("drill-slow", share=2, pace=3),
    Sender(STOPPED, share=6, pace=6),
)


def build(referee: Referee, count: int, pace: float, chance: random.Random) -> list[str]:
    """Make everything, with `count` rows queued that leave at a `pace` a second once they are let go.

    Returns their order numbers.
    """
    referee.tell("companies", name="drill", **CREDENTIALS)
    account = Account.objects.create(
        name="Drill", kind="jelou", credentials=CREDENTIALS, base_url=settings.SIMULATOR_URL
    )
    templates = [_bot(referee, account, sender, pace) for sender in SENDERS]
    contacts = _contacts(max(1, count * 2 // 3))
    orders = [f"D-{number:07}" for number in range(count)]
    rows = Message.objects.bulk_create(_rows(orders, templates, contacts, chance), batch_size=2000)
    pairs = sorted({(row.bot_id, row.contact_id) for row in rows})
    Conversation.objects.bulk_create(Conversation(bot_id=bot, contact_id=contact) for bot, contact in pairs)
    return orders


def _bot(referee: Referee, account: Account, sender: Sender, pace: float) -> Template:
    """The bot at both sides, and the template that it will send."""
    referee.tell("bots", id=sender.name, company="drill")
    referee.tell("templates", bot=sender.name, template=TEMPLATE)
    bot = Bot.objects.create(
        account=account,
        name=sender.name,
        provider_id=sender.name,
        country="EC",
        rate=pace * sender.pace / 100,
    )
    sync_templates(bot)
    if sender.has_webhook:
        connecting.subscribe(bot)
    return bot.templates.select_related("version").get(element_name=TEMPLATE["elementName"])


def _contacts(count: int) -> list[Contact]:
    prefix = PREFIXES["EC"]
    return Contact.objects.bulk_create(
        Contact(wa_id=f"{prefix}{number:05}", name="María", is_blocked=number % BLOCKED == BLOCKED - 1)
        for number in range(min(count, NUMBERS))
    )


def _rows(
    orders: list[str], templates: list[Template], contacts: list[Contact], chance: random.Random
) -> Iterator[Message]:
    due_at, shares = timezone.now() + HELD_BACK, [sender.share for sender in SENDERS]
    for order in orders:
        template = chance.choices(templates, shares)[0]
        contact = chance.choice(contacts)
        content = _content(template, contact, order)
        yield Message(
            bot_id=template.bot_id,
            contact=contact,
            kind=content.kind,
            content=content.stored(),
            template=template,
            version=template.version,
            text=content.text(),
            to=contact.wa_id or "",
            lane=Lane.INTERACTIVE if chance.random() < INTERACTIVE else Lane.CAMPAIGN,
            due_at=due_at,
        )


def _content(template: Template, contact: Contact, order: str) -> TemplateContent:
    return TemplateContent(
        element_name=template.element_name,
        language=template.language,
        category=template.category,
        values={NAME: contact.name, ORDER: order},
        components=template.components,
    )
