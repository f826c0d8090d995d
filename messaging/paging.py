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
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from messaging import text_index
from messaging.models import Message
from messaging.searching import Search

# Rows looked through before an index is asked.
NEAR = 5_000
# Keys looked through at once where all are wanted.
STRIDE = 20_000
# So many rows are fetched and looked through one by one.
RARE = 2_000
WORDS = f"{text_index.MESSAGES.name}.rowid"
SIGNS = {"lt": "<", "gt": ">", "lte": "<=", "gte": ">="}


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
    keys = {key for kind in _kinds(search) for key in walk.first(kind, size + 1)}
    # By their times, where the walk goes by time, and by their keys.
    picked = (nsmallest if place.is_newer else nlargest)(size + 1, keys)
    shown = rows.in_bulk([key for *_time, key in picked[:size]])
    ordered = [key for *_time, key in sorted(picked[:size], reverse=True)]
    return Page([shown[key] for key in ordered if key in shown], len(picked) > size)


def _kinds(search: Search) -> list[_Kind]:
    rows = Message.objects.filter(search.where).order_by()
    if not search.text:
        return [_Kind(rows.filter(one), search.is_few) for one in search.either or [Q()]]
    people = [_Kind(rows.filter(contact__in=search.people), is_few=True)] if search.people else []
    return [*people, _Kind(_with_words(rows, search.text), has_words=search.has_words)]


def _with_words(rows: QuerySet, text: str) -> QuerySet:
    """The messages of `rows` in which all words of `text` stand."""
    condition = text_index.condition(text_index.MESSAGES, text, connection.vendor)
    return text_index.matching(rows, text_index.MESSAGES, condition) if condition else rows.none()


