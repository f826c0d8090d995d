import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.statuses import BEFORE_LEAVING, EXPLAINED, FINAL, ORDER, WAITING, Status, left_of

EVIDENCE = [status for status in Status if left_of(status)]
NEWS = [status for status in ORDER if left_of(status)]


def settle(start, evidence):
    """What a row becomes when this evidence arrives in this order."""
    for status in evidence:
        start = status if start in left_of(status) else start
    return start


@given(st.lists(st.sampled_from(NEWS)).flatmap(lambda news: st.tuples(st.just(news), st.permutations(news))))
def test_the_order_in_which_news_arrives_does_not_matter(pair):
    news, shuffled = pair
    assert settle(Status.SENDING, news) == settle(Status.SENDING, shuffled)


@given(st.lists(st.sampled_from(EVIDENCE)), st.sampled_from(list(Status)))
def test_news_that_comes_twice_changes_nothing(news, start):
    once = settle(start, news)
    assert settle(start, [status for status in news for _ in range(2)]) == once
    assert settle(once, news) == once or once in WAITING


@given(st.lists(st.sampled_from(NEWS), min_size=1))
def test_the_furthest_news_wins(news):
    assert settle(Status.SENDING, news) == max(news, key=ORDER.index)


@given(st.lists(st.sampled_from(EVIDENCE)), st.sampled_from(ORDER))
def test_a_message_never_moves_left(news, start):
    end = settle(start, news)
    assert end in BEFORE_LEAVING or ORDER.index(end) >= ORDER.index(start)


def test_delivery_beats_a_guessed_failure():
    assert settle(Status.SENDING, [Status.FAILED, Status.DELIVERED]) == Status.DELIVERED


def test_a_late_failure_does_not_take_a_delivery_back():
    assert settle(Status.DELIVERED, [Status.FAILED]) == Status.DELIVERED


def test_evidence_settles_an_unknown_outcome():
    assert settle(Status.UNKNOWN, [Status.ACCEPTED]) == Status.ACCEPTED


def test_an_answer_that_was_kept_does_not_become_unknown():
    assert settle(Status.ACCEPTED, [Status.UNKNOWN]) == Status.ACCEPTED


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.ACCEPTED, Status.SENT, Status.FAILED, Status.READ])
def test_what_has_left_cannot_be_stopped(status):
    assert settle(status, [Status.CANCELED, Status.SKIPPED]) == status


def test_what_is_being_sent_can_be_skipped_and_not_canceled():
    assert settle(Status.SENDING, [Status.CANCELED]) == Status.SENDING
    assert settle(Status.SENDING, [Status.SKIPPED]) == Status.SKIPPED


@pytest.mark.parametrize("status", [Status.CANCELED, Status.SKIPPED, Status.RECEIVED, Status.PLANNED])
def test_news_does_not_reach_what_was_never_sent(status):
    assert settle(status, NEWS) == status


@pytest.mark.parametrize("status", [Status.PLANNED, Status.QUEUED, Status.SENDING, Status.RECEIVED])
def test_no_evidence_leads_to_what_the_verbs_write(status):
    assert left_of(status) == ()


def test_failed_and_skipped_are_the_ones_that_say_why():
    assert set(EXPLAINED) == {Status.FAILED, Status.SKIPPED}
    assert set(EXPLAINED) <= FINAL
