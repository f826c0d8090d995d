"""Fill a migrated database with years of history, by SQL: a million rows one by one would take an hour."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.utils import timezone

from messaging.content import TextContent
from messaging.models import Contact, Message
from templates_app.models import Template

from .seeding import _bot, contact

BOTS = ("norte", "sur", "este")
MESSAGES_EACH = 10
CHUNK = 50_000
# How often each happens, of a thousand.
STATUSES = (
    (400, "read", ""),
    (700, "delivered", ""),
    (850, "received", ""),
    (950, "sent", ""),
    (980, "failed", "undeliverable"),
    (999, "failed", "template_paused"),
    (1000, "skipped", "contact_blocked"),
)
WORDS = ("pedido", "factura", "cita", "entrega", "pago", "envío", "turno", "reclamo", "sorteo", "beca")


def main(arguments: Sequence[str]) -> None:
    (rows,) = map(int, arguments)
    with transaction.atomic():
        bots = [_bot(name) for name in BOTS]
        person = User.objects.create_user("bench", is_staff=True)
        person.groups.add(Group.objects.get(name="Supervisors"))
        contacts = [contact("EC", number) for number in range(max(rows // MESSAGES_EACH, 1))]
        for one, number in zip(contacts, range(len(contacts)), strict=True):
            one.name = f"Persona {number}"
        Contact.objects.bulk_create(contacts, batch_size=2000)
        first = Contact.objects.order_by("pk").values_list("pk", flat=True)[0]
        for low in range(0, rows, CHUNK):
            _history(low, min(low + CHUNK, rows), rows, [bot.pk for bot in bots], person, first)
    if connection.vendor == "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO messaging_message_words(messaging_message_words) VALUES ('optimize')")


def _history(low: int, high: int, rows: int, bots: list[int], person: User, first: int) -> None:
    """Rows whose facts follow from their number by sums that share no factor, so that all mix with all."""
    fields: dict[str, str] = {
        str(field.column): "NULL" for field in Message._meta.concrete_fields if not field.primary_key
    }
    # As Django itself would have stored them.
    is_sqlite = connection.vendor == "sqlite"
    number = "n.value"
    thousandth = f"({number} * 7919 % 1000)"
    fields |= _facts(number, thousandth, first, rows)
    fields["public_id"] = _uuid(f"{number} + 1", is_sqlite=is_sqlite)
    fields["batch"] = _uuid(f"{number} / 1000", is_sqlite=is_sqlite)
    fields["bot_id"] = _case(f"{number} % 3", {0: bots[0], 1: bots[1], 2: bots[2]})
    templates = dict(Template.objects.values_list("bot_id", "pk"))
    fields["template_id"] = _case(f"{number} % 3", {at: templates[bot] for at, bot in enumerate(bots)})
    fields["created_by_id"] = f"CASE WHEN {number} % 5 = 0 THEN {person.pk} END"
    fields["created_at"] = _when(number, rows, is_sqlite=is_sqlite)
    columns = ", ".join(f'"{name}"' for name in fields)
    values = ", ".join(fields.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH RECURSIVE n(value) AS (
                SELECT CAST({low} AS bigint) UNION ALL SELECT value + 1 FROM n WHERE value + 1 < {high}
            ) INSERT INTO messaging_message ({columns}) SELECT {values} FROM n"""  # noqa: S608
        )


def _facts(number: str, thousandth: str, first: int, rows: int) -> dict[str, str]:
    content = json.dumps(TextContent(body="Hola").stored())
    people = max(rows // MESSAGES_EACH, 1)
    text = " || ".join(
        [
            "'Hola, su '",
            _case(f"{number} % 10", dict(enumerate(WORDS))),
            f"' ORD-' || {number} || ' está listo'",
        ]
    )
    status = _upto(thousandth, [(limit, name) for limit, name, _reason in STATUSES])
    return {
        "contact_id": f"{first} + ({number} * 31 % {people})",
        "direction": f"CASE WHEN {thousandth} BETWEEN 700 AND 849 THEN 'in' ELSE 'out' END",
        "kind": f"CASE WHEN {number} % 4 = 0 THEN 'text' ELSE 'template' END",
        "content": f"'{content}'",
        "text": f"{text} || CASE WHEN {number} % 150 = 7 THEN ' urgente' ELSE '' END",
        "to": "''",
        "status": status,
        "reason": _upto(thousandth, [(limit, reason) for limit, _name, reason in STATUSES]),
        "provider_code": f"CASE WHEN {thousandth} >= 950 THEN '13' || ({number} % 7) ELSE '' END",
        "detail": "''",
        "answers_by": "''",
        "provider_id": f"'id-' || {number}",
        "lane": "0",
        "starts": "1",
        "checks": "3",
    }


def _case(of: str, values: dict[int, Any]) -> str:
    whens = " ".join(f"WHEN {key} THEN {_literal(value)}" for key, value in values.items())
    return f"CASE {of} {whens} END"


def _upto(of: str, limits: Sequence[tuple[int, str]]) -> str:
    whens = " ".join(f"WHEN {of} < {limit} THEN {_literal(value)}" for limit, value in limits)
    return f"CASE {whens} END"


def _literal(value: int | str) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def _uuid(number: str, *, is_sqlite: bool) -> str:
    if is_sqlite:
        return f"printf('%032x', {number})"
    return f"lpad(to_hex({number}), 32, '0')::uuid"


def _when(number: str, rows: int, *, is_sqlite: bool) -> str:
    """A year, evenly, up to now."""
    began = timezone.now() - dt.timedelta(days=365)
    second = 365 * 24 * 3600 / rows
    if is_sqlite:
        return f"strftime('%Y-%m-%d %H:%M:%f', {began.timestamp()} + {number} * {second}, 'unixepoch')"
    return f"to_timestamp({began.timestamp()} + {number} * {second})"
