"""Fill a migrated database with a past: messages of ninety days that were sent, read, refused and answered.

Spread evenly over bots, templates, agents and hours, which leaves the most sums to keep: campaigns crowd
into few.
"""

import datetime as dt
import random
import uuid
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.utils import timezone

from messaging.models import Account, Bot, Contact, Message
from messaging.models.messages import Lane
from messaging.statuses import Status
from templates_app.models import Template, TemplateVersion

from .cast import CREDENTIALS
from .seeding import COMPONENTS, contact, message

DAYS = 90
BOTS, TEMPLATES, AGENTS, CONTACTS = 3, 4, 10, 1000
CHUNK = 5000
REASONS = ("undeliverable", "opted_out", "expired", "blocked")
# Of a hundred messages.
FATES = (
    *[Status.READ] * 50,
    *[Status.DELIVERED] * 25,
    *[Status.SENT] * 8,
    *[Status.ACCEPTED] * 3,
    *[Status.FAILED] * 10,
    *[Status.SKIPPED] * 2,
    *[Status.CANCELED] * 1,
    *[Status.UNKNOWN] * 1,
)

# Every column but the primary key. A bulk_create of a million takes minutes.
FIELDS = [field for field in Message._meta.concrete_fields if not field.primary_key]
NAMES, MARKS = ", ".join(f'"{field.column}"' for field in FIELDS), ", ".join(["%s"] * len(FIELDS))
INSERT = f"INSERT INTO messaging_message ({NAMES}) VALUES ({MARKS})"  # noqa: S608 - our own columns


def main(arguments: Sequence[str]) -> None:
    (rows,) = arguments
    with transaction.atomic():
        agents = [_agent(number) for number in range(AGENTS)]
        templates = [template for number in range(BOTS) for template in _bot(number, agents)]
        people = Contact.objects.bulk_create(contact("EC", number) for number in range(CONTACTS))
    chance = random.Random(1)  # noqa: S311 - the same past each time
    made = _rows(int(rows), templates, agents, people, chance)
    while chunk := list(islice(made, CHUNK)):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(INSERT, chunk)


def _agent(number: int) -> User:
    user = User.objects.create(username=f"agent{number}", is_staff=True)
    user.groups.add(Group.objects.get(name="Agents"))
    return user


def _bot(number: int, agents: Sequence[User]) -> Iterator[Template]:
    account, _made = Account.objects.get_or_create(name="Bench", defaults={"credentials": CREDENTIALS})
    bot = Bot.objects.create(account=account, name=f"Bot {number}", provider_id=f"b{number}", country="EC")
    bot.members.set(agents)
    for one in range(TEMPLATES):
        template = Template.objects.create(
            bot=bot, element_name=f"aviso_{one}", language="es", status="APPROVED", category="UTILITY"
        )
        template.version = TemplateVersion.objects.create(
            template=template, number=1, data=COMPONENTS.model_dump(mode="json"), digest=COMPONENTS.digest()
        )
        template.save(update_fields=["version"])
        yield template


def _rows(
    rows: int,
    templates: Sequence[Template],
    agents: Sequence[User],
    people: Sequence[Contact],
    chance: random.Random,
) -> Iterator[list[Any]]:
    """The oldest first, as they would have come."""
    begin, step = timezone.now() - dt.timedelta(days=DAYS), dt.timedelta(days=DAYS) / rows
    models = [_columns(message(one, people[0], status=Status.SENT, lane=Lane.CAMPAIGN)) for one in templates]
    for number in range(rows):
        status, at = chance.choice(FATES), _stored(begin + number * step)
        left = status not in (Status.SKIPPED, Status.CANCELED, Status.UNKNOWN)
        answered = status == Status.READ and chance.random() < 0.2
        own = {
            "public_id": _unique(number),
            "contact_id": chance.choice(people).pk,
            "created_by_id": chance.choice(agents).pk,
            "status": str(status),
            "reason": chance.choice(REASONS) if status in (Status.FAILED, Status.SKIPPED) else "",
            "provider_id": f"p{number}" if left else "",
            "created_at": at,
            "accepted_at": at if left else None,
            "replied_at": at if answered else None,
        }
        yield list((chance.choice(models) | own).values())


def _columns(model: Message) -> dict[str, Any]:
    """As they are stored, by name and in the order of FIELDS."""
    return {
        str(field.column): field.get_db_prep_save(field.pre_save(model, True), connection) for field in FIELDS
    }


def _stored(at: dt.datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _unique(number: int) -> Any:
    return Message._meta.get_field("public_id").get_db_prep_save(uuid.UUID(int=number), connection)
