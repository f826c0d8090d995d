"""Which messages somebody looks for: an address in, rows out. One reading for list, views and exports.

What the address says is kept as it is, so that it may be given to others: times carry their zone, and the
rows of bots that a person may not use are never among those they get.
"""

import datetime as dt
import uuid
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.functions import ExtractHour
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging import silence, text_index
from messaging.address_parts import TIMES, kept, label
from messaging.finding_people import MOST_PEOPLE, people
from messaging.models import Bot, Direction
from messaging.statuses import Status
from templates_app.models import Template
from templates_app.scoping import SEE_ALL_BOTS, User

DAYS = {"1", "7", "30"}
# Longer than any text that somebody types to find something.
LONGEST = 300


@dataclass
class Search:
    """What an address asks for. With `problems` it finds nothing: half of it would be something else.

    `where` holds for every row, and `drivers` are those parts of it that have an index. Of `either` one has
    to hold, each of which an index finds in order; they are apart because a database does not keep that order
    for several values at once. `people` and `text` are what the words in `q` stand for, one or the other.
    `is_few` and `is_joined` say how they are best found: all at once, because an index has them together; by
    a driver first, because with other tables beside it a database picks the wrong one.
    From `since` on and before `until` the rows were created.
    """

    params: dict[str, str]
    where: Q = field(default_factory=Q)
    drivers: list[Q] = field(default_factory=list)
    either: list[Q] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    text: str = ""
    is_few: bool = False
    is_joined: bool = False
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def by_time(self) -> bool:
        """Whether its rows come in the order of their times, which the order of their keys is but nearly."""
        return self.since is not None or self.until is not None

    @property
    def query(self) -> str:
        return urlencode(self.params)

    @property
    def has_words(self) -> bool:
        return bool(text_index.words(self.text))


def read(params: Mapping[str, str], user: User) -> Search:
    """The search that an address describes, within what `user` may see."""
    search = Search(kept(params))
    zone = _zone(search.params.get("zone", ""))
    for name, value in search.params.items():
        if len(value) > LONGEST:
            search.problems.append(_("%(field)s: at most %(most)s characters.") % _at(name, most=LONGEST))
        else:
            _add(search, name, value, zone, user)
    _scope(search, user)
    return search


def _scope(search: Search, user: User) -> None:
    if user.has_perm(SEE_ALL_BOTS):
        return
    bots = list(Bot.objects.for_user(user).values_list("pk", flat=True))
    search.where &= Q(bot__in=bots)
    if not search.either and not search.is_few:
        search.either = [Q(bot=bot) for bot in bots]


def _add(search: Search, name: str, value: str, zone: dt.tzinfo, user: User) -> None:
    base, _sep, lookup = name.partition("__")
    if base in TIMES:
        _add_time(search, name, lookup, value, zone)
    elif base in ("from", "to"):
        _add_bound(search, base, value, zone)
    elif base == "since":
        _require(search, name, Q() if value in DAYS else None)
        if value in DAYS:
            _bound(search, since=timezone.now() - dt.timedelta(days=int(value)))
    elif base == "hour":
        _require(search, name, _hour(value, zone))
    elif lookup == "isnull":
        _require(search, name, Q(**{name: value.lower() in ("1", "true")}))
    elif base == "news":
        _require(search, name, silence.silent() if value == "none" else None)
        search.drivers.append(Q(status=Status.ACCEPTED))
        search.is_joined = True
    elif base == "q":
        search.text, (search.people, whole) = value.strip(), people(value, user)
        _say_if_too_many(search, whole)
    elif base == "person":
        found, whole = people(value, user)
        search.where &= Q(contact__in=found)
        search.is_few = True
        _say_if_too_many(search, whole)
    elif base != "zone":
        values = value.split(",") if lookup == "in" else [value]
        condition = _columns(base, values, search)
        _require(search, name, condition)
        search.drivers += [condition] if condition else []


def _require(search: Search, name: str, condition: Q | None) -> None:
    if condition is None:
        text = _("%(field)s: “%(value)s” is not one of its values. Choose another one.")
        search.problems.append(text % _at(name, value=search.params[name][:60]))
    else:
        search.where &= condition


def _say_if_too_many(search: Search, is_whole: bool) -> None:
    if not is_whole:
        text = _("More than %(most)s people match; of those only the first are looked at. Write more.")
        search.notes.append(text % {"most": MOST_PEOPLE})


