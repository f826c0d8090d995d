"""What `make run` shows. Every number is from a range that is never given out, every person made up."""

import json
import random
from urllib.request import Request, urlopen

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from messaging import connecting
from messaging.demo_history import write_history
from messaging.models import Account, Bot, Contact, Tag
from messaging.providers import PROVIDERS
from messaging.template_sync import sync_templates

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
        write_history(bots, people["agent"])


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
