"""A window that only the provider knows of."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from messaging import sending, windows
from messaging.models import Conversation
from messaging.template_sync import sync_templates
from tests.factories import make_account, make_bot, make_contact, make_message
from tests.simulating import BIRD_KEY, CHANNEL, WORKSPACE

NUMBER = "15005550100"


@pytest.fixture(autouse=True)
def nothing_was_asked():
    cache.clear()


@pytest.fixture
def bird_bot(agent, bird_simulator):
    account = make_account(kind="bird", credentials={"access_key": BIRD_KEY}, base_url=bird_simulator.url)
    return make_bot(account=account, provider_id=f"{WORKSPACE}/{CHANNEL}", members=(agent,))


@pytest.fixture
def known(bird_bot):
    """A person who got a template, and of whom no webhook ever told."""
    sync_templates(bird_bot)
    template = bird_bot.templates.get()
    message = make_message(bird_bot, make_contact(NUMBER), template=template)
    message.content |= {"provider_id": template.provider_id, "values": {"body.name": "Ana"}}
    message.save(update_fields=["content"])
    sending.pump()
    return message.contact


def is_open(bot, contact):
    talk = Conversation.objects.filter(bot=bot, contact=contact).first()
    return talk is not None and talk.is_window_open


def test_what_the_person_wrote_before_opens_it(bird_bot, bird_simulator, known):
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    windows.refresh(bird_bot, [known])
    assert is_open(bird_bot, known)


def test_a_closed_one_stays_closed(bird_bot, known):
    windows.refresh(bird_bot, [known])
    assert not is_open(bird_bot, known)


def test_it_is_asked_once_a_minute(bird_bot, bird_simulator, known):
    windows.refresh(bird_bot, [known])
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    windows.refresh(bird_bot, [known])
    assert not is_open(bird_bot, known)


def test_a_provider_that_is_away_changes_nothing(bird_bot, known):
    bird_bot.account.base_url = "http://127.0.0.1:9"
    windows.refresh(bird_bot, [known])
    assert not is_open(bird_bot, known)


@pytest.mark.parametrize("count", [0, 2])
def test_only_one_person_is_asked_about(bird_bot, bird_simulator, known, count):
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    windows.refresh(bird_bot, [known] * count)
    assert not is_open(bird_bot, known)


def test_jelou_is_not_asked(bot):
    windows.refresh(bot, [make_contact()])


def test_the_composer_asks(agent_client, bird_bot, bird_simulator, known):
    bird_simulator.inbound(NUMBER, bot=CHANNEL)
    page = reverse("admin:compose")
    response = agent_client.get(
        page, {"bot": bird_bot.pk, "kind": "text", "contact": known.public_id, "text": "a"}
    )
    assert response.status_code == 200
    assert is_open(bird_bot, known)
