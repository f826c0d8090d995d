"""What stands above the list of messages: filters to choose from, and those that are chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging import address_parts, failures, searching
from messaging.forms.tiles import LABELS
from messaging.models import Bot, Direction, SavedView
from messaging.searching import Search
from messaging.statuses import Status
from templates_app.models import Template

# Fields of the form; what else an address asks for travels along.
FIELDS = (
    "person",
    "template",
    "created_by",
    "kind",
    "reason",
    "provider_code",
    "batch",
    "from",
    "to",
    "zone",
)
# What a select offers at most. An address may name any other.
MOST = 300


@dataclass(frozen=True)
class Choice:
    label: str
    query: str
    is_chosen: bool


@dataclass(frozen=True)
class Pill:
    """A filter with few values, of which one is chosen at a time; `chosen` says which."""

    title: str
    chosen: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Chip:
    """A condition that holds, and the address without it."""

    label: str
    value: str
    query: str


def context(request: HttpRequest, search: Search) -> dict[str, Any]:
    chips = list(_chips(search))
    return {
        "search": search,
        "pills": _pills(request, search),
        "chips": chips,
        "form": _form(request, search),
        "form_keeps": [(name, value) for name, value in search.params.items() if name not in FIELDS],
        "search_keeps": [(name, value) for name, value in search.params.items() if name != "q"],
        "views": _views(request, search),
    }


def base_of(name: str) -> str:
    return name.partition("__")[0]


def _without(search: Search, base: str) -> dict[str, str]:
    return {name: value for name, value in search.params.items() if base_of(name) != base}


def _given(search: Search, base: str) -> str:
    return next((value for name, value in search.params.items() if base_of(name) == base), "")


# -- Pills ---------------------------------------------------------------------------------------


def _pills(request: HttpRequest, search: Search) -> list[Pill]:
    bots = [(str(bot.pk), bot.name) for bot in Bot.objects.for_user(request.user).only("pk", "name")]
    days = [("1", _("Last 24 hours")), ("7", _("Last 7 days")), ("30", _("Last 30 days"))]
    return [
        _pill(search, "status", Status.choices, "status__exact"),
        _pill(search, "bot", bots),
        _pill(search, "direction", Direction.choices, "direction__exact"),
        _pill(search, "since", days),
        _pill(search, "news", [("none", _("Accepted, and no news since"))]),
    ]


def _pill(search: Search, base: str, values: Iterable[tuple[str, Any]], name: str = "") -> Pill:
    given = _given(search, base)
    rest = _without(search, base)
    labels = {value: str(label) for value, label in values}
    choices = [Choice(_("All"), _address(rest), not given)]
    choices += [
        Choice(label, _address(rest | {name or base: value}), value == given)
        for value, label in labels.items()
    ]
    chosen = ", ".join(labels.get(value, value) for value in given.split(",")) if given else ""
    return Pill(address_parts.label(base), chosen, choices)


def _address(params: dict[str, str]) -> str:
    return f"?{urlencode(params)}"


# -- Chips ---------------------------------------------------------------------------------------


def _chips(search: Search) -> Iterable[Chip]:
    in_pills = ("q", "status", "bot", "direction", "since", "news", "zone")
    for name, value in search.params.items():
        if base_of(name) not in in_pills:
            rest = {other: kept for other, kept in search.params.items() if other != name}
            yield Chip(address_parts.label(name), _shown(search, name, value), _address(rest))


def _shown(search: Search, name: str, value: str) -> str:
    base, _sep, lookup = name.partition("__")
    if lookup == "isnull":
        return _("no") if value.lower() in ("1", "true") else _("yes")
    if base in address_parts.TIMES:
        signs = {"gte": "≥", "gt": ">", "lte": "≤", "lt": "<"}
        return f"{signs.get(lookup, '')} {value[:40]}"
    if base == "hour":
        return f"{value[:40]}:00 ({zone_of(search)})"
    if base in ("from", "to"):
        return f"{value.replace('T', ' ')[:40]} ({zone_of(search)})"
    if base == "created_by" and (key := searching.as_key(value)):
        person = User.objects.filter(pk=key).first()
        return person.get_username() if person else value[:40]
    if base == "reason":
        return str(failures.explain(value).sentence)
    return value[:60]


def zone_of(search: Search) -> str:
    """The zone of the times in the form: that of the address, or the person's own."""
    has_times = {"from", "to", "hour"} & set(search.params)
    return (has_times and search.params.get("zone")) or timezone.get_current_timezone_name()


# -- Form ----------------------------------------------------------------------------------------


def _form(request: HttpRequest, search: Search) -> dict[str, Any]:
    given = {name: _given(search, name) for name in FIELDS}
    return given | {
        "zone": zone_of(search),
        "templates": _templates(request, given["template"]),
        "people": _people(request),
        "kinds": _kinds(),
        "reasons": [(key, str(sentence)) for key, sentence in failures.CHOICES],
        "count": sum(bool(value) for name, value in given.items() if name != "zone"),
    }


def _templates(request: HttpRequest, given: str) -> list[str]:
    rows = Template.objects.for_user(request.user).order_by("element_name")
    names = list(rows.values_list("element_name", flat=True).distinct()[:MOST])
    return names if not given or given in names else [given, *names]


def _people(request: HttpRequest) -> list[tuple[str, str]]:
    """Those who may be seen as senders: oneself and whoever shares a bot, or everybody."""
    people = User.objects.filter(is_staff=True).order_by("username")
    if not request.user.has_perm("messaging.see_all_bots"):
        people = people.filter(bots__in=Bot.objects.for_user(request.user)).distinct()
    return [(str(key), name) for key, name in people.values_list("pk", "username")[:MOST]]


def _kinds() -> list[tuple[str, str]]:
    return [*((name, str(label)) for name, label in LABELS.items()), ("inbound", _("Received"))]


# -- Views ---------------------------------------------------------------------------------------


def _views(request: HttpRequest, search: Search) -> list[dict[str, Any]]:
    rows = SavedView.objects.for_user(request.user).select_related("owner")[:MOST]
    return [
        {
            "row": view,
            "is_chosen": view.query == search.query,
            "is_mine": view.owner_id == request.user.pk,
            "may_delete": view.owner_id == request.user.pk
            or request.user.has_perm("messaging.share_savedview"),
        }
        for view in rows
    ]
