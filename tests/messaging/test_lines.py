"""One bot on the wire: what is written down ahead, and what a thread may go on with by itself."""

import time

import pytest

from messaging import claiming, lines
from messaging.lines import AHEAD, LATE_SECONDS, Line
from messaging.models import Attempt
from tests.factories import make_bot, queued
from tests.threads import at_once

FAST = 0.05


@pytest.fixture
def busy_bot(db):
    """As fast as no bot is, with more waiting than is sent at once."""
    bot = make_bot(rate=100_000)
    for _ in range(160):
        queued(bot)
    return bot


@pytest.fixture
def line(busy_bot):
    """With all claimed and the first call on the wire, which has to show the way."""
    line = Line(busy_bot)
    line.add(claiming.claim(busy_bot, 160))
    line.arm()
    assert line.next_call()
    line.under_way = 1
    return line


def go_on(line):
    return line.follow(FAST, is_sound=True)


def test_nothing_follows_the_first_call_before_its_answer(line):
    line.arm()
    assert line.next_call() is None
    assert Attempt.objects.count() == 1


def test_a_sound_answer_opens_the_line(line, settings):
    assert go_on(line) is None  # nothing more was written down yet
    line.arm()
    assert Attempt.objects.count() > settings.SEND_IN_FLIGHT


def test_a_thread_goes_on_without_being_told(line):
    go_on(line)
    line.arm()
    first, second = go_on(line), go_on(line)
    assert first.attempts[0].row.pk < second.attempts[0].row.pk


def test_threads_at_once_get_different_calls(line):
    go_on(line)
    line.arm()
    calls = [call for part in at_once(lambda: [go_on(line) for _ in range(10)], times=4) for call in part]
    assert len({id(call) for call in calls}) == 40


def test_after_an_unsound_answer_no_thread_goes_on(line):
    go_on(line)
    line.arm()
    assert line.follow(FAST, is_sound=False) is None
    assert line.next_call() is None


def test_a_line_that_is_stopped_gives_nothing_out(line):
    go_on(line)
    line.arm()
    line.is_stopped = True
    assert (go_on(line), line.next_call()) == (None, None)


def test_threads_that_are_too_many_for_fast_answers_end(line, settings):
    line.under_way = settings.SEND_IN_FLIGHT
    line.follow(0.001, is_sound=True)
    line.arm()
    assert line.follow(0.001, is_sound=True) is None


def test_a_slot_that_was_missed_is_not_used(line):
    go_on(line)
    line.arm()
    time.sleep(LATE_SECONDS * 1.5)
    assert go_on(line) is None
    line.arm()
    assert go_on(line) is not None


def test_what_lies_past_its_lease_is_not_sent(line):
    go_on(line)
    line.arm()
    for call, _slot in line._armed:
        call.leave_by = time.monotonic() - 1
    assert go_on(line) is None
    assert len(line.outdated()) == Attempt.objects.count() - 1


def test_what_has_not_left_is_given_back_whole(line):
    go_on(line)
    line.arm()
    assert len(line.give_back()) == 159
    assert (go_on(line), line.has_calls) == (None, False)


def test_a_slow_bot_writes_nothing_down_that_is_not_about_to_leave(db):
    bot = make_bot(rate=5)
    for _ in range(4):
        queued(bot)
    line = Line(bot)
    line.add(claiming.claim(bot, 4))
    for _ in range(3):
        line.arm()
    assert Attempt.objects.count() == 1


def test_no_more_is_claimed_while_enough_is_there(line):
    assert line.room == 0
    line.give_back()
    assert line.room == lines.CLAIM_SIZE


def test_no_more_is_written_down_ahead_than_leaves_in_a_moment(line, settings):
    go_on(line)
    line.under_way = settings.SEND_IN_FLIGHT
    for _ in range(5):
        line.arm()
    assert Attempt.objects.count() == 1 + AHEAD
