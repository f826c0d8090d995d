"""Adding a provider takes one file and one entry in a registry. Here the file is this test."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from messaging import connecting, sending
from messaging.composing import gather, plan
from messaging.content import Content, ImageContent, TextContent
from messaging.drafts import Draft
from messaging.models import Account, Bot
from messaging.providers import PROVIDERS, http
from messaging.providers.account_fields import CredentialField, OptionField
from messaging.providers.base import (
    JSON,
    Event,
    Kind,
    ListedTemplate,
    Outbound,
    Provider,
    ProviderError,
    Request,
    SendResult,
    unnamed,
)
from messaging.statuses import Status
from messaging.template_sync import sync_templates
from templates_app.components import Components
from templates_app.problems import Problem
from tests.factories import make_account, make_bot, make_contact, make_message, open_window
from tests.messaging.providers.conftest import Stub, answer

TOKEN = {"token": "t-0-k-3-n"}


class Toy(Provider):
    """Sends plain text, and lists one template."""

    kind = "toy"
    label = "Toy"
    base_url = "https://toy.example.com"
    kinds = frozenset({"text"})
    credential_fields = (CredentialField("token", "Token"),)
    option_fields = (
        OptionField(
            "mood", "Mood", type="choice", default="calm", choices=[("calm", "Calm"), ("loud", "Loud")]
        ),
    )

    @classmethod
    def objections(cls, content: Content, options: Mapping[str, Any] | None = None) -> list[Problem]:
        is_text = content.kind == "text"
        return [] if is_text else [Problem("kind", "Toys only talk. Write a text.")]

    def build(self, outbound: Outbound) -> Request:
        assert isinstance(outbound.content, TextContent)
        said = outbound.content.body.upper() if self._options.get("mood") == "loud" else outbound.content.body
        return Request("POST", f"/{outbound.channel}", {"to": outbound.to, "say": said})

    def send(self, request: Request) -> SendResult:
        reply = http.call(self._base_url, request, {"Authorization": self._credentials[0]["token"]})
        if reply.status != 200:
            raise ProviderError("No.", kind=Kind.REFUSED, code=f"http_{reply.status}", answer=reply)
        if not isinstance(reply.data, dict) or "id" not in reply.data:
            raise unnamed(reply)
        return SendResult(str(reply.data["id"]), reply)

    def check(self, channel: str = "") -> None:
        http.call(self._base_url, Request("GET", "/"), {})

    def list_templates(self, channel: str) -> Iterator[ListedTemplate]:
        yield ListedTemplate("1", "saludo", "es", "UTILITY", "APPROVED", "", Components(body="Hola"), 0)

    @classmethod
    def verify(cls, headers: Mapping[str, str], body: bytes, secret: str, *, url: str = "") -> None:
        pass

    @classmethod
    def parse(cls, body: JSON) -> list[Event]:
        return []

    def redact(self, text: str) -> str:
        return text.replace(self._credentials[0]["token"], "•••")


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROVIDERS, Toy.kind, Toy)


@pytest.fixture
def toy_bot(db: None, stub: Stub) -> Bot:
    account = make_account(kind="toy", credentials=TOKEN, base_url=stub.url, options={"mood": "loud"})
    return make_bot(account=account, provider_id="box")


def test_it_sends_through_the_pump(toy_bot: Bot, stub: Stub) -> None:
    stub.acts = [answer(body={"id": "toy-1"})]
    contact = make_contact()
    open_window(toy_bot, contact)
    message = make_message(toy_bot, contact)
    assert sending.pump() == 1
    message.refresh_from_db()
    assert (message.status, message.provider_id) == (Status.ACCEPTED, "toy-1")
    assert stub.body() == {"to": message.to, "say": "HOLA"}


def test_what_it_cannot_carry_is_said_before_sending(toy_bot: Bot) -> None:
    contact = make_contact()
    open_window(toy_bot, contact)
    draft = Draft(bot=toy_bot, kind="text", content=TextContent(body="Hola"))
    assert plan(draft, gather(toy_bot, contacts=[contact])).can_send
    assert [problem.field for problem in Toy.objections(ImageContent())] == ["kind"]


def test_its_templates_are_synced_and_its_credentials_tried(toy_bot: Bot) -> None:
    assert sync_templates(toy_bot).created == 1
    assert connecting.check_account(toy_bot.account)


def test_the_form_of_an_account_asks_for_what_it_needs(admin_person_client: Client) -> None:
    page = admin_person_client.get(reverse("admin:messaging_account_add"), {"kind": "toy"}).content.decode()
    assert '<option value="toy" selected>Toy</option>' in page
    assert 'name="token"' in page and 'name="mood"' in page
    assert 'name="client_id"' not in page


def test_an_account_of_it_is_made(admin_person_client: Client, stub: Stub, settings: Any) -> None:
    settings.DEMO = True
    form = {"name": "Box", "kind": "toy", "base_url": stub.url, **TOKEN, "mood": "loud"}
    response = admin_person_client.post(reverse("admin:messaging_account_add"), form)
    account = Account.objects.get()
    assert response.status_code == 302
    assert (account.kind, account.credentials, account.options) == ("toy", TOKEN, {"mood": "loud"})


def test_its_bot_can_be_chosen_to_write_with(toy_bot: Bot, agent: Any, agent_client: Client) -> None:
    toy_bot.members.add(agent)
    page = agent_client.get(reverse("admin:compose"), {"bot": str(toy_bot.pk), "kind": "text"})
    assert page.status_code == 200
    assert page.context["form"].chosen_bot == toy_bot


def test_what_is_stored_for_another_provider_is_not_shown_as_its_own(admin_person_client: Client) -> None:
    account = make_account()
    address = reverse("admin:messaging_account_change", args=[account.pk])
    assert "test-client" in admin_person_client.get(address).content.decode()
    assert "test-client" not in admin_person_client.get(address, {"kind": "toy"}).content.decode()
