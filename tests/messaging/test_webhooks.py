"""The address a provider posts to, by HTTP."""

import hashlib
import hmac
import json
import logging

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import connecting, sending
from messaging.models import DeliveryState, Message, MessageEvent, WebhookDelivery
from messaging.statuses import Status
from tests.factories import make_message, make_template
from tests.simulating import wait_for
from tests.webhook_bodies import inbound, status

NUMBER = "593990000321"


def post(client, bot, body, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    path = f"/webhooks/jelou/{bot.webhook_token}/"
    return client.post(path, raw, content_type="application/json", headers=headers)


def signed(secret, raw):
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


@pytest.fixture
def secretive(bot):
    bot.webhook_secret = {"secret": "hush"}
    bot.save(update_fields=["webhook_secret"])
    return bot


# -- Who may come in -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["jelou/wrong", "jelou/%00", "jelou/ñ", "bird/{token}", "jelou/{token}x"])
def test_an_address_nobody_was_given_is_not_there(client, bot, path):
    response = client.post(f"/webhooks/{path.format(token=bot.webhook_token)}/", b"{}", "application/json")
    assert response.status_code == 404
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_only_posts_are_taken(client, bot, method):
    assert getattr(client, method)(f"/webhooks/jelou/{bot.webhook_token}/").status_code == 405


def test_nobody_has_to_log_in_or_to_bring_a_form_token(bot):
    assert post(Client(enforce_csrf_checks=True), bot, {}).status_code == 200


def test_five_megabytes_are_refused_and_the_refusal_is_kept(client, bot):
    response = post(client, bot, b"x" * 5 * 1024 * 1024)
    delivery = WebhookDelivery.objects.get()
    assert response.status_code == 413
    assert (delivery.state, bytes(delivery.body), delivery.size) == ("refused", b"", 5 * 1024 * 1024)


def test_a_body_just_small_enough_is_taken(client, bot, settings):
    settings.WEBHOOK_MAX_BYTES = 100
    assert post(client, bot, b"x" * 100).status_code == 200
    assert post(client, bot, b"x" * 101).status_code == 413


# -- Signatures ------------------------------------------------------------------------------------

BODY = json.dumps(status("m-1", "read", note="señal"), ensure_ascii=False, indent=1).encode()


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha256=00", "ñ", signed("other", BODY)])
def test_with_a_secret_a_wrong_signature_is_refused_and_the_refusal_is_kept(client, secretive, signature):
    headers = {} if signature is None else {"X-Jelou-Signature": signature}
    assert post(client, secretive, BODY, **headers).status_code == 400
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.error, bytes(delivery.body)) == ("refused", "wrong signature", b"")
    assert not MessageEvent.objects.exists()


def test_a_signature_over_the_exact_bytes_is_good(client, secretive):
    assert post(client, secretive, BODY, **{"X-Jelou-Signature": signed("hush", BODY)}).status_code == 200


def test_a_signature_over_the_json_written_again_is_good(client, secretive):
    again = json.dumps(json.loads(BODY), separators=(",", ":"), ensure_ascii=False).encode()
    assert post(client, secretive, BODY, **{"X-Jelou-Signature": signed("hush", again)}).status_code == 200


@pytest.mark.parametrize("raw", [b"\xff", b'{"text": "\\ud800"}', b"[" * 100_000, b"9" * 5000])
def test_bytes_that_are_no_json_need_their_own_signature(client, secretive, raw):
    assert post(client, secretive, raw, **{"X-Jelou-Signature": "sha256=00"}).status_code == 400
    assert post(client, secretive, raw, **{"X-Jelou-Signature": signed("hush", raw)}).status_code == 200


def test_without_a_secret_a_signature_is_not_asked_for(client, bot):
    assert post(client, bot, BODY, **{"X-Jelou-Signature": "sha256=00"}).status_code == 200


