"""What `make run` shows. Every number is from a range that is never given out, every person made up."""

import datetime as dt
import json
import random
from collections.abc import Iterator
from urllib.request import Request, urlopen

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from messaging import connecting
from messaging.content import Content, TemplateContent
from messaging.demo_content import rich_contents
from messaging.models import Account, Bot, Contact, Conversation, Message, MessageEvent, Source, Tag
from messaging.providers import PROVIDERS
from messaging.statuses import Status
from messaging.template_sync import sync_templates
from templates_app.models import Template

PEOPLE = {"admin": "Admins", "supervisor": "Supervisors", "agent": "Agents"}
# As the simulator knows them: one account of each provider.
CREDENTIALS = {
    "jelou": {"client_id": "demo-client", "client_secret": "demo-secret"},
    "bird": {"access_key": "demo-bird-key"},
}
CAFE = "b1d00000-0000-4000-8000-000000000001/b1d00000-0000-4000-8000-000000000011"
BOTS = (
    ("jelou", "demo-soporte", "Soporte", "EC", "America/Guayaquil", ("agent", "supervisor")),
    ("jelou", "demo-ventas", "Ventas", "MX", "America/Mexico_City", ("agent", "supervisor")),
    ("jelou", "demo-clinica", "Clínica", "BR", "America/Sao_Paulo", ("supervisor",)),
    ("bird", CAFE, "Café Cóndor", "EC", "America/Guayaquil", ("agent", "supervisor")),
)
CONTACTS = 200
HISTORY = 240
HISTORY_DAYS = 14
# Of the history every tenth message is no template.
RICH_EVERY = 10

FIRST = [
    "María",
    "Ana",
    "Lucía",
    "Sofía",
    "Camila",
    "Valentina",
    "Diego",
    "Juan",
    "Carlos",
    "Luis",
    "João",
    "Beatriz",
    "Rafael",
    "Paula",
    "Andrés",
    "Elena",
]
LAST = [
    "Pérez",
    "Gómez",
    "Díaz",
    "Souza",
    "Torres",
    "Mendoza",
    "Vega",
    "Castro",
    "Lima",
    "Rojas",
    "Andrade",
    "Ortiz",
    "Molina",
    "Cruz",
    "Ramos",
    "Salas",
]
TAGS = ("VIP", "Quito", "Guayaquil", "Newsletter")
# The middle of each country's numbers that no operator has given to anybody.
PREFIXES = {"EC": "5939900", "MX": "52155000", "BR": "551199000"}

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


def seed() -> None:
    """Idempotent. The simulator must be running: templates come from it over HTTP, as from a provider."""
    with transaction.atomic():
        people = {name: _person(name, group) for name, group in PEOPLE.items()}
        bots = _bots(people)
        _contacts()
    for account in {bot.account for bot in bots}:
        connecting.check_account(account)
    for bot in bots:
        sync_templates(bot)
        connecting.subscribe(bot)
    with transaction.atomic():
        _history(bots, people["agent"])


def let_people_write() -> None:
    """A few people write first, so that the demo has open windows. To be called once the web answers."""
    for bot in Bot.objects.filter(provider_id__in=[row[1] for row in BOTS]):
        prefix = PREFIXES[bot.country]
        for contact in Contact.objects.filter(wa_id__startswith=prefix, is_blocked=False).order_by("pk")[:2]:
            _write(bot, contact)


def _write(bot: Bot, contact: Contact) -> None:
    text = "Olá, podem me ajudar?" if bot.country == "BR" else "Hola, ¿me pueden ayudar?"
    # The simulator's word for a bot is what stands last in its id.
    name = bot.provider_id.rpartition("/")[2]
    body = {"bot": name, "number": contact.wa_id, "text": text, "name": contact.name}
    request = Request(  # noqa: S310
        f"{settings.SIMULATOR_URL}/_control/inbound",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=10):  # noqa: S310 - the simulator's own address
        pass


def _person(name: str, group: str) -> User:
    user, created = User.objects.get_or_create(username=name, defaults={"is_staff": True})
    if created:
        user.set_password(name)
        user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=group))
    return user


def _bots(people: dict[str, User]) -> list[Bot]:
    accounts = {kind: _account(kind) for kind in CREDENTIALS}
    return [_bot(accounts[row[0]], people, *row[1:]) for row in BOTS]


def _account(kind: str) -> Account:
    name = f"{PROVIDERS[kind].label} (simulator)"
    account, _created = Account.objects.get_or_create(
        name=name, defaults={"kind": kind, "credentials": CREDENTIALS[kind]}
    )
    # The simulator's port may differ from the last run's.
    Account.objects.filter(pk=account.pk).update(base_url=settings.SIMULATOR_URL)
    account.refresh_from_db()
    return account


def _bot(
    account: Account,
    people: dict[str, User],
    provider_id: str,
    name: str,
    country: str,
    zone: str,
    members: tuple[str, ...],
) -> Bot:
    bot, created = Bot.objects.get_or_create(
        account=account,
        provider_id=provider_id,
        defaults={"name": name, "country": country, "time_zone": zone, "rate": 20},
    )
    if created:
        bot.members.set(people[member] for member in members)
    return bot


def _contacts() -> None:
    if Contact.objects.exists():
        return
    chance = random.Random(1)  # noqa: S311 - the same people every time, no secret
    tags = [Tag.objects.get_or_create(name=name)[0] for name in TAGS]
    contacts = Contact.objects.bulk_create([_contact(number, chance) for number in range(CONTACTS)])
    links = [
        Contact.tags.through(contact=contact, tag=tag)
        for contact in contacts
        for tag in chance.sample(tags, chance.choice((0, 1, 1, 2)))
    ]
    Contact.tags.through.objects.bulk_create(links)


def _contact(number: int, chance: random.Random) -> Contact:
    country = list(PREFIXES)[number % len(PREFIXES)]
    prefix = PREFIXES[country]
    length = {"EC": 12, "MX": 13, "BR": 13}[country]
    wa_id = prefix + str(number).zfill(length - len(prefix))
    order = chance.randint(1000, 9999)
    return Contact(
        wa_id=wa_id,
        as_entered=wa_id,
        name=f"{chance.choice(FIRST)} {chance.choice(LAST)}",
        language="pt_BR" if country == "BR" else "es",
        attributes={"pedido": f"ORD-{order}", "ciudad": chance.choice(("Quito", "Puebla", "Recife"))},
        is_blocked=number % 67 == 66,
    )


# -- History -------------------------------------------------------------------------------------


def _history(bots: list[Bot], sender: User) -> None:
    """Messages of the last two weeks, written as the send path would have left them."""
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
        components=components,
    )


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
