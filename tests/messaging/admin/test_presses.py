"""The same button pressed several times at once, as an impatient person or a bad line does it."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.urls import reverse

from messaging.models import Contact, Conversation, Export, Message, Note, ReasonEntry, SavedView, Tag
from tests.factories import make_bot, make_contact, make_user, open_window
from tests.messaging.admin.conftest import logged_in

PRESSES = 4
REASON = {
    "provider": "jelou",
    "said": "1",
    "sentence": "It is full.",
    "side": "provider",
    "retry": "after_fix",
    "action": "Empty it.",
    "step": "tell",
}
BUTTONS: dict[type[models.Model], tuple[str, dict[str, str]]] = {
    Note: ("conversation_note", {"note": "Llamar"}),
    Message: ("conversation_answer", {"text": "Hola", "token": str(uuid.UUID(int=7))}),
    SavedView: ("saved_view_save", {"name": "Read", "query": "status=read"}),
    Export: ("export_start", {"format": "csv", "query": "status=read"}),
    Tag: ("messaging_tag_add", {"name": "VIP"}),
    Contact: ("messaging_contact_add", {"number": "+593990000999", "name": "Eva", "attributes": ""}),
    ReasonEntry: ("messaging_reasonentry_add", REASON),
}


@pytest.fixture
def root(transactional_db: None) -> User:
    return make_user("root", is_superuser=True)


@pytest.fixture
def talk(root: User) -> Conversation:
    return open_window(make_bot(members=(root,)), make_contact())


def pressed(user: User, path: str, data: dict[str, Any]) -> set[int]:
    """What the answers say, of presses that come together."""
    clients = [logged_in(user) for _ in range(PRESSES)]
    together = threading.Barrier(PRESSES)

    def press(client: Any) -> int:
        together.wait()
        try:
            return client.post(path, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(PRESSES) as pool:
        return set(pool.map(press, clients))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("model", BUTTONS, ids=lambda model: model.__name__)
def test_a_button_pressed_several_times_at_once_does_it_once(
    root: User, talk: Conversation, model: type[models.Model]
) -> None:
    name, data = BUTTONS[model]
    path = reverse(f"admin:{name}", args=[talk.pk] if name.startswith("conversation") else [])
    before = model._default_manager.count()
    assert pressed(root, path, data) <= {200, 302}
    assert model._default_manager.count() == before + 1
