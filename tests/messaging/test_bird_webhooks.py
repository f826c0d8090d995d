"""What Bird posts, by HTTP: any shape, any order, any clock; stored or refused, and never our bug."""

import datetime as dt
import itertools
import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import events
from messaging.models import Conversation, DeliveryState, Message, MessageEvent, WebhookDelivery
from messaging.providers.bird_webhooks import signature
from messaging.statuses import Status
from tests.factories import make_account, make_bot, make_contact, make_message
from tests.simulating import CHANNEL, WORKSPACE

NUMBER = "15005550100"
SITE = "https://console.example.com"
START = dt.datetime(2026, 1, 15, 10, 30, tzinfo=dt.UTC)
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=80)


@pytest.fixture
def bot(db, settings):
    settings.SITE_URL = SITE
    account = make_account(kind="bird", credentials={"access_key": "k"})
    return make_bot(account=account, provider_id=f"{WORKSPACE}/{CHANNEL}", webhook_secret={"secret": "hush"})


def post(client, bot, body, *, at=None, secret="hush", **headers):
    """Signed as Bird signs, now, unless the test says otherwise."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    path = f"/webhooks/bird/{bot.webhook_token}/"
    stamp = at if isinstance(at, str) else str(int((at or timezone.now()).timestamp()))
    signed = {
        "messagebird-signature": signature(secret, stamp, SITE + path, raw),
        "messagebird-request-timestamp": stamp,
    }
    return client.post(path, raw, content_type="application/json", headers=signed | headers)


def clock(second):
    return (START + dt.timedelta(seconds=second)).isoformat().replace("+00:00", "Z")


def outbound(status, second=0, **more):
    payload = {"id": "m-1", "status": status, "direction": "outgoing", "lastStatusAt": clock(second), **more}
    return {"service": "channels", "event": "whatsapp.outbound", "payload": payload}


def interaction(kind, second=0, **more):
    receiver = {"contacts": [{"identifierKey": "phonenumber", "identifierValue": f"+{NUMBER}"}]}
    payload = {"messageId": "m-1", "type": kind, "createdAt": clock(second), "receiver": receiver, **more}
    return {"service": "channels", "event": "whatsapp.interaction", "payload": payload}


def inbound(text="Hola", second=0, **more):
    contact = {"id": "c-1", "identifierKey": "phonenumber", "identifierValue": f"+{NUMBER}"}
    payload = {
        "id": "in-1",
        "sender": {"contact": contact},
        "body": {"type": "text", "text": {"text": text}},
        "direction": "incoming",
        "createdAt": clock(second),
        **more,
    }
    return {"service": "channels", "event": "whatsapp.inbound", "payload": payload}


# -- Signatures and clocks -------------------------------------------------------------------------

HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(("off", "code"), [(0, 200), (-23, 200), (-25, 400), (2, 400), (-24 * 400, 400)])
def test_a_signature_holds_for_a_day_and_a_clock_may_be_little_ahead(client, bot, off, code):
    assert post(client, bot, inbound(), at=timezone.now() + off * HOUR).status_code == code
    assert WebhookDelivery.objects.get().state == ("refused" if code == 400 else "applied")


@pytest.mark.parametrize("at", ["", "x", "-1", "9" * 400, "nan", "1e3", "2026-01-15T10:30:00Z", "٣", "\x00"])
def test_a_clock_that_is_none_is_refused_and_the_refusal_kept(client, bot, at):
    assert post(client, bot, inbound(), at=at).status_code == 400
    assert WebhookDelivery.objects.get().state == DeliveryState.REFUSED


def test_a_replayed_call_changes_nothing(client, bot):
    at = timezone.now()
    for _time in range(3):
        assert post(client, bot, inbound(), at=at).status_code == 200
    assert (Message.objects.count(), Conversation.objects.get().unread) == (1, 1)


def test_a_signature_of_another_body_moment_address_or_secret_is_refused(client, bot):
    other = make_bot(account=bot.account, webhook_secret={"secret": "hush"}, provider_id="x/y")
    raw, stamp = json.dumps(inbound()).encode(), str(int(timezone.now().timestamp()))
    mine = f"{SITE}/webhooks/bird/{bot.webhook_token}/"
    theirs = f"{SITE}/webhooks/bird/{other.webhook_token}/"
    wrong = (
        signature("hush", stamp, mine, b"{}"),
        signature("hush", str(int(stamp) - 1), mine, raw),
        signature("hush", stamp, theirs, raw),
        signature("other", stamp, mine, raw),
        *("", "x", "ñ", "=" * 4000),
    )
    for given_signature in wrong:
        assert post(client, bot, raw, **{"messagebird-signature": given_signature}).status_code == 400
    assert not Message.objects.exists()


# -- Any shape at all ------------------------------------------------------------------------------

EVENTS = ("whatsapp.outbound", "whatsapp.interaction", "whatsapp.inbound")
GOOD = (outbound("delivered"), outbound("delivery_failed", reason="x"), interaction("read"), inbound())
PRESSED = interaction("clicked", metadata={"button": {"payload": "p-1"}})
KEYS = sorted(
    {name for body in (*GOOD, PRESSED) for name in body["payload"]} | {"failure", "replyTo", "metadata"}
)
WRONG: tuple[Any, ...] = (
    None,
    True,
    7,
    -1.5,
    "",
    "x",
    "\x00",
    "9" * 300,
    [],
    ["x"],
    [None],
    {},
    {"x": "y"},
    {"text": []},
    10**30,
)
texts = st.text(max_size=20) | st.sampled_from(
    [*EVENTS, "read", "clicked", "m-1", f"+{NUMBER}", "\x00", "9" * 300]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=6)
    ),
    max_leaves=12,
)
payloads = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, anything))
envelopes = st.fixed_dictionaries(
    {"event": st.sampled_from(EVENTS) | anything, "payload": payloads | anything}
)


@given(anything | envelopes)
@quick
def test_no_shape_of_json_is_our_bug(client, bot, body):
    assert post(client, bot, json.dumps(body).encode()).status_code == 200


@given(st.binary(max_size=200))
@quick
def test_no_bytes_are_our_bug(client, bot, body):
    assert post(client, bot, body).status_code == 200


@pytest.mark.parametrize("raw", [b"\xff", b'{"payload": "\\ud800"}', b"[" * 100_000, b"9" * 5000, b"<html>"])
def test_what_is_no_json_is_kept(client, bot, raw):
    assert post(client, bot, raw).json() == {"result": "unreadable"}
    assert bytes(WebhookDelivery.objects.get().body) == raw


@pytest.mark.parametrize("field", KEYS)
def test_a_wrong_type_in_one_field_is_not_our_bug(client, bot, field):
    make_message(bot, provider_id="m-1", status=Status.ACCEPTED)
    for wrong, good in itertools.product(WRONG, (*GOOD, PRESSED)):
        body = {**good, "payload": {**good["payload"], field: wrong}}
        assert post(client, bot, body).status_code == 200, body


@pytest.mark.parametrize("at", ["x", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", 0, -1, 10**20, 1e300])
def test_a_providers_clock_far_off_opens_no_window_in_the_future(client, bot, at):
    message = make_message(bot, make_contact(NUMBER), provider_id="m-1", status=Status.ACCEPTED)
    for body in (
        inbound(createdAt=at),
        outbound("delivered", lastStatusAt=at),
        interaction("read", createdAt=at),
    ):
        assert post(client, bot, body).status_code == 200
    message.refresh_from_db()
    assert message.status == Status.READ and message.read_at <= timezone.now()
    assert Conversation.objects.get().window_ends_at <= timezone.now() + dt.timedelta(hours=24)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202e\u0007", "a\x00b", "😀" * 4000, "=1+1"])
def test_nasty_words_are_kept_and_shown_as_words(client, bot, admin_person_client, text):
    assert post(client, bot, inbound(text)).status_code == 200
    message = Message.objects.get()
    page = admin_person_client.get(reverse("admin:messaging_message_change", args=[message.public_id]))
    assert page.status_code == 200 and b"<script>alert" not in page.content


# -- Any order -------------------------------------------------------------------------------------

LIFE = [
    outbound("processing", 1),
    outbound("sent", 2),
    outbound("delivered", 3),
    interaction("read", 4),
    interaction("clicked", 5, metadata={"button": {"payload": "p-1"}}),
    inbound("Sí", 6, replyTo={"id": "m-1"}),
]
FAILED = [
    outbound("processing", 1),
    outbound("sent", 2),
    outbound("delivery_failed", 3, reason="code: 131026"),
]
COLUMNS = (
    "status",
    "reason",
    "provider_code",
    "sent_at",
    "delivered_at",
    "read_at",
    "failed_at",
    "replied_at",
)


def end_of(client, bot, bodies, *, overtakes):
    """Where a message ends; the first calls may come before the send call has stored the provider's id."""
    with transaction.atomic():
        message = make_message(bot, make_contact(NUMBER), status=Status.ACCEPTED, provider_id="m-1")
        if overtakes:
            Message.objects.filter(pk=message.pk).update(provider_id="")
        for number, body in enumerate(bodies):
            if number == overtakes:
                Message.objects.filter(pk=message.pk).update(provider_id="m-1")
                events.adopt(message)
            assert post(client, bot, body).status_code == 200
        row = Message.objects.values(*COLUMNS).get(pk=message.pk)
        lines = set(MessageEvent.objects.filter(message=message).values_list("word", "provider_time"))
        answers = list(Message.objects.filter(direction="in").values_list("text", "answers_by"))
        transaction.set_rollback(True)
    return row, lines, answers


@pytest.mark.parametrize("life", [LIFE, FAILED])
@pytest.mark.django_db
def test_every_order_and_repetition_ends_the_same(client, bot, life):
    expected = end_of(client, bot, life, overtakes=0)

    @given(st.permutations(life), st.lists(st.sampled_from(life), max_size=3), st.integers(0, 2))
    @quick
    def same(order, again, overtakes):
        # A message can be answered only once its id is known here.
        early = [body for body in order if body["event"] != "whatsapp.inbound"]
        late = [body for body in order if body["event"] == "whatsapp.inbound"]
        ordered = [*early, *late] if overtakes else order
        assert end_of(client, bot, [*ordered, *again], overtakes=overtakes) == expected

    same()
    assert expected[0]["status"] == (Status.READ if life is LIFE else Status.FAILED)
