import re

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from messaging.failure_codes import CODES, PHRASES, VAGUE
from messaging.failures import (
    CHOICES,
    FAILURES,
    UNLISTED,
    Failure,
    Retry,
    Side,
    Step,
    explain,
    reason_for,
)
from tests import whatsapp_codes

JELOU = """
bot_not_found forbidden_bot message_could_not_be_send notification_could_not_be_send unauthorized
unprocessable_entity internal_server_error E1019 BOT_NOT_FOUND E0422 VALIDATOR_ERROR INVALID_MEDIA_URL
MEDIA_TOO_LARGE UNSUPPORTED_MEDIA_TYPE
"""
BIRD = "11001 11002 11003 11004 11005 12001 12002 12003 15005 15012 InvalidPayload"
OURS = """
http_400 http_401 http_403 http_404 http_429 http_500 http_502 http_503 http_504 no_id no_answer
unreachable
"""


@pytest.mark.parametrize("code", [*whatsapp_codes.CODES, *f"200 299 {JELOU} {BIRD} {OURS}".split()])
def test_every_code_that_is_known_to_anybody_is_listed(code):
    assert reason_for(code) != UNLISTED


@pytest.mark.parametrize("code", whatsapp_codes.RETRY["later"].split())
def test_what_time_mends_is_not_called_hopeless(code):
    failure = explain(reason_for(code))
    assert failure.retry != Retry.NEVER or failure.key.startswith("about_")


def test_a_code_of_groups_or_calls_does_not_pass_for_a_fault_of_the_message():
    keys = {reason_for(code) for code in ("131208", "138005", "2388040", "133008")}
    assert keys == {"about_groups", "about_calls", "about_template_writing", "about_setup"}


def test_every_code_leads_to_an_entry():
    assert set(CODES.values()) | set(PHRASES.values()) | VAGUE <= set(FAILURES)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_every_entry_says_what_happened_and_what_to_do(failure):
    assert re.fullmatch("[a-z_]{1,40}", failure.key)
    assert str(failure.sentence).endswith(".") and str(failure.action).endswith(".")
    assert "!" not in f"{failure.sentence}{failure.action}"
    assert failure.side in Side and failure.retry in Retry


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_an_entry_says_how_long_to_wait_if_waiting_helps(failure):
    assert bool(failure.wait) == bool(failure.delay) == (failure.retry == Retry.LATER)


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_an_entry_leads_to_one_button(failure):
    assert failure.step in Step and str(failure.step.label)


def test_our_own_words_stand_in_for_an_unlisted_code_alone():
    ours = Failure("unlisted", "The moon is full.", Side.PROVIDER, Retry.NEVER, "Wait.")
    assert explain("unlisted", ours).sentence == "The moon is full."
    assert explain("undeliverable", ours).key == "undeliverable"


def test_the_choices_are_the_entries():
    assert [key for key, _sentence in CHOICES] == list(FAILURES)


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("131026", "undeliverable"),
        ("131047", "window_closed"),
        ("131049", "marketing_cap"),
        ("131050", "opted_out"),
        ("132000", "wrong_value_count"),
        ("132001", "template_missing"),
        ("132015", "template_paused"),
        ("131042", "payment"),
        ("#131056", "pair_limit"),
        (" 190 ", "wrong_credentials"),
        ("E1019", "bot_not_found"),
        ("bot_NOT_found", "bot_not_found"),
        ("INVALID_MEDIA_URL", "media_unreachable"),
        ("http_429", "rate_limited"),
        ("too_many_starts", "too_many_starts"),
    ],
)
def test_it_reads_a_code(code, key):
    assert reason_for(code) == key


@pytest.mark.parametrize(
    "text",
    [
        "(#131026) Message undeliverable",
        "131026: Message undeliverable",
        "details: x; reason: Message undeliverable; code: 131026",
        '{"error": {"code": 131026}}',
    ],
)
def test_it_finds_metas_code_in_a_text(text):
    assert reason_for("", text) == "undeliverable"


def test_metas_code_in_the_text_says_more_than_a_vague_code():
    assert reason_for("notification_could_not_be_send", "(#131050) User stopped") == "opted_out"
    assert reason_for("100", "(#132000) Number of parameters") == "wrong_value_count"


def test_an_exact_code_is_not_overruled_by_the_text():
    assert reason_for("131047", "(#131026) Message undeliverable") == "window_closed"


def test_of_two_codes_in_a_text_the_exact_one_counts():
    assert reason_for("", "(#100) Invalid parameter (#132012) format mismatch") == "template_mismatch"


def test_jelous_sentence_about_a_template_is_understood():
    assert reason_for("http_400", "Template does not exist") == "template_missing"


@pytest.mark.parametrize("text", ["", "order 100", "+593 99 131 0261", "5931310260000", "1310260"])
def test_other_numbers_in_a_text_mean_nothing(text):
    assert reason_for("", text) == UNLISTED


def test_a_vague_code_is_better_than_none():
    assert reason_for("VALIDATOR_ERROR", "something") == "invalid_request"


def test_a_key_that_left_the_catalogue_is_explained_as_unlisted():
    assert explain("no_such_key").key == UNLISTED
    assert explain("opted_out").retry == Retry.NEVER


def test_the_sentences_wait_for_the_readers_language():
    with translation.override("en"):
        assert "24 hours" in str(explain("window_closed").sentence)


@given(st.text(), st.text())
def test_any_answer_has_an_entry(code, text):
    assert reason_for(code, text) in FAILURES