def test_a_secret_that_cannot_be_read_does_not_open_the_door(client, secretive, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["YW5vdGhlci1rZXktb2YtMzItYnl0ZXMtbG9uZy0wMDI="]
    assert post(client, secretive, BODY).status_code == 503
    assert WebhookDelivery.objects.get().state == "refused"


# -- What is taken ---------------------------------------------------------------------------------


def test_news_of_a_message_is_kept_and_applied(client, bot):
    message = make_message(bot, provider_id="m-1", status=Status.ACCEPTED)
    assert post(client, bot, BODY).json() == {"result": "applied"}
    assert Message.objects.get(pk=message.pk).status == Status.READ
    delivery = WebhookDelivery.objects.get()
    assert (bytes(delivery.body), delivery.size, delivery.state) == (BODY, len(BODY), "applied")


def test_news_of_a_message_nobody_knows_is_kept(client, bot):
    response = post(client, bot, status("elsewhere", "read"))
    assert (response.status_code, response.json()) == (200, {"result": "unmatched"})
    assert MessageEvent.objects.get().message is None


def test_what_is_no_json_is_kept(client, bot):
    response = post(client, bot, b"<html>")
    assert (response.status_code, response.json()) == (200, {"result": "unreadable"})
    assert bytes(WebhookDelivery.objects.get().body) == b"<html>"


def test_the_same_call_again_has_no_effect(client, bot):
    make_message(bot, provider_id="m-1", status=Status.ACCEPTED)
    for _ in range(3):
        assert post(client, bot, BODY).status_code == 200
        post(client, bot, inbound(NUMBER))
    assert WebhookDelivery.objects.count() == 6
    assert (MessageEvent.objects.count(), Message.objects.filter(direction="in").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_our_own_bug_is_said_and_the_call_is_kept_to_be_applied_again(client, bot):
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE messaging_messageevent RENAME TO broken")
    try:
        response = post(client, bot, BODY)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE broken RENAME TO messaging_messageevent")
    delivery = WebhookDelivery.objects.get()
    assert (response.status_code, delivery.state) == (500, DeliveryState.FAILED)
    assert (bytes(delivery.body), bool(delivery.error)) == (BODY, True)


def test_a_refusal_does_not_write_the_secret_address_into_the_log(client, secretive, caplog):
    caplog.set_level(logging.DEBUG, "messaging")
    post(client, secretive, BODY)
    assert "refused" in caplog.text
    assert secretive.webhook_token not in caplog.text


# -- Any shape at all ------------------------------------------------------------------------------

HARMLESS = {
    **status("m-1", "failed", error={"code": "131026", "message": "Undeliverable"}, sentStatus="FAILED"),
    **inbound(NUMBER, status="created", destination=NUMBER),
}
ENVELOPES = ("data", "events", "results")
KEYS = (*HARMLESS, *ENVELOPES, "type", "text", "mediaUrl", "code", "message", "createdAt", "readAt")
texts = st.text(max_size=20) | st.sampled_from(
    ["read", "failed", "reply", "user", NUMBER, "2026-01-15T10:30:00Z", "\x00", "9" * 300, "m-1"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | texts, inner, max_size=6)
    ),
    max_leaves=12,
)
likely = st.fixed_dictionaries({}, optional={name: anything for name in KEYS if name not in ENVELOPES})
quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)


@given(anything | likely | st.lists(likely, max_size=3))
@quick
def test_no_shape_of_json_is_our_bug(client, bot, body):
    assert post(client, bot, json.dumps(body).encode()).status_code == 200


@given(st.binary(max_size=200))
@quick
def test_no_bytes_are_our_bug(client, bot, body):
    assert post(client, bot, body).status_code == 200


@pytest.mark.parametrize("field", KEYS)
def test_a_wrong_type_in_one_field_is_not_our_bug(client, bot, field):
    make_message(bot, provider_id="m-1", status=Status.ACCEPTED)
    for wrong in (None, True, 7, "", "x", ["x"], {"x": "y"}, 10**30):
        for good in (status("m-1", "failed", error="x"), inbound(NUMBER)):
            assert post(client, bot, {**good, field: wrong}).status_code == 200


# -- The real thing --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("secret", ["", "shared-secret"])
def test_the_simulator_reports_to_us(live_server, live_bot, simulator, settings, secret):
    settings.SITE_URL = live_server.url
    live_bot.webhook_secret = {"secret": secret} if secret else None
    live_bot.save(update_fields=["webhook_secret"])
    simulator.add_bot(live_bot.provider_id, signing_secret=secret)
    simulator.add_template(
        elementName="aviso_pedido", template="Hola {{1}}, tu pedido {{2}} está confirmado."
    )
    connecting.subscribe(live_bot)
    message = make_message(live_bot, template=make_template(live_bot))
    sending.pump()
    wait_for(lambda: Message.objects.get(pk=message.pk).status == Status.READ)
    simulator.inbound(message.to, "Gracias")
    wait_for(lambda: Message.objects.filter(direction="in", text="Gracias").exists())
    assert Message.objects.get(direction="in").answers == message
