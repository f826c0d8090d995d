"""Two bots, two agents, and one person of every other group."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from messaging import exporting
from messaging.models import (
    Attempt,
    Bot,
    Contact,
    Conversation,
    DeliveryState,
    Export,
    Message,
    Outcome,
    ReasonEntry,
    SavedView,
    WebhookDelivery,
)
from messaging.statuses import Status
from templates_app.models import Template
from tests.factories import (
    claimed,
    make_account,
    make_bot,
    make_contact,
    make_message,
    make_template,
    make_user,
)

# Stands in everything that belongs to the agent's bot, and nowhere else.
MARK = "zorzal"
GROUPS = ("Agents", "Supervisors", "Admins", "Auditors")


@dataclass(frozen=True)
class World:
    """The agent's bot with a row of every kind, and a second bot for somebody else."""

    bot: Bot
    template: Template
    contact: Contact
    message: Message
    delivery: WebhookDelivery
    other_bot: Bot
    view: SavedView
    conversation: Conversation
    export: Export
    reason: ReasonEntry


@pytest.fixture
def stranger(db: None) -> User:
    """An agent, of another bot."""
    return make_user("bruno", "Agents")


@pytest.fixture
def world(agent: User, stranger: User) -> World:
    account = make_account(name=f"Account {MARK}")
    bot = make_bot(account=account, members=(agent,), name=f"Bot {MARK}", provider_id=f"id-{MARK}")
    template = make_template(bot, element_name=f"aviso_{MARK}", display_name=f"Aviso {MARK}")
    contact = make_contact("593990000001", name="Lucía Vega")
    message = claimed(make_message(bot, contact, template=template, text=f"Hola {MARK}"), attempt=True)
    Attempt.objects.update(outcome=Outcome.ACCEPTED, request={"body": MARK}, answer=MARK)
    Message.objects.filter(pk=message.pk).update(
        status=Status.FAILED, reason="undeliverable", detail=MARK, batch=message.public_id
    )
    message.refresh_from_db()
    delivery = WebhookDelivery.objects.create(
        bot=bot, body=MARK.encode(), size=6, state=DeliveryState.APPLIED, applied_at=timezone.now()
    )
    other_bot = make_bot(members=(stranger,), name="Ventas", provider_id="other-bot")
    view = SavedView.objects.create(owner=agent, name=f"View {MARK}", query="status=read")
    conversation = Conversation.objects.create(bot=bot, contact=contact)
    conversation.notes.create(author=agent, text=f"Note {MARK}")
    export = Export.objects.create(owner=agent, format="csv", state=Export.State.DONE, query=f"q={MARK}")
    path = exporting.path_of(export)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MARK)
    reason = ReasonEntry.objects.create(
        provider="jelou", said="98765", sentence="It is full.", action="Empty it."
    )
    return World(bot, template, contact, message, delivery, other_bot, view, conversation, export, reason)


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
