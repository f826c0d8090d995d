"""An account asks for what its provider needs, also when another provider is chosen on the page."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from messaging.providers import PROVIDERS
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.e2e.test_looks import inspect
from tests.factories import make_user
from tests.messaging.providers.test_toy_provider import Toy

pytestmark = EVERY_SIZE


def test_choosing_another_provider_shows_what_that_one_needs(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROVIDERS, Toy.kind, Toy)
    person.log_in(make_user("alba", "Admins"))
    person.open(reverse("admin:messaging_account_add"))
    person.page.get_by_label("Name").fill("Toys")
    expect(person.page.get_by_label("Client ID")).to_be_visible()
    person.page.get_by_label("Provider").select_option("toy")
    expect(person.page.get_by_label("Token")).to_be_visible()
    expect(person.page.get_by_label("Client ID")).to_have_count(0)
    expect(person.page.get_by_label("Name")).to_have_value("Toys")
    inspect(person)
