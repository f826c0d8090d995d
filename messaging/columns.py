"""What an export says of each message: its columns, in their order. docs/exports.md explains them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from messaging.models import Message

# What a cell may hold.
Cell = str | dt.datetime | None


@dataclass(frozen=True)
class Column:
    """The names are for programs: the same in every language, and never changed."""

    name: str
    value: Callable[[Message], Cell]
    is_time: bool = False


def _time(name: str) -> Column:
    return Column(name, lambda message: getattr(message, name), is_time=True)


COLUMNS = (
    Column("id", lambda message: str(message.public_id)),
    _time("created_at"),
    Column("direction", lambda message: message.direction),
    Column("bot", lambda message: message.bot.name),
    Column("contact", lambda message: message.contact.name),
    Column("number", lambda message: _number(message)),
    Column("kind", lambda message: message.kind),
    Column("template", lambda message: message.template.element_name if message.template else ""),
    Column("language", lambda message: message.template.language if message.template else ""),
    # One-time codes are not in it: composing has hidden them before the row was written.
    Column("text", lambda message: message.text),
    Column("status", lambda message: message.status),
    Column("reason", lambda message: message.reason),
    Column("explanation", lambda message: str(message.failure.sentence) if message.failure else ""),
    Column("provider_code", lambda message: message.provider_code),
    Column("provider_id", lambda message: message.provider_id),
    Column("sent_by", lambda message: message.created_by.get_username() if message.created_by else ""),
    Column("send", lambda message: str(message.batch or "")),
    _time("accepted_at"),
    _time("sent_at"),
    _time("delivered_at"),
    _time("read_at"),
    _time("failed_at"),
    _time("replied_at"),
    Column("link", lambda message: _link(message)),
)


def _number(message: Message) -> str:
    """With its plus, so that no spreadsheet takes it for a quantity."""
    number = message.to or message.contact.wa_id or ""
    return f"+{number}" if number.isdecimal() else message.contact.user_id or number


def _link(message: Message) -> str:
    return settings.SITE_URL + reverse("admin:messaging_message_change", args=[message.public_id])


def heading(column: Column, zone: dt.tzinfo) -> str:
    return f"{column.name} ({zone})" if column.is_time else column.name


def row_of(message: Message, zone: dt.tzinfo) -> list[Cell]:
    return [_local(column.value(message), zone) for column in COLUMNS]


def _local(value: Cell, zone: dt.tzinfo) -> Cell:
    """Spreadsheets know no zones: the heading names it."""
    if isinstance(value, dt.datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return value
