"""What the first page shows: how messages fare, and whether they move."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jelouadmin.breakdowns import Breakdown, breakdowns, by_column, reasons
from jelouadmin.day_charts import bars, by_hour_of_day, by_time
from jelouadmin.drilldown import Rows
from messaging import funnels, headlines, operations, periods
from messaging.forms.keys import as_key
from messaging.forms.periods import PeriodForm
from messaging.funnels import Numbers
from messaging.models import Bot, Facet, Message
from messaging.periods import Period
from templates_app.scoping import SEE_ALL_BOTS, User

RECENT = 8
# Among so many of all bots a person's own are looked for.
LATEST = 5000
USUAL = "7d"
PERIODS: tuple[tuple[str, Promise], ...] = (
    ("today", gettext_lazy("Today")),
    (USUAL, gettext_lazy("7 days")),
    ("30d", gettext_lazy("30 days")),
    ("month", gettext_lazy("This month")),
)


@dataclass(frozen=True)
class Step:
    """One number, what it is a part of, and where its rows are. `of_label` says what the whole is."""

    key: str
    label: str | Promise
    count: int
    url: str
    of: int | None = None
    of_label: str | Promise = ""
    total: int = 0


# The funnel: each step is a part of the one that is named beside it.
STEPS: tuple[tuple[str, Promise, str, Promise | str], ...] = (
    ("count", gettext_lazy("Handed over"), "", ""),
    ("accepted", gettext_lazy("Accepted"), "count", gettext_lazy("handed over")),
    ("delivered", gettext_lazy("On the phone"), "accepted", gettext_lazy("accepted")),
    ("read", gettext_lazy("Read"), "delivered", gettext_lazy("on the phone")),
    ("replied", gettext_lazy("Replied"), "delivered", gettext_lazy("on the phone")),
)
REST: tuple[tuple[str, Promise], ...] = (
    ("failed", gettext_lazy("Did not arrive")),
    ("waiting", gettext_lazy("Waiting")),
    ("unknown", gettext_lazy("Unknown")),
    ("canceled", gettext_lazy("Canceled")),
)


@dataclass(frozen=True)
class Choice:
    """What the page is asked for: it stands in its address."""

    key: str
    period: Period
    form: PeriodForm
    bot: Bot | None

    def url(self, **changes: str) -> str:
        """The same page with something else chosen; an empty value takes a choice away."""
        days = {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}
        query = {"period": self.key} if self.key else days
        if self.bot:
            query["bot"] = str(self.bot.pk)
        return "?" + urlencode({name: value for name, value in (query | changes).items() if value})


def dashboard_context(request: HttpRequest) -> dict[str, Any]:
    """Empty for people who may not look at messages: their first page is the navigation."""
    if not request.user.has_perm("messaging.view_message"):
        return {}
    choice = read(request)
    numbers = funnels.look(request.user, choice.period, choice.bot)
    rows = Rows(choice.period.stretch, choice.bot)
    times = [by_time(numbers, rows, choice.url)]
    if not choice.period.is_one_day:
        times.append(by_hour_of_day(numbers, rows))
    return {
        "choice": choice,
        "choices": choices(choice),
        "days": span(choice.period),
        "all_bots": choice.url(bot=""),
        "zone": timezone.get_current_timezone_name(),
        "numbers": numbers,
        "headline": headlines.headline(operations.look(request.user)),
        "steps": steps(numbers, rows),
        "rest": rest(numbers, rows),
        "chart": bars(times[0]),
        "hours": bars(times[1]) if len(times) > 1 else None,
        "reasons": reasons(numbers, rows),
        "breakdowns": [*_breakdowns(numbers, rows, choice), *map(by_column, times)],
        "recent": recent(request.user, choice.bot),
    }


# -- What was asked for ----------------------------------------------------------------------------


def read(request: HttpRequest) -> Choice:
    """Days that are none leave the usual period, and say why beside their field."""
    zone, today = timezone.get_current_timezone(), timezone.localdate()
    key = request.GET.get("period", USUAL)
    period = _named(key, today, zone)
    form = PeriodForm(initial={"since": period.first, "until": period.last})
    if "since" in request.GET or "until" in request.GET:
        form = PeriodForm(request.GET)
        if form.is_valid():
            key, period = "", form.period(zone)
    return Choice(key, period, form, _bot(request))


def _named(key: str, today: dt.date, zone: dt.tzinfo) -> Period:
    if key == "month":
        return periods.of_month(today, zone)
    return periods.of_days({"today": 1, "30d": 30}.get(key, 7), today, zone)


def _bot(request: HttpRequest) -> Bot | None:
    key = as_key(request.GET.get("bot"))
    return Bot.objects.for_user(request.user).filter(pk=key).first() if key else None


def choices(choice: Choice) -> list[dict[str, Any]]:
    bot = {"bot": str(choice.bot.pk)} if choice.bot else {}
    return [
        {"label": label, "url": "?" + urlencode({"period": key} | bot), "is_chosen": key == choice.key}
        for key, label in PERIODS
    ]


# -- Numbers ---------------------------------------------------------------------------------------


def steps(numbers: Numbers, rows: Rows) -> list[Step]:
    counts = numbers.total()
    return [
        Step(key, label, counts[key], rows.url(key), counts[of] if of else None, of_label, counts["count"])
        for key, label, of, of_label in STEPS
    ]


def rest(numbers: Numbers, rows: Rows) -> list[Step]:
    """What did not come through, and what people wrote."""
    counts, received = numbers.total(), numbers.total(Facet.RECEIVED)
    of = counts["count"]
    written = Rows(rows.stretch, rows.bot, direction="in")
    return [
        *(Step(key, label, counts[key], rows.url(key), of, _("handed over")) for key, label in REST),
        Step("received", _("Received"), received["count"], written.url()),
    ]


def _breakdowns(numbers: Numbers, rows: Rows, choice: Choice) -> Sequence[Breakdown]:
    return breakdowns(numbers, rows, lambda bot: choice.url(bot=str(bot)))


def recent(user: User, bot: Bot | None) -> list[Message]:
    """Looked for among the latest of all first: asking for several bots sorts all that they ever sent."""
    rows = Message.objects.select_related("contact").defer("content").order_by("-pk")
    if bot:
        return list(rows.filter(bot=bot)[:RECENT])
    if user.has_perm(SEE_ALL_BOTS):
        return list(rows[:RECENT])
    bots = set(Bot.objects.for_user(user).values_list("pk", flat=True))
    latest = Message.objects.order_by("-pk").values_list("pk", "bot_id")[:LATEST]
    keys = [pk for pk, owner in latest if owner in bots][:RECENT]
    return list(rows.filter(pk__in=keys)) if len(keys) == RECENT else list(rows.filter(bot__in=bots)[:RECENT])


def span(period: Period) -> str:
    """The days, as people write them."""
    first, last = (date_format(date, "j M Y") for date in (period.first, period.last))
    return first if first == last else f"{first} – {last}"
