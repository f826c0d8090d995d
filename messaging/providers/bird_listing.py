"""Reading Bird's lists page by page, and what they say of the messages it took.

https://docs.bird.com/api/channels-api/api-reference/messaging: a page names the token of the next one, which
goes back as `pageToken`; without one it is the last. Every message that we send carries our reference.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from messaging.statuses import Status

from .base import Answer, Event, Kind, ProviderError, Request
from .bird_errors import failure
from .bird_webhooks import STATUSES, inbound, interaction
from .evidence import LIST_TOO_LONG, Evidence
from .fields import Fields, digits, first, identity, mapping, moment, rows

# Long messages come whole, and an answer has a megabyte at most.
PAGE_SIZE = 50
MAX_PAGES = 100
# Of a message, for the record: no bodies, which may hold one-time codes.
KEPT = ("id", "status", "reason", "details", "reference", "createdAt", "lastStatusAt", "scheduledFor")
MAX_TEXT = 500

Ask = Callable[[Request], Answer]


def pages(ask: Ask, path: str, query: Mapping[str, str] | None = None) -> Iterator[list[Fields]]:
    """Every page. Raises ProviderError if one cannot be read or the end is not reached."""
    token, seen = "", set[str]()
    for _number in range(MAX_PAGES):
        asked = {"limit": str(PAGE_SIZE), **(query or {}), **({"pageToken": token} if token else {})}
        answer = ask(Request("GET", path, query=asked))
        found = mapping(answer.data).get("results")
        if not isinstance(found, list):
            raise _unreadable(answer)
        yield rows(found)
        token = first(mapping(answer.data), "nextPageToken")
        if not token:
            return
        if token in seen:
            raise _unreadable(answer)
        seen.add(token)
    sentence = _("Bird's list is too long to be read to its end.")
    raise ProviderError(sentence, kind=Kind.REFUSED, code=LIST_TOO_LONG)


def find(ask: Ask, channel: str, since: dt.datetime, until: dt.datetime) -> Iterator[list[Evidence]]:
    """What was taken between the two times. It cannot be narrowed to a template."""
    query = {"direction": "outgoing", "startAt": _written(since), "endAt": _written(until)}
    for page in pages(ask, f"{channel}/messages", query):
        yield [evidence(row) for row in page]


def inbox(ask: Ask, channel: str, since: dt.datetime) -> Iterator[list[Event]]:
    """What people wrote. A row is what the webhook has as its payload."""
    query = {"direction": "incoming", "startAt": _written(since)}
    for page in pages(ask, f"{channel}/messages", query):
        yield [event for row in page if (event := inbound(row))]


def interactions(answer: Answer) -> list[Event]:
    """That a message was read, and what was pressed in it: of both no status says anything."""
    found = mapping(answer.data).get("results")
    if not isinstance(found, list):
        raise _unreadable(answer)
    return [event for row in rows(found) if (event := interaction(row))]


def evidence(message: Fields) -> Evidence:
    """One message; what is missing or odd becomes empty rather than an error."""
    word = first(message, "status").lower()[:60]
    status = STATUSES.get(word)
    code, detail = failure(message) if status == Status.FAILED else ("", "")
    people = rows(mapping(message.get("receiver")).get("contacts"))
    return Evidence(
        provider_id=identity(message, "id"),
        to=digits(first(people[0], "identifierValue")) if people else "",
        taken_at=moment(message, "createdAt"),
        word=word,
        status=status,
        raw=_kept(message),
        at=moment(message, "lastStatusAt", "updatedAt"),
        code=code,
        detail=detail,
        reference=first(message, "reference"),
    )


def person_of(message: Fields) -> str:
    """Bird's id of the person that a message is from or for."""
    people = rows(mapping(message.get("receiver")).get("contacts"))
    people.append(mapping(mapping(message.get("sender")).get("contact")))
    return next((found for row in people if (found := identity(row, "id"))), "")


def _kept(message: Fields) -> Mapping[str, Any]:
    texts = ((name, message.get(name)) for name in KEPT)
    return {name: text[:MAX_TEXT] for name, text in texts if isinstance(text, str)}


def _written(time: dt.datetime) -> str:
    return time.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _unreadable(answer: Answer) -> ProviderError:
    return ProviderError(
        _("Bird's list could not be read."), kind=Kind.REFUSED, code="unreadable", answer=answer
    )
