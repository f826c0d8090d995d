"""Sums that follow the rows: whatever happens to messages, and in whatever order rounds come between."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from messaging import summaries
from messaging.content import TextContent
from messaging.counting import COUNTERS, of_rows
from messaging.events import News, record_status
from messaging.intake import receive
from messaging.models import Bot, Message, Source, Summary, SummaryMark
from messaging.periods import DAY, quarter_of
from messaging.providers.base import InboundMessage
from messaging.statuses import Status
from tests.factories import make_bot, make_contact, make_message, make_template, make_user

UTC = dt.UTC
NOON = dt.datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def kept(span: int = 1) -> dict:
    rows = Summary.objects.filter(span=span).values_list("facet", "start", "bot_id", "key", *COUNTERS)
    return {row[:4]: row[4:] for row in rows}


def tell(message: Message, status: Status) -> None:
    record_status(message, News(status, Source.WEBHOOK, provider_id=message.provider_id))


def refresh() -> None:
    """At once, however long the last round took."""
    SummaryMark.objects.update(seconds=0)
    assert summaries.refresh()


# -- Following the rows --------------------------------------------------------------------------


def test_a_round_counts_what_is_there(bot: Bot) -> None:
    make_message(bot, created_at=NOON, status=Status.READ)
    summaries.refresh()
    assert kept() == of_rows(Message.objects.all())


def test_days_are_the_sums_of_their_quarters(bot: Bot) -> None:
    make_message(bot, created_at=NOON)
    make_message(bot, created_at=NOON + dt.timedelta(hours=3))
    summaries.refresh()
    day = quarter_of(NOON) // DAY * DAY
    assert kept(DAY)["sent", day, bot.pk, ""][0] == 2


def test_news_of_an_old_message_counts_its_hour_again(bot: Bot) -> None:
    message = make_message(bot, created_at=NOON, status=Status.SENT)
    refresh()
    tell(message, Status.READ)
    refresh()
    assert kept() == of_rows(Message.objects.all())


def test_an_answer_counts_the_hour_of_what_it_answers_again(bot: Bot) -> None:
    contact = make_contact()
    old = make_message(bot, contact, created_at=NOON, status=Status.READ)
    refresh()
    make_message(bot, contact, direction="in", status=Status.RECEIVED, answers=old)
    Message.objects.filter(pk=old.pk).update(replied_at=timezone.now())
    refresh()
    assert kept() == of_rows(Message.objects.all())


def test_a_webhook_with_an_answer_is_followed(bot: Bot) -> None:
    contact = make_contact()
    make_message(bot, contact, provider_id="p1", status=Status.READ)
    refresh()
    receive(bot, InboundMessage("in1", contact.wa_id or "", TextContent(body="si"), {}))
    refresh()
    assert list(summaries.check()) == []
    assert sum(row[COUNTERS.index("replied")] for (facet, *_), row in kept().items() if facet == "sent") == 1


def test_nothing_new_counts_nothing(bot: Bot) -> None:
    make_message(bot, created_at=NOON)
    refresh()
    refresh()
    before = list(Summary.objects.values_list("pk", flat=True))
    refresh()
    assert list(Summary.objects.values_list("pk", flat=True)) == before


def test_a_round_looks_back_to_what_was_committed_late(bot: Bot) -> None:
    make_message(bot, created_at=NOON)
    refresh()
    # As if it had been numbered before the mark, and committed after it.
    SummaryMark.objects.update(messages_to=10**9)
    make_message(bot, created_at=NOON)
    refresh()
    assert list(summaries.check()) == []


def test_two_rounds_do_not_run_at_once(bot: Bot) -> None:
    make_message(bot)
    SummaryMark.objects.create(pk=1, busy_until=timezone.now() + dt.timedelta(minutes=1))
    assert not summaries.refresh()
    assert not summaries.rebuild()


def test_a_round_that_died_is_ended_by_the_next(bot: Bot) -> None:
    make_message(bot, created_at=NOON)
    stale = [quarter_of(NOON)]
    past = timezone.now() - dt.timedelta(seconds=1)
    SummaryMark.objects.create(pk=1, stale=stale, messages_to=10**9, messages_from=10**9, busy_until=past)
    assert summaries.refresh()
    assert kept() == of_rows(Message.objects.all())


def test_after_a_long_round_there_is_a_long_rest(bot: Bot) -> None:
    SummaryMark.objects.create(pk=1, counted_at=timezone.now(), seconds=30)
    assert not summaries.refresh()


def test_what_is_gone_is_counted_no_more(bot: Bot) -> None:
    make_message(bot, created_at=NOON)
    refresh()
    Message.objects.all().delete()
    summaries.rebuild()
    assert kept() == kept(DAY) == {}


# -- Checking ------------------------------------------------------------------------------------


def test_a_wrong_sum_is_told_and_mended(bot: Bot, capsys: pytest.CaptureFixture[str]) -> None:
    make_message(bot, created_at=NOON)
    refresh()
    refresh()
    Summary.objects.filter(facet="sent", span=1).update(read=7)
    with pytest.raises(CommandError, match="1 sums differ"):
        call_command("summaries", check=True)
    assert "read 7 instead of 0" in capsys.readouterr().out
    call_command("summaries", rebuild=True, check=True)
    assert "Every sum is what its rows say." in capsys.readouterr().out


def test_what_changed_since_is_no_mistake(bot: Bot) -> None:
    make_message(bot, created_at=NOON)
    refresh()
    make_message(bot, created_at=NOON)
    assert list(summaries.check()) == []


# -- Whatever happens ----------------------------------------------------------------------------

MOMENTS = st.datetimes(dt.datetime(2026, 3, 1), dt.datetime(2026, 3, 20), timezones=st.just(ZoneInfo("UTC")))
NEWS = st.sampled_from([Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ, Status.FAILED])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("make"), MOMENTS, st.integers(0, 1), st.integers(0, 2)),
        st.tuples(st.just("news"), NEWS, st.integers(0, 20)),
        st.tuples(st.just("round")),
    ),
    max_size=30,
)


class WhateverHappens(TestCase):
    def setUp(self) -> None:
        self.bots = [make_bot(), make_bot(provider_id="other")]
        self.templates = [make_template(bot) for bot in self.bots]
        self.agents = [None, make_user(), make_user()]
        self.contact = make_contact()

    @settings(deadline=None, max_examples=40)
    @given(STEPS)
    def test_the_sums_end_up_as_the_rows(self, steps: list[tuple]) -> None:
        messages: list[Message] = []
        for step in steps:
            self._do(step, messages)
        refresh()
        following = kept()
        assert following == of_rows(Message.objects.all())
        assert list(summaries.check()) == []
        summaries.rebuild()
        assert kept() == following

    def _do(self, step: tuple, messages: list[Message]) -> None:
        if step[0] == "make":
            _make, at, bot, agent = step
            template = self.templates[bot] if agent else None
            fields = {"template": template, "created_by": self.agents[agent], "created_at": at}
            messages.append(make_message(self.bots[bot], self.contact, **fields))
        elif step[0] == "news" and messages:
            tell(messages[step[2] % len(messages)], step[1])
        elif step[0] == "round":
            refresh()
