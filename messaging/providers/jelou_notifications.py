"""Reading Jelou's list of the template messages it took. Session messages are not in it.

https://docs.jelou.ai/en/api/campanas/notificaciones names the parameters and some fields of a row; the
other fields are those of https://docs.jelou.ai/whatsapp/hsm/messages. ASSUMED here: `from` and `to` are
times about `createdAt`, and `messageId` is the id that the send call returned.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from messaging.statuses import Status

from .base import Answer, Kind, ProviderError, Request
from .evidence import LIST_TOO_LONG, Evidence, Step
from .fields import JSON, Fields, digits, first, identity, moment
from .jelou_webhooks import REPLIES, STATUSES, TIMES, failure

PAGE_SIZE = 50
MAX_PAGES = 100
# Of a row, for the record: more than the documented fields, and never a book.
MAX_FIELDS, MAX_TEXT = 40, 500

Ask = Callable[[Request], Answer]


def find(
    ask: Ask, channel: str, element_name: str, since: dt.datetime, until: dt.datetime
) -> Iterator[list[Evidence]]:
    """What was taken between the two times, page by page. Raises ProviderError if the end is not reached."""
    query = {"from": _written(since), "to": _written(until)}
    if element_name:
        query["elementName"] = element_name
    before: list[Any] = []
    for page in range(1, MAX_PAGES + 1):
        answer = ask(_request(channel, query, page))
        rows, pages = _rows(answer)
        if not rows or rows == before:
            if page < (pages or 0):
                raise _unreadable(answer)
            return
        yield [evidence(row) for row in rows]
        if pages is not None and page >= pages:
            return
        before = rows
    raise ProviderError(
        _("Jelou's list of sent messages is too long to be read to its end."),
        kind=Kind.REFUSED,
        code=LIST_TOO_LONG,
    )


def look_up(ask: Ask, channel: str, provider_id: str) -> Evidence | None:
    """The row of one message, if it is listed. A list that ignores the question answers nothing."""
    rows, _pages = _rows(ask(_request(channel, {"messageId": provider_id}, 1)))
    found = [evidence(row) for row in rows]
    if len(found) == 1 and not found[0].provider_id:
        return found[0]
    return next((one for one in found if one.provider_id == provider_id), None)


def evidence(row: object) -> Evidence:
    """One row; what is missing or odd becomes empty rather than an error."""
    item: Fields = row if isinstance(row, dict) else {}
    word = _word(item)
    code, detail = failure(item.get("error"))
    return Evidence(
        provider_id=identity(item, "id", "messageId", "notificationId"),
        to=digits(first(item, "destination", "userId")),
        taken_at=moment(item, "createdAt", "sentDate"),
        word=word,
        status=Status.READ if word in REPLIES else STATUSES.get(word),
        raw=_kept(item),
        at=moment(item, *([TIMES[word]] if word in TIMES else [])),
        code=code,
        detail=detail[:2000],
        steps=tuple(_steps(item)),
        is_reply=word in REPLIES,
    )


def _steps(item: Fields) -> Iterator[Step]:
    """A row tells when it reached each state."""
    for word in ("DELIVERED_CHANNEL", "DELIVERED_USER", "READ"):
        if at := moment(item, TIMES[word]):
            yield Step(word, STATUSES[word], at)


def _word(item: Fields) -> str:
    """Older rows tell reading by a flag beside the status."""
    word = first(item, "sentStatus", "status").upper()[:60]
    return "READ" if word == "DELIVERED_USER" and item.get("wasRead") is True else word


def _kept(item: Fields) -> Mapping[str, Any]:
    """The row as it was listed, within limits."""
    return {
        name[:60]: value[:MAX_TEXT] if isinstance(value, str) else value
        for name, value in islice(item.items(), MAX_FIELDS)
        if value is None or isinstance(value, str | int | float)
    }


def _request(channel: str, query: Mapping[str, str], page: int) -> Request:
    path = f"/v1/external/bots/{quote(channel, safe='')}/notifications"
    return Request("GET", path, query={**query, "limit": str(PAGE_SIZE), "page": str(page)})


def _written(time: dt.datetime) -> str:
    """`2026-01-15T10:30:00.000Z`, as Jelou writes times itself."""
    return time.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _rows(answer: Answer) -> tuple[list[Any], int | None]:
    """The rows of one page, and how many pages there are if the answer says so believably."""
    data: JSON = answer.data
    if isinstance(data, list):
        return data, None
    if isinstance(data, dict):
        for name in ("results", "data"):
            if isinstance(rows := data.get(name), list):
                return rows, _page_count(data.get("pagination"))
    raise _unreadable(answer)


def _page_count(pagination: object) -> int | None:
    count = pagination.get("totalPages") if isinstance(pagination, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) and count > 0 else None


def _unreadable(answer: Answer) -> ProviderError:
    return ProviderError(
        _("Jelou's list of sent messages could not be read."),
        kind=Kind.REFUSED,
        code="unreadable",
        answer=answer,
    )
