"""Every kind at every provider, from the compose form to the phone."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from messaging import sending
from messaging.content import Content, load
from messaging.models import Bot, Contact, Message
from messaging.providers import PROVIDERS
from messaging.statuses import Status
from templates_app.bubbles import Bubble, Media
from templates_app.rendering import bubble_html
from tests.contents import EXAMPLES
from tests.factories import BOT_ID, CREDENTIALS, make_account, make_bot, make_contact, open_window
from tests.messaging.admin.test_compose import post, preview
from tests.messaging.admin.test_compose_kinds import said_at
from tests.messaging.forms.test_kinds import posted_for
from tests.simulating import BIRD_KEY, CHANNEL, WORKSPACE, Simulator

NUMBER = "593990000123"


@dataclass(frozen=True)
class Way:
    """A provider with an account's options; `phone` is what the simulator calls the bot."""

    provider: str
    credentials: dict[str, str]
    bot: str
    phone: str
    options: dict[str, Any]

    def objections(self, content: Content) -> list[str]:
        found = PROVIDERS[self.provider].objections(content, self.options)
        return [problem.field for problem in found if problem.hard]


WAYS = {
    "jelou": Way("jelou", CREDENTIALS, BOT_ID, BOT_ID, {}),
    "jelou, older": Way("jelou", CREDENTIALS, BOT_ID, BOT_ID, {"legacy_messages": True}),
    "bird": Way("bird", {"access_key": BIRD_KEY}, f"{WORKSPACE}/{CHANNEL}", CHANNEL, {}),
}
PAIRS = [(way, name) for way in WAYS for name in EXAMPLES]
CARRIED = [(way, name) for way, name in PAIRS if not WAYS[way].objections(EXAMPLES[name])]
REFUSED = [pair for pair in PAIRS if pair not in CARRIED]


@pytest.fixture
def contact(db: None) -> Contact:
    return make_contact(NUMBER, name="Lucía Vega")


@pytest.fixture
def bot_of(agent: User, contact: Contact, bird_simulator: Simulator) -> Any:
    """A bot at the simulator to whom the contact wrote, with both knowing that."""

    def made(way: Way) -> Bot:
        account = make_account(
            kind=way.provider,
            credentials=way.credentials,
            options=way.options,
            base_url=bird_simulator.url,
        )
        bot = make_bot(account=account, provider_id=way.bot, members=(agent,))
        open_window(bot, contact)
        bird_simulator.inbound(NUMBER, bot=way.phone)
        return bot

    return made


def filled(bot: Bot, contact: Contact, content: Content) -> dict[str, Any]:
    """What the browser posts."""
    return {"bot": bot.pk, "contact": contact.public_id, "kind": content.kind} | posted_for(content)


def phone(simulator: Simulator, bot: str) -> str:
    """The page of the simulator's phone, as text with its tags but without those of WhatsApp's markup."""
    page = requests.get(f"{simulator.url}/phones/{bot}/{NUMBER}/", timeout=10).text
    return html.unescape(re.sub(r"</?span[^>]*>", "", page))


def words(bubble: Bubble) -> Iterator[str]:
    """What a person reads on the phone; WhatsApp's own labels are its own, and a number may be rounded."""
    yield from (bubble.header, bubble.body.replace("*", ""), bubble.footer)
    yield from (button.label for button in bubble.buttons)
    yield from (media.url for media in (bubble.media, *bubble.more_media) if isinstance(media, Media))
    yield from (person.name for person in bubble.people)
    if bubble.place:
        yield from (bubble.place.name, bubble.place.latitude)
    for section in bubble.sheet.sections if bubble.sheet else ():
        yield from (section.title, *(text for row in section.rows for text in (row.title, row.description)))
    for card in bubble.cards:
        yield from words(card)


def without_time(page: str) -> str:
    return re.sub(r'<div class="bubble__meta">.*?</div>', "", page, flags=re.DOTALL)


@pytest.mark.parametrize(("way", "name"), CARRIED, ids=[" ".join(pair) for pair in CARRIED])
def test_what_the_form_sends_is_on_the_phone_and_was_in_the_preview(
    agent_client: Client, bot_of: Any, contact: Contact, bird_simulator: Simulator, way: str, name: str
) -> None:
    fields = filled(bot_of(WAYS[way]), contact, EXAMPLES[name])
    previewed = without_time(preview(agent_client, **fields))
    assert post(agent_client, **fields).status_code == 302
    sending.pump()
    message = Message.objects.get()
    assert (message.status, message.detail) == (Status.ACCEPTED, "")
    assert load(message.content) == EXAMPLES[name]
    assert bubble_html(message.bubble, show_media_from=settings.MEDIA_HOSTS) in previewed
    shown = phone(bird_simulator, WAYS[way].phone)
    assert [text for text in words(message.bubble) if text not in shown] == []


@pytest.mark.parametrize(("way", "name"), REFUSED, ids=[" ".join(pair) for pair in REFUSED])
def test_what_a_provider_cannot_carry_is_told_at_its_field_and_not_sent(
    agent_client: Client, bot_of: Any, contact: Contact, way: str, name: str
) -> None:
    response = post(agent_client, **filled(bot_of(WAYS[way]), contact, EXAMPLES[name]))
    assert (response.status_code, Message.objects.count()) == (422, 0)
    page = response.content.decode()
    for field in set(WAYS[way].objections(EXAMPLES[name])) - {"kind"}:
        assert said_at(f"f-{field.replace('.', '-')}", page), field


@pytest.mark.parametrize("way", WAYS)
def test_every_kind_that_a_provider_carries_is_tried_here(way: str) -> None:
    tried = {EXAMPLES[name].kind for other, name in CARRIED if other == way}
    assert tried == PROVIDERS[WAYS[way].provider].kinds_of(WAYS[way].options) - {"template"}
