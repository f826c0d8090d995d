"""The first page: what it is asked for, what it counts, and that each number leads to its rows."""

import datetime as dt
import re
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging import summaries
from messaging.models import Bot, Message, SummaryMark
from messaging.statuses import Status
from tests.factories import make_bot, make_contact, make_message, make_template

LIST = reverse("admin:messaging_message_changelist")
GUAYAQUIL = {"timezone": "America/Guayaquil"}


def dashboard(client: Client, query: str = "", zone: str = "America/Guayaquil"):
    client.cookies["timezone"] = zone
    response = client.get(reverse("admin:index") + query)
    assert response.status_code == 200
    return response


def rows_behind(url: str) -> int:
    """The list's filters are lookups of the database, written in the address."""
    assert url.startswith(f"{LIST}?")
    asked = dict(parse_qsl(urlsplit(url).query))
    zone, hour = ZoneInfo(asked.pop("zone", "UTC")), asked.pop("hour", None)
    found = Message.objects.filter(**{name: said(name, value) for name, value in asked.items()})
    return sum(1 for row in found if hour in (None, str(row.created_at.astimezone(zone).hour)))


def said(name: str, value: str) -> object:
    if name.endswith("__isnull"):
        return value == "True"
    return value.split(",") if name.endswith("__in") else value


def numbers_of(response) -> list[tuple[str, int]]:
    """Each link of the page that goes to the list and says how many rows are there."""
    links = re.findall(
        r'<a[^>]*href="([^"]*/messaging/message/\?[^"]*)"[^>]*>([\d,]+)</a>', response.content.decode()
    )
    return [(url.replace("&amp;", "&"), int(number.replace(",", ""))) for url, number in links]


def furnish(bot: Bot, agent: User) -> None:
    template, contact = make_template(bot), make_contact()
    now = timezone.now()
    for hours, status in enumerate(Status):
        inbound = status == Status.RECEIVED
        message = make_message(
            bot,
            contact,
            direction="in" if inbound else "out",
            status=Status.QUEUED if status == Status.SENDING else status,
            reason="undeliverable" if status in (Status.FAILED, Status.SKIPPED) else "",
            template=None if inbound or hours % 3 else template,
            created_by=None if hours % 4 else agent,
            created_at=now - dt.timedelta(hours=hours * 13),
        )
        Message.objects.filter(pk=message.pk, status__in=["read", "failed"]).update(
            replied_at=now, accepted_at=now
        )


@pytest.mark.parametrize("zone", ["America/Guayaquil", "Asia/Kathmandu", "Pacific/Auckland"])
@pytest.mark.parametrize("query", ["", "?period=today", "?period=30d", "?period=month"])
@pytest.mark.parametrize("is_counted", [True, False], ids=["summed", "live"])
def test_each_number_is_the_number_of_its_rows(
    agent_client: Client, bot: Bot, agent: User, zone: str, query: str, is_counted: bool
) -> None:
    furnish(bot, agent)
    if is_counted:
        summaries.refresh()
    numbers = numbers_of(dashboard(agent_client, query, zone))
    assert len(numbers) > 8
    assert [(url, rows_behind(url)) for url, _number in numbers] == numbers


def test_the_list_shows_the_rows_of_each_number(agent_client: Client, bot: Bot, agent: User) -> None:
    furnish(bot, agent)
    for url, number in numbers_of(dashboard(agent_client)):
        found = agent_client.get(url)
        assert found.status_code == 200
        assert len(found.context["cl"].result_list) == number, url


@pytest.mark.parametrize("part", ["hour=", "template__isnull=True", "created_by__isnull=True", "kind=text"])
def test_every_line_of_every_table_leads_to_its_rows(
    agent_client: Client, bot: Bot, agent: User, part: str
) -> None:
    furnish(bot, agent)
    make_message(bot, created_by=None)
    numbers = numbers_of(dashboard(agent_client))
    assert any(part in url and number for url, number in numbers)


def test_sums_and_rows_make_the_same_page(agent_client: Client, bot: Bot, agent: User) -> None:
    furnish(bot, agent)
    live = numbers_of(dashboard(agent_client, "?period=30d"))
    summaries.refresh()
    SummaryMark.objects.update(messages_to=10**9, events_to=10**9)
    assert numbers_of(dashboard(agent_client, "?period=30d")) == live


def test_what_changed_since_the_sums_were_made_is_counted(agent_client: Client, bot: Bot) -> None:
    now = timezone.now()
    make_message(bot, status=Status.SENT, accepted_at=now)
    summaries.refresh()
    make_message(bot, status=Status.READ, accepted_at=now)
    step = dashboard(agent_client).context["steps"]
    assert [one.count for one in step[:4]] == [2, 2, 1, 1]


