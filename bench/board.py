"""What the web process does for `dashboard.page`: count the sums, then ask for the page again and again."""

import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from statistics import median

from django.contrib.auth.models import User
from django.db.models import F
from django.test import Client, override_settings
from django.utils import timezone

from messaging import summaries
from messaging.funnels import LIVE_ROWS
from messaging.models import Summary, SummaryMark

from .past import DAYS

# Requests of each page in a round.
TIMES = 4


def main(arguments: Sequence[str]) -> None:
    (rounds,) = arguments
    summaries.rebuild()
    summaries.refresh()
    wrong = sum(1 for _difference in summaries.check())
    _let_lag()
    answer = {
        "rebuild_seconds": round(SummaryMark.objects.get(pk=1).seconds, 1),
        "sums": Summary.objects.count(),
        "wrong": wrong,
        "milliseconds": _pages(int(rounds) * TIMES),
    }
    sys.stdout.write(json.dumps(answer))


def _let_lag() -> None:
    """As if nearly as many messages had come since the last round as a page counts by itself."""
    SummaryMark.objects.update(messages_to=F("messages_to") - LIVE_ROWS * 9 // 10)


def _pages(times: int) -> dict[str, float]:
    """By who looks and at which days."""
    admin = User.objects.create(username="admin", is_staff=True, is_superuser=True)
    people = {"admin": admin, "agent": User.objects.get(username="agent0")}
    first = timezone.localdate() - dt.timedelta(days=DAYS)
    queries = {name: f"?period={name}" for name in ("today", "7d", "30d")}
    queries["all"] = f"?since={first}&until={timezone.localdate()}"
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        return {
            f"{who} {name}": _page(user, query, times)
            for who, user in people.items()
            for name, query in queries.items()
        }


def _page(user: User, query: str, times: int) -> float:
    """The median, once everything is warm."""
    client = Client()
    client.force_login(user)
    found = []
    for _number in range(times + 1):
        began = time.perf_counter()
        response = client.get(f"/admin/{query}")
        found.append(1000 * (time.perf_counter() - began))
        assert response.status_code == 200, response.status_code
    return round(median(found[1:]), 1)
