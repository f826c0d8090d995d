"""Rows for tests, with just enough in them. Every argument may be given; nothing is random."""

import datetime as dt
import itertools
import uuid
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from messaging.content import TemplateContent, TextContent
from messaging.models import Account, Attempt, Bot, Contact, Conversation, Message
from messaging.models.conversations import WINDOW
from messaging.statuses import Status
from templates_app.components import Button, Components, Header, Hint
from templates_app.models import Template, TemplateVersion

numbers = itertools.count(1)

# What tests/simulating.py calls its company and its bot.
CREDENTIALS = {"client_id": "test-client", "client_secret": "test-secret"}
BOT_ID = "test-bot"

ORDER = Components(
    body="Hola {{1}}, tu pedido {{2}} está confirmado.",
    hints={
        "body.1": Hint(label="Nombre", example="María"),
        "body.2": Hint(label="Pedido", example="ORD-1234"),
    },
)


def make_user(username: str = "", group: str = "", **fields: Any) -> User:
    user = User.objects.create_user(username or f"user{next(numbers)}", is_staff=True, **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def make_account(**fields: Any) -> Account:
    defaults = {
        "name": f"Account {next(numbers)}",
        "credentials": CREDENTIALS,
        "base_url": "http://127.0.0.1:9",
    }
    return Account.objects.create(**defaults | fields)


def make_bot(*, members: tuple[User, ...] = (), **fields: Any) -> Bot:
    fields.setdefault("account", None)
    fields["account"] = fields["account"] or make_account()
    bot = Bot.objects.create(
        **{"name": "Soporte", "provider_id": BOT_ID, "country": "EC", "rate": 1000} | fields
    )
    bot.members.set(members)
    return bot


def make_template(bot: Bot, components: Components = ORDER, **fields: Any) -> Template:
    defaults = {"element_name": "aviso_pedido", "language": "es", "status": "APPROVED", "category": "UTILITY"}
    template = Template.objects.create(bot=bot, **defaults | fields)
    template.version = TemplateVersion.objects.create(
        template=template, number=1, data=components.model_dump(mode="json"), digest=components.digest()
    )
    template.save(update_fields=["version"])
    return template


def make_contact(wa_id: str = "", **fields: Any) -> Contact:
    return Contact.objects.create(wa_id=wa_id or f"59399000{next(numbers):04}", **fields)


def open_window(bot: Bot, contact: Contact, hours_ago: float = 1) -> Conversation:
    """As if the contact had written so many hours ago."""
    wrote = timezone.now() - dt.timedelta(hours=hours_ago)
    conversation, _created = Conversation.objects.update_or_create(
        bot=bot, contact=contact, defaults={"last_inbound_at": wrote, "window_ends_at": wrote + WINDOW}
    )
    return conversation


def make_message(bot: Bot, contact: Contact | None = None, **fields: Any) -> Message:
    """A queued message; a text unless a template is given."""
    contact = contact or make_contact()
    template = fields.get("template")
    content = template_content(template) if template else TextContent(body="Hola")
    defaults = {
        "kind": content.kind,
        "content": content.stored(),
        "version": template.version if template else None,
        "text": content.text(),
        "to": contact.wa_id,
        "due_at": timezone.now(),
    }
    return Message.objects.create(bot=bot, contact=contact, **defaults | fields)


def queued(bot: Bot, contact: Contact | None = None, **fields: Any) -> Message:
    """A template that waits to be sent."""
    return make_message(bot, contact, template=bot.templates.first() or make_template(bot), **fields)


def let_lease_end(message: Message) -> Message:
    """As if its worker had died long ago."""
    Message.objects.filter(pk=message.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    message.refresh_from_db()
    return message


def template_content(template: Template, **values: str) -> TemplateContent:
    filled = {variable.key: variable.example or "x" for variable in template.components.variables}
    return TemplateContent(
        element_name=template.element_name,
        language=template.language,
        category=template.category,
        values=filled | values,
        components=template.components,
    )


def claimed(message: Message, *, lease_seconds: float = 60, attempt: bool = False) -> Message:
    """As a worker leaves it that has won the row, and maybe begun to send it."""
    message.claim_id = uuid.uuid4()
    Message.objects.filter(pk=message.pk).update(
        status=Status.SENDING,
        claim_id=message.claim_id,
        lease_until=timezone.now() + dt.timedelta(seconds=lease_seconds),
        starts=1,
    )
    message.refresh_from_db()
    if attempt:
        Attempt.objects.create(
            message=message, number=1, claim_id=message.claim_id, started_at=timezone.now()
        )
    return message


def with_link_button() -> Components:
    return Components(
        body="Hola {{1}}",
        header=Header(format="text", text="Aviso de {{1}}"),
        buttons=(Button(kind="url", label="Ver", url="https://example.com/{{1}}"),),
    )