class _Walk:
    """From one place in one direction, by key, or by time if that is what is asked for."""

    def __init__(self, search: Search, place: Place) -> None:
        self.search, self.place = search, place
        self.sign, self.side, self.reach = ("", "gt", "lte") if place.is_newer else ("-", "lt", "gte")
        self.order = ("created_at", "pk") if search.by_time else ("pk",)
        self.at = self._time() if search.by_time and place.row else None
        self.edge = self._edge_by_time() if search.by_time else self._edge()

    def first(self, kind: _Kind, size: int) -> list[tuple[Any, ...]]:
        """The order of so many rows: their times, if it goes by time, and their keys."""
        rows = self._beyond(kind.rows, has_words=kind.has_words)
        if kind.is_few:
            return self._sorted(rows, size)
        if self.search.is_joined and (rare := self._rare()) is not None:
            return self._sorted(rows.filter(pk__in=rare), size)
        near = list(self._ordered(self._near(rows, kind), kind).values_list(*self.order)[:size])
        if len(near) == size:
            return near
        if (rare := self._rare()) is not None:
            return self._sorted(rows.filter(pk__in=rare), size)
        if kind.has_words and connection.vendor == "postgresql":
            return self._sorted(rows, size)
        return list(self._ordered(rows, kind).values_list(*self.order)[:size])

    def _ordered(self, rows: QuerySet, kind: _Kind) -> QuerySet:
        if kind.has_words and not self.search.by_time:
            return rows.extra(order_by=[f"{self.sign}{WORDS}"])
        return rows.order_by(*(self.sign + name for name in self.order))

    def _sorted(self, rows: QuerySet, size: int) -> list[tuple[Any, ...]]:
        """By a sum that no index has, so that the index of another column is the one to use."""
        if self.search.by_time:
            return list(
                rows.order_by(*(self.sign + name for name in self.order)).values_list(*self.order)[:size]
            )
        return list(rows.annotate(place=F("pk") + 0).order_by(f"{self.sign}place").values_list("pk")[:size])

    # -- Where it goes ---------------------------------------------------------------------------

    def _beyond(self, rows: QuerySet, *, has_words: bool = False) -> QuerySet:
        """Those of the rows that are still to come."""
        rows = rows.filter(self._span())
        if not self.place.row:
            return rows
        if has_words and not self.search.by_time:
            return rows.extra(where=[f"{WORDS} {SIGNS[self.side]} %s"], params=[self.place.row])  # noqa: S610
        behind = Q(**{f"pk__{self.side}": self.place.row})
        return rows.filter(behind if self.at is None else behind | Q(**{f"created_at__{self.side}": self.at}))

    def _span(self) -> Q:
        """One bound on each side: SQLite goes by the first it meets, and that may be the wider one."""
        since, until = self.search.since, self.search.until
        if self.at is not None and self.place.is_newer:
            since = self.at
        found = Q(created_at__gte=since) if since else Q()
        if self.at is not None and not self.place.is_newer:
            return found & Q(created_at__lte=self.at)
        return found & Q(created_at__lt=until) if until else found

    def _time(self) -> dt.datetime | None:
        return Message.objects.filter(pk=self.place.row).values_list("created_at", flat=True).first()

    # -- What is near ----------------------------------------------------------------------------

    def _edge(self) -> int:
        """The key that is `NEAR` away."""
        if self.place.is_newer:
            return self.place.row + NEAR
        top = self.place.row or Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        return top - NEAR

    def _edge_by_time(self) -> dt.datetime | None:
        """The time of the row that is `NEAR` rows away; None if there are not so many."""
        times = self._beyond(Message.objects.all()).order_by(f"{self.sign}created_at")
        return times.values_list("created_at", flat=True)[NEAR : NEAR + 1].first()

    def _near(self, rows: QuerySet, kind: _Kind) -> QuerySet:
        if self.search.by_time:
            near = self._beyond(Message.objects.all())
            if self.edge is not None:
                near = near.filter(**{f"created_at__{self.reach}": self.edge})
            # By themselves the conditions of `rows` would make SQLite take another index, and sort.
            return near.filter(Exists(kind.rows.filter(pk=OuterRef("pk"))))
        if kind.has_words:
            return rows.extra(where=[f"{WORDS} {SIGNS[self.reach]} %s"], params=[self.edge])  # noqa: S610
        return rows.filter(**{f"pk__{self.reach}": self.edge})

    # -- What is rare ----------------------------------------------------------------------------

    def _rare(self) -> list[int] | None:
        """The keys that one condition leaves, if they are few; only where another one could mislead."""
        conditions = len(self.search.drivers) + bool(self.search.either or self.search.text)
        if conditions + self.search.is_joined < 2:
            return None
        for driver in self.search.drivers:
            keys = Message.objects.filter(driver).order_by("-pk").values_list("pk", flat=True)[: RARE + 1]
            if len(found := list(keys)) <= RARE:
                return found
        return None


# -- All of it -----------------------------------------------------------------------------------


def strides(search: Search, rows: QuerySet, *, below: int) -> Iterator[tuple[QuerySet, int]]:
    """All rows of `search` under a key, newest first: so many keys at once, and the lowest of them.

    Each costs as much as the next, whatever is looked for and whatever the planners think of it.
    """
    rows = rows.filter(search.where).order_by("-pk")
    if search.since:
        rows = rows.filter(created_at__gte=search.since)
    if search.until:
        rows = rows.filter(created_at__lt=search.until)
    while below > 0:
        low = max(below - STRIDE, 0)
        part = rows.filter(pk__gt=low, pk__lte=below)
        yield (part.filter(_with_text(search, low, below)) if search.text else part), low
        below = low


def _with_text(search: Search, low: int, high: int) -> Q:
    said = _with_words(Message.objects.order_by(), search.text)
    limits = [f"{WORDS} > %s", f"{WORDS} <= %s"]
    keys = said.extra(where=limits, params=[low, high]).values_list("pk", flat=True)  # noqa: S610
    return Q(contact__in=search.people) | Q(pk__in=keys if search.has_words else [])
