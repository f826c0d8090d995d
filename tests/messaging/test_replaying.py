"""History read again: the same state as before, whatever order it came in, and never back to the queue."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from messaging import failure_codes, replaying
from messaging.events import News, adopt, record_status
from messaging.models import Bot, DeliveryState, Message, MessageEvent, Source, WebhookDelivery
from messaging.replaying import COLUMNS, Selection, State
from messaging.statuses import Status
from tests.factories import claimed, make_bot, make_contact, make_message
from tests.messaging.test_events import NOON, deliver, rows, sent
from tests.webhook_bodies import inbound, status

ALL = Selection()


def columns(message: Message) -> dict[str, Any]:
    return Message.objects.filter(pk=message.pk).values(*COLUMNS).get()


def wipe() -> None:
    """As if everything that history says were lost."""
    times = {name: None for name in COLUMNS if name.endswith("_at")}
    Message.objects.filter(direction="out").update(
        status=Status.QUEUED, reason="", provider_code="", detail="", **times
    )


def differences(selection: Selection = ALL) -> list[replaying.Difference]:
    return [one for found in replaying.review(selection) for one in found.differences]


def replay(selection: Selection = ALL) -> int:
    return sum(replaying.mend(found) for found in replaying.review(selection))


def told(message: Message, word: str, minute: int = 0, **more: Any) -> None:
    moment = NOON + dt.timedelta(minutes=minute)
    deliver(message.bot, status(message.provider_id, word, timestamp=moment.isoformat(), **more))


# -- The same as before ----------------------------------------------------------------------------

HEARD = ("delivered_channel", "delivered_user", "read", "failed", "reply", "levitated", "inbound")
OURS = (
    News(Status.UNKNOWN, Source.WORKER, reason="no_answer", code="timeout", detail="broken pipe"),
    News(Status.ACCEPTED, Source.ANSWER, raw={"attempt": 1}),
    News(Status.FAILED, Source.ANSWER, reason="undeliverable", code="131026", detail="(#131026) no"),
    News(Status.SKIPPED, Source.WORKER, reason="expired"),
    News(Status.CANCELED, Source.PERSON),
    News(None, Source.PERSON, word="SENT_AGAIN"),
)
STEPS = st.one_of(
    st.sampled_from(OURS),
    st.tuples(st.sampled_from(HEARD), st.integers(0, 9), st.sampled_from(["", "131049", "what?"])),
)


def happen(message: Message, step: Any, number: int) -> None:
    if isinstance(step, News):
        record_status(message, step)
    elif step[0] == "inbound":
        deliver(message.bot, inbound(message.to, messageId=f"in-{number}"))
    else:
        told(message, step[0], step[1], **({"error": {"code": step[2]}} if step[2] else {}))


@given(st.lists(STEPS, max_size=8))
@rows
def test_wiped_and_replayed_a_row_says_what_it_said(bot: Bot, steps: list[Any]) -> None:
    message = sent(bot, f"m-{Message.objects.count()}-{timezone.now().timestamp()}", status=Status.QUEUED)
    record_status(message, News(Status.QUEUED, Source.PERSON))
    for number, step in enumerate(steps):
        happen(message, step, number)
    before = columns(message)
    assert differences(Selection(message=message.public_id)) == []
    wipe()
    replay()
    assert columns(message) == before
    MessageEvent.objects.all().delete()
    Message.objects.all().delete()


def test_what_overtook_the_send_call_counts_too(bot: Bot) -> None:
    deliver(bot, status("m-1", "read", timestamp=NOON.isoformat()))
    message = sent(bot, status=Status.SENDING, **claim())
    record_status(message, News(Status.ACCEPTED, Source.ANSWER, provider_id="m-1"))
    adopt(message)
    told(message, "delivered_user", 1)
    before = columns(message)
    assert before["status"] == Status.READ
    wipe()
    replay()
    assert columns(message) == before


def claim() -> dict[str, Any]:
    return {"claim_id": "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11", "lease_until": timezone.now()}


# -- Today's code ----------------------------------------------------------------------------------


def test_a_reason_that_is_known_by_now_is_found_without_a_change(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = sent(bot)
    told(message, "failed", error={"code": "987654", "message": "new"})
    assert columns(message)["reason"] == "unlisted"
    monkeypatch.setitem(failure_codes.CODES, "987654", "payment")
    [one] = differences()
    assert one.changed == {"reason": ("unlisted", "payment")}
    assert columns(message)["reason"] == "unlisted"
    assert replay() == 1
    assert columns(message)["reason"] == "payment"


def test_a_word_that_is_known_by_now_moves_the_row(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    from messaging.providers import jelou_webhooks

    message = sent(bot)
    told(message, "levitated")
    assert columns(message)["status"] == Status.ACCEPTED
    monkeypatch.setitem(jelou_webhooks.STATUSES, "LEVITATED", Status.DELIVERED)
    replay()
    assert columns(message)["status"] == Status.DELIVERED
    assert columns(message)["delivered_at"] == NOON


# -- What it leaves alone --------------------------------------------------------------------------


def test_nothing_goes_back_to_the_queue(bot: Bot) -> None:
    message = sent(bot)
    record_status(message, News(Status.QUEUED, Source.PERSON))
    [found] = replaying.review(ALL)
    assert (found.differences, found.unproven) == ([], [message.public_id])
    assert replay() == 0


def test_what_a_worker_holds_is_left_to_it(bot: Bot) -> None:
    message = claimed(make_message(bot, provider_id="m-1"))
    MessageEvent.objects.create(bot=bot, message=message, key="k", status="read", source=Source.WEBHOOK)
    assert differences() == []


def test_a_row_without_history_is_left_alone(bot: Bot) -> None:
    sent(bot)
    [found] = replaying.review(ALL)
    assert (found.looked, found.without_history, found.differences) == (1, 1, [])


def test_what_people_wrote_has_no_history_to_read(bot: Bot) -> None:
    deliver(bot, inbound("593990000321"))
    assert list(replaying.review(ALL)) == []


def test_news_that_comes_meanwhile_wins(bot: Bot) -> None:
    message = sent(bot)
    told(message, "delivered_user")
    wipe()
    [found] = replaying.review(ALL)
    Message.objects.update(status=Status.CANCELED)
    assert replaying.rebuild(found.differences) == 0
    assert columns(message)["status"] == Status.CANCELED


def test_a_failure_that_history_does_not_explain_is_unlisted(bot: Bot) -> None:
    event = MessageEvent(bot=bot, key="k", status="failed", source=Source.WEBHOOK)
    assert replaying.derive([event], "jelou") == State(
        status=Status.FAILED, reason="unlisted", failed_at=event.arrived_at
    )


def test_it_works_in_chunks(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 2)
    messages = [sent(bot, f"m-{number}") for number in range(5)]
    for message in messages:
        told(message, "read")
    wipe()
    assert [found.looked for found in replaying.review(ALL)] == [2, 2, 1]
    assert replay() == 5


# -- Webhooks --------------------------------------------------------------------------------------


def stored(bot: Bot, body: object, state: str) -> WebhookDelivery:
    raw = json.dumps(body).encode()
    return WebhookDelivery.objects.create(bot=bot, body=raw, size=len(raw), state=state)


@pytest.mark.parametrize("state", replaying.OPEN)
def test_a_webhook_that_was_not_applied_is_applied_again(bot: Bot, state: str) -> None:
    message = sent(bot)
    delivery = stored(bot, status("m-1", "read"), state)
    assert list(replaying.apply_again(ALL)) == [(state, DeliveryState.APPLIED)]
    delivery.refresh_from_db()
    assert (delivery.state, columns(message)["status"]) == (DeliveryState.APPLIED, Status.READ)


def test_one_that_fails_again_keeps_no_other_back(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(bot)
    stored(bot, inbound("593990000321"), DeliveryState.FAILED)
    stored(bot, status("m-1", "read"), DeliveryState.FAILED)
    monkeypatch.setattr("messaging.intake.receive", _break)
    assert [after for _before, after in replaying.apply_again(ALL)] == ["failed", "applied"]


def _break(*args: Any) -> None:
    raise ZeroDivisionError


# -- The command -----------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("replay", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture
def wiped(bot: Bot) -> Message:
    message = sent(bot)
    told(message, "read")
    wipe()
    return message


def test_it_says_what_differs_and_changes_nothing(wiped: Message) -> None:
    said = run()
    assert "1 differ" in said and "queued → read" in said and str(wiped.public_id) in said
    assert "--apply" in said
    assert columns(wiped)["status"] == Status.QUEUED


def test_it_changes_them_when_told_to(wiped: Message) -> None:
    assert "1 were changed" in run("--apply")
    assert columns(wiped)["status"] == Status.READ
    assert "0 differ" in run()


def test_it_looks_at_what_is_chosen(wiped: Message) -> None:
    other = make_bot(provider_id="other")
    tomorrow = (timezone.now() + dt.timedelta(days=1)).date().isoformat()
    assert "1 differ" in run("--bot", str(wiped.bot_id), "--until", tomorrow)
    assert "0 differ" in run("--bot", str(other.pk))
    assert "0 differ" in run("--since", f"{tomorrow}T00:00")
    assert "1 differ" in run("--message", str(wiped.public_id))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--bot", "999999"),
        ("--since", "yesterday"),
        ("--until", "2026-02-31"),
        ("--message", "12"),
        ("--deliveries", "--message", "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11"),
    ],
)
def test_it_says_what_is_wrong_with_its_options(db: None, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


def test_it_applies_webhooks_again_when_told_to(bot: Bot) -> None:
    stored(bot, status("m-1", "read"), DeliveryState.UNMATCHED)
    assert "1 webhooks can be" in run("--deliveries")
    message = sent(bot)
    assert "unmatched → applied" in run("--deliveries", "--apply")
    assert columns(message)["status"] == Status.READ


def test_a_providers_words_are_not_repeated_at_length(bot: Bot) -> None:
    message = sent(bot, contact=make_contact())
    told(message, "failed", error={"code": "1", "message": "secret " * 20})
    wipe()
    assert "secret" not in run()
