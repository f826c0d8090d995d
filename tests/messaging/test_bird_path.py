"""The whole way through Bird: composed, sent, reported, answered, and found again after a lost answer."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from messaging import composing, connecting, matching, reconciling, sending
from messaging.content import TextContent
from messaging.drafts import Draft
from messaging.models import Attempt, Conversation, Message, Outcome
from messaging.providers.base import Outbound
from messaging.providers.evidence import Evidence
from messaging.statuses import Status
from messaging.template_sync import sync_templates
from tests.factories import claimed, make_account, make_bot, make_contact, make_message, open_window
from tests.simulating import BIRD_KEY, CHANNEL, PROJECT, VERSION, WORKSPACE, wait_for

PLACE = f"{WORKSPACE}/{CHANNEL}"
NUMBER = "15005550100"


@pytest.fixture
def bird_bot(db, bird_simulator):
    credentials = {"access_key": BIRD_KEY}
    account = make_account(kind="bird", credentials=credentials, base_url=bird_simulator.url)
    return make_bot(account=account, provider_id=PLACE)


def compose(bot, agent, contact, **fields):
    """Send as the composer does, and let the pump work."""
    draft = Draft(bot=bot, **fields)
    plan = composing.plan(draft, composing.gather(bot, contacts=[contact]))
    assert plan.can_send, [str(problem.message) for problem in plan.problems]
    [message] = composing.send(draft, plan, sender=agent, batch=uuid.uuid4())
    sending.pump()
    message.refresh_from_db()
    return message


def is_now(message, status):
    return lambda: Message.objects.get(pk=message.pk).status == status


@pytest.mark.django_db(transaction=True)
def test_a_template_is_sent_delivered_and_read(live_server, bird_bot, bird_simulator, agent, settings):
    settings.SITE_URL = live_server.url
    connecting.subscribe(bird_bot)
    sync_templates(bird_bot)
    greeting = bird_bot.templates.get()
    typed = {"body.name": "Ana"}
    message = compose(bird_bot, agent, make_contact(NUMBER), kind="template", template=greeting, typed=typed)
    assert message.provider_id == bird_simulator.messages(bot=CHANNEL)[0]["id"]
    wait_for(is_now(message, Status.READ))
    words = set(message.events.values_list("word", flat=True))
    assert {"processing", "sent", "delivered", "read"} <= words


@pytest.mark.django_db(transaction=True)
def test_a_person_writes_and_is_answered_freely(live_server, bird_bot, bird_simulator, agent, settings):
    settings.SITE_URL = live_server.url
    connecting.subscribe(bird_bot)
    bird_simulator.inbound(NUMBER, "Hola", bot=CHANNEL, name="Ana")
    wait_for(lambda: Message.objects.filter(direction="in", text="Hola").exists())
    inbound = Message.objects.get(direction="in")
    message = compose(
        bird_bot, agent, inbound.contact, kind="text", content=TextContent(body="¿En qué te ayudo?")
    )
    wait_for(is_now(message, Status.READ))
    assert Conversation.objects.get(contact=inbound.contact).is_window_open


@pytest.mark.django_db(transaction=True)
def test_outside_the_window_whatsapp_says_why(live_server, bird_bot, bird_simulator, agent, settings):
    """Our own record may be wrong about the window; then Bird takes it, and WhatsApp does not."""
    settings.SITE_URL = live_server.url
    connecting.subscribe(bird_bot)
    contact = make_contact(NUMBER)
    open_window(bird_bot, contact)
    message = compose(bird_bot, agent, contact, kind="text", content=TextContent(body="Hola"))
    wait_for(is_now(message, Status.FAILED))
    message.refresh_from_db()
    assert (message.reason, message.provider_code) == ("window_closed", "131047")


def test_what_bird_refuses_failed_with_its_sentence(bird_bot, bird_simulator, agent):
    sync_templates(bird_bot)
    greeting = bird_bot.templates.get()
    bird_simulator.set_bird_template_status("inactive")
    message = compose(
        *(bird_bot, agent, make_contact(NUMBER)),
        kind="template",
        template=greeting,
        typed={"body.name": "Ana"},
    )
    assert (message.status, message.reason) == (Status.FAILED, "invalid_request")
    assert "template.version" in message.detail


def test_a_template_that_is_here_can_be_sent(bird_bot):
    sync_templates(bird_bot)
    greeting = bird_bot.templates.get()
    assert (greeting.provider_id, greeting.is_sendable) == (f"{PROJECT}:{VERSION}", True)
    content = Draft(bot=bird_bot, kind="template", template=greeting).content_for(None)
    assert content.provider_id == greeting.provider_id


def test_subscribing_makes_a_secret_and_keeps_it(bird_bot, settings):
    settings.SITE_URL = "https://app.example.com"
    connecting.subscribe(bird_bot)
    bird_bot.refresh_from_db()
    secret = bird_bot.webhook_secret["secret"]
    connecting.subscribe(bird_bot)
    assert bird_bot.webhook_secret == {"secret": secret}


def test_an_unsigned_report_is_refused(bird_bot, client):
    path = f"/webhooks/bird/{bird_bot.webhook_token}/"
    assert client.post(path, b"{}", "application/json").status_code == 400


# -- Lost answers ----------------------------------------------------------------------------------


def lost(bot, contact, text="Hola"):
    """A row whose call reached Bird, while the answer did not reach us. Returns it with Bird's id."""
    message = claimed(make_message(bot, contact), attempt=True)
    attempt = message.attempts.get()
    outbound = Outbound(message.loaded, message.to, bot.provider_id, str(attempt.public_id))
    provider_id = bot.account.provider.send(bot.account.provider.build(outbound)).provider_id
    Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.UNKNOWN, ended_at=timezone.now())
    fields = {"status": Status.UNKNOWN, "reason": "no_answer", "claim_id": None, "lease_until": None}
    Message.objects.filter(pk=message.pk).update(**fields)
    return message, provider_id


def test_our_reference_finds_each_of_several_alike(bird_bot, bird_simulator):
    contact = make_contact(NUMBER)
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    rows = [lost(bird_bot, contact) for _number in range(3)]
    reconciling.reconcile()
    for message, provider_id in rows:
        message.refresh_from_db()
        assert message.provider_id == provider_id
        assert message.status in (Status.ACCEPTED, Status.SENT, Status.DELIVERED)


def test_what_others_sent_is_none_of_ours(bird_bot, bird_simulator):
    """Somebody else's message to the same person at the same time, and one of ours that never arrived."""
    contact = make_contact(NUMBER)
    message, _provider_id = lost(bird_bot, contact)
    Attempt.objects.filter(message=message).update(public_id=uuid.uuid4())
    reconciling.reconcile()
    message.refresh_from_db()
    assert (message.status, message.provider_id) == (Status.UNKNOWN, "")


def test_only_a_reference_of_ours_is_a_match():
    def listed(reference):
        return Evidence("id-1", NUMBER, timezone.now(), "sent", Status.SENT, {}, reference=reference)

    now, hour = timezone.now(), dt.timedelta(hours=1)
    one = matching.Doubt(Message(), now - hour, now + hour, reference="a")
    assert matching.named([one], [listed("b"), listed("a")])[0][1].reference == "a"
    assert matching.named([one], [listed(""), listed(None)]) == []
    assert [one.may_be(listed(reference)) for reference in ("a", "b", "", None)] == [True, False, False, True]
