"""What an address finds: each filter, words, people, and pages that meet every row once."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import paging, searching
from messaging.models import Bot, Contact, Message
from messaging.paging import Place
from messaging.statuses import Status
from tests.factories import make_bot, make_contact, make_message, make_template, make_user


def found(user: User, size: Any = 50, **params: str) -> list[Message]:
    """Everything, page after page."""
    search = searching.read(params, user)
    assert search.problems == []
    rows: list[Message] = []
    while (page := paging.page(search, Message.objects.all(), Place(rows[-1].pk if rows else 0), size)).rows:
        rows += page.rows
        if not page.has_more:
            break
    return rows


def problems(user: User, **params: str) -> list[str]:
    return searching.read(params, user).problems


# -- Filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "failed"),
        ("status__exact", "failed"),
        ("status__in", "failed,skipped"),
        ("reason", "undeliverable"),
        ("provider_code", "131026"),
        ("kind", "image"),
        ("batch", "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11"),
        ("template", "aviso_pedido"),
        ("accepted_at__isnull", "False"),
    ],
)
def test_a_filter_finds_the_row_and_no_other(agent: User, bot: Bot, name: str, value: str) -> None:
    wanted = make_message(
        bot,
        status=Status.FAILED,
        reason="undeliverable",
        provider_code="131026",
        batch="5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11",
        template=make_template(bot),
        accepted_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    Message.objects.filter(pk=wanted.pk).update(kind="image")
    make_message(bot, status=Status.READ)
    assert found(agent, **{name: value}) == [wanted]


def test_what_a_person_sent_is_found_by_that_person(agent: User, bot: Bot) -> None:
    wanted = make_message(bot, created_by=agent)
    make_message(bot)
    assert found(agent, created_by=str(agent.pk)) == [wanted]


def test_what_was_received_is_apart_from_what_was_sent(agent: User, bot: Bot) -> None:
    received = make_message(bot, direction="in", status=Status.RECEIVED)
    sent = make_message(bot)
    assert (found(agent, direction="in"), found(agent, direction="out")) == ([received], [sent])


def test_filters_together_find_what_each_of_them_would(agent: User, bot: Bot) -> None:
    wanted = make_message(bot, status=Status.READ, text="tu pedido", created_by=agent)
    make_message(bot, status=Status.READ, text="tu cita", created_by=agent)
    make_message(bot, text="tu pedido")
    assert found(agent, q="pedido", status="read", created_by=str(agent.pk)) == [wanted]


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "sold"), ("bot", "x"), ("batch", "x"), ("from", "soon"), ("since", "5"), ("direction", "up")],
)
def test_a_value_that_is_none_is_named_and_finds_nothing(
    agent: User, bot: Bot, name: str, value: str
) -> None:
    make_message(bot)
    assert value in problems(agent, **{name: value})[0]
    assert not paging.page(searching.read({name: value}, agent), Message.objects.all(), Place(), 9).rows


def test_a_name_of_somebody_elses_is_no_filter(agent: User, bot: Bot) -> None:
    message = make_message(bot)
    assert found(agent, utm_source="mail", content__a="1", before="3") == [message]


# -- Times ---------------------------------------------------------------------------------------


def test_times_are_those_of_the_zone_in_the_address(agent: User, bot: Bot) -> None:
    ten_in_quito = dt.datetime(2026, 3, 1, 15, tzinfo=dt.UTC)
    wanted = make_message(bot, created_at=ten_in_quito)
    make_message(bot, created_at=ten_in_quito - dt.timedelta(minutes=1))
    make_message(bot, created_at=ten_in_quito + dt.timedelta(hours=1))
    hours = {"from": "2026-03-01T10:00", "to": "2026-03-01T11:00", "zone": "America/Guayaquil"}
    assert found(agent, **hours) == [wanted]


def test_the_last_day_of_a_period_belongs_to_it(agent: User, bot: Bot) -> None:
    evening = make_message(bot, created_at=dt.datetime(2026, 3, 2, 23, 59, tzinfo=dt.UTC))
    make_message(bot, created_at=dt.datetime(2026, 3, 3, tzinfo=dt.UTC))
    assert found(agent, **{"from": "2026-03-01", "to": "2026-03-02"}) == [evening]


def test_what_came_late_is_found_by_when_it_was_said(agent: User, bot: Bot) -> None:
    times = [dt.datetime(2026, 3, day, tzinfo=dt.UTC) for day in (5, 2, 4, 1, 3)]
    for moment in times:
        make_message(bot, created_at=moment)
    days = [message.created_at.day for message in found(agent, size=2, to="2026-03-04")]
    assert days == [4, 3, 2, 1]


# -- People and words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "+593 99 000 0777",
        "593990000777",
        "099 000 0777",
        "0990000777",
        "(593) 99-000-0777",
        "00007",
        "lucia ve",
    ],
)
def test_a_person_is_found_however_their_number_or_name_is_written(agent: User, bot: Bot, typed: str) -> None:
    wanted = make_message(bot, make_contact("593990000777", name="Lucía Vega"))
    make_message(bot, make_contact("593990009888", name="Juan Lima"))
    assert found(agent, person=typed) == found(agent, q=typed) == [wanted]


def test_more_people_than_anybody_means_are_said_to_be_too_many(agent: User, bot: Bot) -> None:
    Contact.objects.bulk_create([Contact(wa_id=f"5939900{n:05}", name=f"Ana {n}") for n in range(101)])
    assert "More than 100 people" in searching.read({"q": "ana"}, agent).notes[0]


@pytest.mark.parametrize(
    "typed", ["envio", "ENVÍO", "envío ORD-1234", "ord-1234", "1234", "envi*", "salió, tu", "  salio  "]
)
def test_words_are_found_without_their_accents_and_signs(agent: User, bot: Bot, typed: str) -> None:
    wanted = make_message(bot, text="¡Tu envío ORD-1234 salió!")
    make_message(bot, text="Bienvenido ORD-12")
    assert found(agent, q=typed) == [wanted]


@pytest.mark.parametrize("typed", ["env", "1234 ORD-12", "ord-34", "%", '"', "NEAR", "a OR b", "-envío*x"])
def test_other_words_find_nothing(agent: User, bot: Bot, typed: str) -> None:
    make_message(bot, text="Tu envío ORD-1234 salió")
    assert found(agent, q=typed) == []


@pytest.mark.parametrize(
    "text", ["TU ENVÍO", "«envío»", "¿Envío?", "🎉envío🎉", "su-envío.", "http://x.ec/envío"]
)
def test_a_word_ends_where_its_letters_do(agent: User, bot: Bot, text: str) -> None:
    wanted = make_message(bot, text=text)
    assert found(agent, q="envio") == [wanted]


def test_changed_and_deleted_words_are_found_no_more(agent: User, bot: Bot) -> None:
    message = make_message(bot, text="primero")
    Message.objects.filter(pk=message.pk).update(text="segundo")
    assert (found(agent, q="primero"), found(agent, q="segundo")) == ([], [message])
    message.delete()
    assert found(agent, q="segundo") == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_whatever_is_typed_is_an_answerable_search(agent: User, text: str) -> None:
    for name in ("q", "person", "template", "from", "zone", "status", "batch"):
        search = searching.read({name: text}, agent)
        paging.page(search, Message.objects.all(), Place(), 5)
        list(paging.strides(search, Message.objects.all(), below=10))


# -- Pages ---------------------------------------------------------------------------------------

ADDRESSES = [
    {},
    {"status__in": "read,failed"},
    {"q": "pedido"},
    {"q": "ana"},
    {"status": "failed"},
    {"to": "2027-01-01"},
    {"status": "read", "to": "2027-01-01"},
    {"q": "pedido", "status": "read"},
    {"person": "ana"},
]


@pytest.mark.parametrize("near", [3, 5000])
@pytest.mark.parametrize("params", ADDRESSES, ids=str)
def test_pages_both_ways_and_an_export_meet_the_same_rows_once(
    agent: User, bot: Bot, params: dict[str, str], near: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "NEAR", near)
    people = [make_contact(name="Ana"), make_contact(name="Juan")]
    kinds = itertools.product(people, ("tu pedido", "tu cita"), ("read", "failed", "queued"), range(2))
    for contact, text, status, _again in kinds:
        reason = "undeliverable" if status == "failed" else ""
        make_message(bot, contact, text=text, status=status, reason=reason)
    search = searching.read(params, agent)
    older = found(agent, size=4, **params)
    assert older and len({row.pk for row in older}) == len(older)
    newer = paging.page(search, Message.objects.all(), Place(older[-1].pk, is_newer=True), 50).rows
    assert newer == older[:-1]
    top = Message.objects.order_by("-pk")[0].pk
    exported = [
        row for part, _low in paging.strides(search, Message.objects.all(), below=top) for row in part
    ]
    assert exported == older


def test_nobody_finds_a_message_of_a_bot_that_is_not_theirs(agent: User, bot: Bot) -> None:
    other = make_bot(name="Ventas", provider_id="other")
    make_message(other, make_contact(name="Ana"), text="pedido", batch="5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11")
    queries: list[dict[str, str]] = [
        *ADDRESSES,
        {"bot": str(other.pk)},
        {"batch": "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11"},
    ]
    assert [found(agent, **params) for params in queries] == [[]] * len(queries)
    assert len(found(make_user("eva", "Supervisors"))) == 1


@pytest.mark.parametrize("hour", ["24", "-1", "x", "9" * 30])
def test_an_hour_that_no_clock_shows_is_explained(bot: Bot, agent: User, hour: str) -> None:
    assert "Hour of the day" in searching.read({"hour": hour}, agent).problems[0]


def test_an_hour_is_that_of_the_zone_in_the_address(bot: Bot, agent: User) -> None:
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    message = make_message(bot, created_at=noon)
    for zone, hour in (("UTC", "12"), ("America/Guayaquil", "7")):
        search = searching.read({"hour": hour, "zone": zone}, agent)
        assert list(Message.objects.filter(search.where)) == [message]


def test_what_has_no_template_and_what_nobody_sent_can_be_asked_for(bot: Bot, agent: User) -> None:
    make_message(bot, template=make_template(bot), created_by=agent)
    bare = make_message(bot, created_by=None)
    for name in ("template__isnull", "created_by__isnull"):
        assert list(Message.objects.filter(searching.read({name: "True"}, agent).where)) == [bare]