def _at(name: str, **facts: object) -> dict[str, object]:
    return {"field": label(name), **facts}


# -- Columns -------------------------------------------------------------------------------------


def _columns(base: str, values: Sequence[str], search: Search) -> Q | None:
    """One of some values; None if a value is none that the column can have."""
    if base in ("bot", "created_by", "contact"):
        keys = [as_key(value) for value in values]
        condition = None if None in keys else Q(**{f"{base}__in": keys})
        return condition if len(keys) > 1 or condition is None else Q(**{base: keys[0]})
    if base == "template":
        return _templates(values, search)
    if base == "batch":
        search.is_few = True
        return _batch(values)
    if base == "direction":
        return _direction(values)
    if base == "status" and not set(values) <= set(Status.values):
        return None
    # Their indexes hold no empty ones, and SQLite has to be told that none is wanted.
    some = ~Q(**{base: ""}) if base in ("reason", "provider_code") else Q()
    if len(values) > 1:
        search.either = search.either or [Q(**{base: value}) & some for value in values]
    return Q(**{f"{base}__in": values}) if len(values) > 1 else Q(**{base: values[0]}) & some


def as_key(text: str) -> int | None:
    """None for anything that no row can have: databases do not take numbers of any size."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _templates(values: Iterable[str], search: Search) -> Q:
    """By key, or by the name that the same template has at several bots and in several languages."""
    keys = [key for value in values if (key := as_key(value))]
    named = Q(element_name__in=values) | Q(pk__in=keys)
    found = list(Template.objects.filter(named).values_list("pk", flat=True)[:MOST_PEOPLE])
    search.either = search.either or [Q(template=key) for key in found]
    return Q(template__in=found)


def _batch(values: Iterable[str]) -> Q | None:
    try:
        return Q(batch__in=[uuid.UUID(value) for value in values])
    except ValueError:
        return None


def _direction(values: Sequence[str]) -> Q | None:
    """A constraint says that what was received, and nothing else, has the status of that name."""
    if not set(values) <= set(Direction.values):
        return None
    if set(values) == set(Direction.values):
        return Q()
    return Q(status=Status.RECEIVED) if Direction.IN in values else Q(direction=Direction.OUT)


# -- Times ---------------------------------------------------------------------------------------


def _zone(name: str) -> dt.tzinfo:
    """The zone that the address names, so that it means the same hours to whoever opens it."""
    try:
        return zoneinfo.ZoneInfo(name) if name else timezone.get_current_timezone()
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return timezone.get_current_timezone()


def moment(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """A date, or a time of it, in `zone` unless it says another one. None if it is no time."""
    try:
        found = dt.datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        try:
            found = dt.datetime.fromisoformat(text.strip())
        except ValueError:
            return None
    if not 1990 <= found.year <= 2200:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _hour(value: str, zone: dt.tzinfo) -> Q | None:
    """Made at this hour of the clock, on whatever day."""
    hour = as_key(value)
    if hour is None or hour > 23:
        return None
    return Q(Exact(ExtractHour("created_at", tzinfo=zone), hour))


def _add_bound(search: Search, base: str, value: str, zone: dt.tzinfo) -> None:
    """From a time on, or until it; a date that ends a period belongs to it."""
    found = moment(value, zone)
    if found is None:
        text = _("%(field)s: “%(value)s” is not a date or time. Write it as 2026-11-20 or 2026-11-20T09:30.")
        search.problems.append(text % _at(base, value=value[:60]))
    elif base == "from":
        _bound(search, since=found)
    else:
        _bound(search, until=found + dt.timedelta(days=len(value.strip()) <= 10))


def _bound(search: Search, *, since: dt.datetime | None = None, until: dt.datetime | None = None) -> None:
    search.since = max(filter(None, (search.since, since)), default=None)
    search.until = min(filter(None, (search.until, until)), default=None)


def _add_time(search: Search, name: str, lookup: str, value: str, zone: dt.tzinfo) -> None:
    if lookup == "isnull":
        _require(search, name, Q(**{name: value.lower() in ("1", "true")}))
        return
    found = moment(value, zone)
    if found is None or not name.startswith("created_at"):
        _require(search, name, Q(**{name: found}) if found else None)
        return
    later = found + dt.timedelta(microseconds=lookup in ("gt", "lte"))
    _bound(search, **{"since" if lookup.startswith("g") else "until": later})
