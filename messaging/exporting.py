"""A file of messages for the person who asked: exactly what their search finds, written beside the worker.

A process of its own writes it, because it may take longer than a task may. It holds a lease and says after
every few thousand rows how far it is. If it dies, the sweeper has another one begin again; what is half
written has the name of its claim and is nobody's file.
"""

import datetime as dt
import logging
import os
import subprocess
import sys
import uuid
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone, translation

from messaging import address_parts, paging, queueing, searching, spreadsheets
from messaging.columns import COLUMNS, heading, row_of
from messaging.models import Export, Message

log = logging.getLogger(__name__)

State = Export.State
# A process that writes says so at least every few seconds.
LEASE = dt.timedelta(seconds=60)
# But packing a finished sheet says nothing until it is done.
PACKING = dt.timedelta(minutes=10)
KEPT = dt.timedelta(days=1)
MAX_STARTS = 3
# Processes that write at once, on all hosts.
AT_ONCE = 2
# Rows between two signs of life, and rows that are in memory at once.
CHUNK = 2000
# A person may keep so many of them waiting.
MAX_WAITING = 5


class TooMany(ValueError):
    """This person waits for as many files as anybody may."""


def ask(user: User, params: dict[str, str], file_format: str) -> Export:
    """Have a file written. Raises TooMany, and ValueError for a format that is none."""
    asked = {
        "query": searching.Search(address_parts.kept(params)).query,
        "format": Export.Format(file_format),
        # Its key: the name that a zone gives itself may be none that is found again, such as -05.
        "time_zone": str(timezone.get_current_timezone()),
        "language": translation.get_language() or "en",
    }
    with transaction.atomic():
        # One press after the other. Nobody has begun the first, so it will hold all that a second one would.
        User.objects.select_for_update().get(pk=user.pk)
        own = Export.objects.filter(owner=user)
        if waiting := own.filter(state=State.WAITING, **asked).first():
            return waiting
        if own.filter(state__in=(State.WAITING, State.RUNNING)).count() >= MAX_WAITING:
            raise TooMany
        export = Export.objects.create(owner=user, **asked)
    queueing.wake_exports()
    return export


def path_of(export: Export) -> Path:
    return settings.EXPORT_ROOT / f"{export.public_id}.{export.format}"


# -- Starting ------------------------------------------------------------------------------------


def _due() -> Q:
    """Nobody has begun it, or whoever did has died."""
    return Q(state=State.WAITING) | Q(state=State.RUNNING, lease_until__lt=timezone.now())


def launch() -> int:
    """Start processes for the files that wait. Returns how many; one too many finds nothing to claim."""
    _give_up()
    busy = Export.objects.filter(state=State.RUNNING, lease_until__gte=timezone.now()).count()
    keys = Export.objects.filter(_due()).order_by("pk").values_list("pk", flat=True)
    chosen = list(keys[: max(AT_ONCE - busy, 0)])
    for key in chosen:
        subprocess.Popen(  # noqa: S603
            [sys.executable, "manage.py", "export", str(key)],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    return len(chosen)


def _give_up() -> None:
    """What was begun too often without an end may be what kills its process."""
    worn = Export.objects.filter(_due(), starts__gte=MAX_STARTS)
    worn.update(state=State.FAILED, error="too_many_starts", ended_at=timezone.now())


# -- Writing -------------------------------------------------------------------------------------


class _Lost(Exception):
    """Somebody else writes it now, or its owner has deleted it."""


def run(key: int) -> Export | None:
    """Write the file of an export, if nobody else does. None if there was nothing to write."""
    claim = uuid.uuid4()
    mine = Export.objects.filter(pk=key, claim_id=claim)
    begun = Export.objects.filter(_due(), pk=key).update(
        state=State.RUNNING,
        claim_id=claim,
        lease_until=timezone.now() + LEASE,
        starts=F("starts") + 1,
        rows=0,
        percent=0,
    )
    if not begun:
        return None
    export = mine.select_related("owner").get()
    part = settings.EXPORT_ROOT / f"{claim}.part"
    try:
        _write(export, mine, part)
    except _Lost:
        return None
    except Exception:  # whatever it is, whoever waits for the file must hear of it
        log.exception("export %s", export.public_id)
        mine.update(state=State.FAILED, error="broken", ended_at=timezone.now())
    finally:
        part.unlink(missing_ok=True)
    return mine.first()


def _write(export: Export, mine: QuerySet, part: Path) -> None:
    user = User.objects.get(pk=export.owner_id)
    if not user.is_active or not user.has_perms(["messaging.view_message", "messaging.export_message"]):
        mine.update(state=State.FAILED, error="not_allowed", ended_at=timezone.now())
        return
    settings.EXPORT_ROOT.mkdir(mode=0o700, parents=True, exist_ok=True)
    zone = zoneinfo.ZoneInfo(export.time_zone)
    with translation.override(export.language), timezone.override(zone):
        search = searching.read(dict(parse_qsl(export.query)), user)
        with spreadsheets.opened(part, export.format) as sheet:
            sheet.write([heading(column, zone) for column in COLUMNS])
            rows = _count(mine, _messages(search), sheet, zone)
            mine.update(rows=rows, percent=99, lease_until=timezone.now() + PACKING)
    if not mine.update(state=State.DONE, rows=rows, percent=100, ended_at=timezone.now()):
        raise _Lost
    os.replace(part, path_of(export))


def _messages(search: searching.Search) -> Iterator[tuple[list[Message], int]]:
    """All of them in lists that memory holds, and how many percent of history have been looked through."""
    if search.problems:
        return
    top = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = Message.objects.select_related("bot", "contact", "template", "created_by").defer(
        "content", "detail"
    )
    for part, low in paging.strides(search, rows, below=top):
        chunk: list[Message] = []
        for message in part.iterator(chunk_size=CHUNK):
            chunk.append(message)
            if len(chunk) == CHUNK:
                yield chunk, 100 * (top - message.pk) // top
                chunk = []
        yield chunk, 100 * (top - low) // top


def _count(
    mine: QuerySet, chunks: Iterator[tuple[list[Message], int]], sheet: spreadsheets.Sheet, zone: dt.tzinfo
) -> int:
    rows = 0
    said = timezone.now()
    for messages, percent in chunks:
        for message in messages:
            sheet.write(row_of(message, zone))
        rows += len(messages)
        now = timezone.now()
        if now - said > dt.timedelta(seconds=1):
            said = now
            if not mine.update(rows=rows, percent=percent, lease_until=now + LEASE):
                raise _Lost
    return rows


# -- Removing ------------------------------------------------------------------------------------


def sweep() -> None:
    """Once a minute: begin again what died, and remove what is a day old."""
    for export in Export.objects.filter(created_at__lt=timezone.now() - KEPT)[:100]:
        path_of(export).unlink(missing_ok=True)
        export.delete()
    for part in settings.EXPORT_ROOT.glob("*.part"):
        if dt.datetime.now().timestamp() - part.stat().st_mtime > KEPT.total_seconds():
            part.unlink(missing_ok=True)
    if Export.objects.filter(_due()).exists():
        launch()
