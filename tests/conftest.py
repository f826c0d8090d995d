import importlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client

from messaging.content import SESSION_KINDS, Content
from messaging.content.delivery import Delivery
from messaging.models import Bot
from messaging.providers import PROVIDERS
from messaging.providers.jelou import Jelou
from templates_app.problems import Problem
from tests.factories import make_account, make_bot, make_user
from tests.simulating import Simulator, bird_simulator, simulator, simulator_process

__all__ = ["bird_simulator", "simulator", "simulator_process"]


@pytest.fixture(autouse=True)
def groups(request: pytest.FixtureRequest) -> None:
    """Tests that commit empty every table afterwards, and the groups come from a migration."""
    if {"db", "transactional_db", "live_server"} & set(request.fixturenames):
        request.getfixturevalue("transactional_db" if "live_server" in request.fixturenames else "db")
        if not Group.objects.exists():
            importlib.import_module("messaging.migrations.0003_groups").make_groups(apps, None)
            importlib.import_module("messaging.migrations.0005_operators").let_people_operate(apps, None)
            importlib.import_module("messaging.migrations.0007_explanations").let_people_explain(apps, None)
            importlib.import_module("messaging.migrations.0006_history").let_people_export(apps, None)
            importlib.import_module("messaging.migrations.0009_conversations").let_people_converse(apps, None)


@pytest.fixture
def agent(db: None) -> User:
    return make_user("ana", "Agents")


@pytest.fixture
def admin_person(db: None) -> User:
    """In the group Admins; no superuser, because nobody has to be one."""
    return make_user("alba", "Admins")


@pytest.fixture
def bot(agent: User) -> Bot:
    """A bot of the agent's whose provider cannot be reached."""
    return make_bot(members=(agent,))


@pytest.fixture
def live_bot(agent: User, simulator: Simulator) -> Bot:
    """A bot of the agent's at the simulator."""
    return make_bot(account=make_account(base_url=simulator.url), members=(agent,))


@pytest.fixture
def agent_client(client: Client, agent: User) -> Iterator[Client]:
    client.force_login(agent)
    yield client


@pytest.fixture
def admin_person_client(client: Client, admin_person: User) -> Client:
    client.force_login(admin_person)
    return client


@pytest.fixture
def carries_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that carries every kind and every option, so that the form alone decides."""

    class Carrier(Jelou):
        kinds = frozenset({"template", *SESSION_KINDS})
        delivery_options = frozenset(Delivery.model_fields)
        carries_quotes = True

        @classmethod
        def objections(cls, content: Content, options: Mapping[str, Any] | None = None) -> list[Problem]:
            return []

    monkeypatch.setitem(PROVIDERS, "jelou", Carrier)