def test_numbers_that_are_late_say_so(
    agent_client: Client, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.funnels.LIVE_ROWS", 1)
    make_message(bot)
    summaries.refresh()
    for _number in range(3):
        make_message(bot)
    response = dashboard(agent_client)
    assert response.context["steps"][0].count == 1
    assert "Many messages are on the move" in response.content.decode()


def test_nobody_sees_numbers_of_other_peoples_bots(agent_client: Client, bot: Bot) -> None:
    foreign = make_bot(name="Secreto", provider_id="other")
    make_message(foreign, template=make_template(foreign, element_name="secreta"))
    for refresh in (False, True):
        if refresh:
            summaries.refresh()
        response = dashboard(agent_client, f"?bot={foreign.pk}")
        assert response.context["steps"][0].count == 0
        assert not re.search("Secreto|secreta", response.content.decode())


def test_one_bot_can_be_looked_at_alone(admin_person_client: Client, bot: Bot) -> None:
    other = make_bot(name="Ventas", provider_id="other")
    make_message(bot)
    make_message(other)
    response = dashboard(admin_person_client, f"?bot={other.pk}")
    assert response.context["steps"][0].count == 1
    assert "only Ventas" in response.content.decode()


# -- Periods -------------------------------------------------------------------------------------


def test_the_period_stays_in_the_address(agent_client: Client, bot: Bot) -> None:
    response = dashboard(agent_client, f"?since=2026-11-01&until=2026-11-03&bot={bot.pk}")
    assert response.context["choice"].url() == f"?since=2026-11-01&until=2026-11-03&bot={bot.pk}"
    assert "1 Nov 2026 – 3 Nov 2026" in response.content.decode()
    assert "America/Guayaquil" in response.content.decode()


def test_a_day_begins_at_midnight_of_its_zone(agent_client: Client, bot: Bot) -> None:
    make_message(bot, created_at=dt.datetime(2026, 11, 10, 4, 59, tzinfo=dt.UTC))
    make_message(bot, created_at=dt.datetime(2026, 11, 10, 5, 0, tzinfo=dt.UTC))
    summaries.refresh()
    response = dashboard(agent_client, "?since=2026-11-10&until=2026-11-10")
    assert response.context["steps"][0].count == 1


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)])
def test_a_day_has_the_hours_its_clocks_have(agent_client: Client, bot: Bot, day: str, hours: int) -> None:
    response = dashboard(agent_client, f"?since={day}&until={day}", "America/New_York")
    assert len(response.context["chart"].labels) == hours


@pytest.mark.parametrize(("until", "bars"), [("2026-01-31", 31), ("2026-12-31", 53)])
def test_a_long_period_is_drawn_by_weeks(agent_client: Client, bot: Bot, until: str, bars: int) -> None:
    make_message(bot, created_at=dt.datetime(2026, 1, 9, 12, tzinfo=dt.UTC))
    response = dashboard(agent_client, f"?since=2026-01-01&until={until}")
    assert len(response.context["chart"].labels) == bars
    assert all(rows_behind(url) == number for url, number in numbers_of(response))


def test_an_hour_that_the_clocks_repeat_is_two(agent_client: Client, bot: Bot) -> None:
    for hour in (5, 6):
        make_message(bot, created_at=dt.datetime(2026, 11, 1, hour, 30, tzinfo=dt.UTC))
    response = dashboard(agent_client, "?since=2026-11-01&until=2026-11-01", "America/New_York")
    numbers = numbers_of(response)
    assert [(url, rows_behind(url)) for url, _number in numbers] == numbers
    assert response.context["chart"].series[2].name == "On the way"
    assert [row for row in response.context["chart"].labels if row == "01:00"] == ["01:00", "01:00"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?since=2026-11-10&until=", "Choose the last day."),
        ("?since=yesterday&until=2026-11-10", "This is no day. Write it as 2026-11-20."),
        ("?since=2026-11-10&until=2026-11-09", "The last day is before the first. Choose a later one."),
        ("?since=2020-01-01&until=2026-11-09", "A period has at most 366 days. Choose a later first day."),
        ("?since=0001-01-01&until=9999-12-31", "Choose a day between 2009 and 2100."),
    ],
)
def test_days_that_are_none_are_explained_and_kept(
    agent_client: Client, bot: Bot, query: str, sentence: str
) -> None:
    content = dashboard(agent_client, query).content.decode()
    assert sentence in content
    for _name, value in parse_qsl(query[1:]):
        assert f'value="{value}"' in content


@pytest.mark.parametrize(
    "query", ["?period=x", "?bot=x", "?bot=99999999999999999999", "?period=%22", "?until=2026-11-01"]
)
def test_nonsense_in_the_address_does_no_harm(agent_client: Client, bot: Bot, query: str) -> None:
    dashboard(agent_client, query)


def test_the_queries_do_not_grow_with_the_rows(
    agent_client: Client, bot: Bot, agent: User, django_assert_max_num_queries
) -> None:
    for _number in range(3):
        furnish(make_bot(members=(agent,), provider_id=f"b{_number}"), agent)
    summaries.refresh()
    with django_assert_max_num_queries(45):
        dashboard(agent_client)
