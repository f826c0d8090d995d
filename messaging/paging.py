"""One page of history, and all of it, at a cost that does not grow with history.

A page is looked for among the newest rows first: what is frequent fills it there. What is rare is found by
an index that has it in order. Without the first step the planners guess, and walk a million rows to find the
fifty that are not there; without the second they sort all that match.

Whoever wants rows of several kinds (two statuses, or words and people) gets a page of each, and the newest of
those: a database finds each kind in order, and all of them together only by sorting them.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from messaging import searching, text_index
from messaging.models import Message
from messaging.searching import Search

# Rows looked through before an index is asked.
NEAR = 5_000
# Keys looked through at once where all are wanted.
STRIDE = 20_000
WORDS = f"{text_index.MESSAGES.name}.rowid"


@dataclass(frozen=True)
class Page:
    rows: list[Message]
    has_more: bool


@dataclass(frozen=True)
class Place:
    """Where a page begins: behind a row, or before one; at the newest if there is none."""

    row: int = 0
    is_newer: bool = False


@dataclass(frozen=True)
class _Kind:
    """Rows that one index finds. If they are few, they are fetched and put in order."""

    rows: QuerySet
    is_few: bool = False
    has_words: bool = False


def page(search: Search, rows: QuerySet, place: Place, size: int) -> Page:
    """The rows of `search` that come next from `place` on, newest first."""
    if search.problems:
        return Page([], False)
    walk = _Walk(search, place)
    found = {row.pk: row for kind in _kinds(search, rows) for row in walk.first(kind, size + 1)}
    order = attrgetter("created_at", "pk") if search.by_time else attrgetter("pk")
    pick = nsmallest if place.is_newer else nlargest
    picked = pick(size + 1, found.values(), key=order)
    return Page(sorted(picked[:size], key=order, reverse=True), len(picked) > size)


def _kinds(search: Search, rows: QuerySet) -> list[_Kind]:
    rows = rows.filter(search.where).order_by()
    if not search.text:
        return [_Kind(rows.filter(one), search.is_few) for one in search.either or [Q()]]
    people = [_Kind(rows.filter(contact__in=search.people), is_few=True)] if search.people else []
    return [*people, _Kind(searching.with_words(rows, search.text), has_words=search.has_words)]


class _Walk:
    """From one place in one direction, by key, or by time if that is what is asked for."""

    def __init__(self, search: Search, place: Place) -> None:
        self.search, self.place = search, place
        self.sign, self.side = ("", "gt") if place.is_newer else ("-", "lt")
        self.at = self._time() if search.by_time and place.row else None
        self.edge = self._edge()

    def first(self, kind: _Kind, size: int) -> list[Message]:
        rows = self._beyond(kind.rows)
        if not kind.is_few:
            near = list(self._ordered(self._near(rows, kind), kind)[:size])
            if len(near) == size:
                return near
        return list(self._ordered(rows, kind, is_rare=True)[:size])

    def _time(self) -> dt.datetime | None:
        return Message.objects.filter(pk=self.place.row).values_list("created_at", flat=True).first()

    def _beyond(self, rows: QuerySet) -> QuerySet:
        if not self.place.row:
            return rows
        behind = Q(**{f"pk__{self.side}": self.place.row})
        if self.at is None:
            return rows.filter(behind)
        reached = Q(**{f"created_at__{self.side}e": self.at})
        return rows.filter(reached, Q(**{f"created_at__{self.side}": self.at}) | behind)

    def _edge(self) -> Any:
        """The key, or the time, of the row that is `NEAR` rows away; None if there are not so many."""
        every = Message.objects.order_by()
        if self.search.by_time:
            times = self._beyond(every.filter(self.search.span)).order_by(f"{self.sign}created_at")
            return times.values_list("created_at", flat=True)[NEAR : NEAR + 1].first()
        if self.place.is_newer:
            return self.place.row + NEAR
        top = self.place.row or every.order_by("-pk").values_list("pk", flat=True).first() or 0
        return top - NEAR

    def _near(self, rows: QuerySet, kind: _Kind) -> QuerySet:
        if self.edge is None:
            return rows
        side = "lte" if self.place.is_newer else "gte"
        if self.search.by_time:
            return rows.filter(**{f"created_at__{side}": self.edge})
        if kind.has_words:
            sign = "<=" if self.place.is_newer else ">="
            return rows.extra(where=[f"{WORDS} {sign} %s"], params=[self.edge])  # noqa: S610
        return rows.filter(**{f"pk__{side}": self.edge})

    def _ordered(self, rows: QuerySet, kind: _Kind, *, is_rare: bool = False) -> QuerySet:
        """By a sum that no index has, where the index of another column is the one to use."""
        if self.search.by_time:
            return rows.order_by(f"{self.sign}created_at", f"{self.sign}pk")
        if kind.has_words and connection.vendor == "sqlite":
            return rows.extra(order_by=[f"{self.sign}{WORDS}"])  # noqa: S610
        if kind.is_few or (kind.has_words and is_rare):
            return rows.annotate(place=F("pk") + 0).order_by(f"{self.sign}place")
        return rows.order_by(f"{self.sign}pk")


# -- All of it -----------------------------------------------------------------------------------


def strides(search: Search, rows: QuerySet, *, below: int) -> Iterator[tuple[QuerySet, int]]:
    """All rows of `search` under a key, newest first: so many keys at once, and the lowest of them.

    Each costs as much as the next, whatever is looked for and whatever the planners think of it.
    """
    rows = rows.filter(search.where).order_by("-pk")
    while below > 0:
        low = max(below - STRIDE, 0)
        part = rows.filter(pk__gt=low, pk__lte=below)
        yield (part.filter(_with_text(search, low, below)) if search.text else part), low
        below = low


def _with_text(search: Search, low: int, high: int) -> Q:
    said = searching.with_words(Message.objects.order_by(), search.text)
    limits = [f"{WORDS} > %s", f"{WORDS} <= %s"]
    keys = said.extra(where=limits, params=[low, high]).values_list("pk", flat=True)  # noqa: S610
    return Q(contact__in=search.people) | Q(pk__in=keys if search.has_words else [])
