"""Fill a migrated database with the recipients of one campaign.

They are planned, so that nobody sends them before a round launches them. Every number is from a range that is
never given out.
"""

import os
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from messaging.content import TemplateContent
from messaging.demo import PREFIXES
from messaging.models import Account, Bot, Contact, Conversation, Message
from messaging.models.messages import Lane
from messaging.statuses import Status
from templates_app.components import Components, Hint
from templates_app.models import Template, TemplateVersion

from .cast import CAMPAIGN_BOT, CREDENTIALS, OTHER_BOT

COMPONENTS = Components(
    body="Hola {{1}}, tu pedido {{2}} está confirmado.",
    hints={
        "body.1": Hint(label="Nombre", example="María"),
        "body.2": Hint(label="Pedido", example="ORD-1234"),
    },
)
DIGITS = {"EC": 12, "MX": 13}
CHUNK = 2000


def main(arguments: Sequence[str]) -> None:
    (rows,) = arguments
    with transaction.atomic():
        campaign, _other = [_bot(name) for name in (CAMPAIGN_BOT, OTHER_BOT)]
        template = campaign.templates.get()
        for first in range(0, int(rows), CHUNK):
            _recipients(campaign, template, range(first, min(first + CHUNK, int(rows))))


def _bot(name: str) -> Bot:
    """With a rate that is never in the way, and the one template that everybody gets."""
    account, _made = Account.objects.get_or_create(
        name="Bench", defaults={"credentials": CREDENTIALS, "base_url": os.environ["BENCH_STUB"]}
    )
    bot = Bot.objects.create(account=account, name=name, provider_id=name, country="EC", rate=1_000_000)
    template = Template.objects.create(
        bot=bot, element_name="aviso_pedido", language="es", status="APPROVED", category="UTILITY"
    )
    template.version = TemplateVersion.objects.create(
        template=template, number=1, data=COMPONENTS.model_dump(mode="json"), digest=COMPONENTS.digest()
    )
    template.save(update_fields=["version"])
    return bot


def _recipients(bot: Bot, template: Template, numbers: range) -> None:
    contacts = Contact.objects.bulk_create(contact("EC", number) for number in numbers)
    Conversation.objects.bulk_create(Conversation(bot=bot, contact=one) for one in contacts)
    Message.objects.bulk_create(
        message(template, one, status=Status.PLANNED, lane=Lane.CAMPAIGN) for one in contacts
    )


def contact(country: str, number: int) -> Contact:
    """One that nobody else gets for the same number. Raises ValueError where the range is used up."""
    prefix = PREFIXES[country]
    rest = str(number).zfill(DIGITS[country] - len(prefix))
    if len(prefix) + len(rest) > DIGITS[country]:
        raise ValueError(f"There are not so many unused numbers in {country}.")
    return Contact(wa_id=prefix + rest, name=f"Contacto {number}")


def message(template: Template, contact: Contact, *, status: Status, lane: Lane) -> Message:
    content = TemplateContent(
        element_name=template.element_name,
        language=template.language,
        category=template.category,
        values={"body.1": contact.name, "body.2": f"ORD-{contact.pk:06}"},
        components=template.components,
    )
    return Message(
        bot=template.bot,
        contact=contact,
        kind=content.kind,
        content=content.stored(),
        template=template,
        version=template.version,
        text=content.text(),
        to=contact.wa_id or "",
        status=status,
        lane=lane,
        due_at=timezone.now(),
    )
