"""Every kind on the compose page: what is posted is sent or told at its field, and nothing is lost."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import trying
from messaging.content import load
from messaging.models import Bot, Contact, Direction, Message, Upload
from messaging.statuses import Status
from messaging.trying import Verdict
from templates_app.components import Button, Components
from tests import files
from tests.contents import EXAMPLES, WRONG
from tests.factories import make_account, make_bot, make_contact, make_message, make_template, open_window
from tests.messaging.admin.conftest import logged_in
from tests.messaging.admin.test_compose import inputs, post, preview
from tests.messaging.forms.test_kinds import KINDS, NAMES, TEXTS, posted_for

pytestmark = pytest.mark.usefixtures("carries_all")

fuzzed = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def lucia(bot: Bot) -> Contact:
    """Wrote an hour ago."""
    contact = make_contact("593990000123", name="Lucía Vega")
    open_window(bot, contact)
    return contact


def press(client: Client, order: str, **fields: Any) -> str:
    data = {"rows": order, **fields}
    response = client.post(reverse("admin:compose"), data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


# -- Sending ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", EXAMPLES.values(), ids=EXAMPLES)
def test_what_is_filled_in_is_what_waits_to_be_sent(
    agent_client: Client, lucia: Contact, content: Any
) -> None:
    fields = {"kind": content.kind, "contact": lucia.public_id} | posted_for(content)
    assert post(agent_client, **fields).status_code == 302
    message = Message.objects.get()
    assert load(message.content) == content
    assert (message.kind, message.text) == (content.kind, content.text())


# A form always shows the first of what is needed, so too few become empty ones; nobody types a type, and
# nothing between two commas is no tag.
NOT_TYPED = {"no file", "no button", "no rows", "no sections", "no contact", "one card", "no card"}
NOT_TYPED |= {"a file whose content is of another kind", "an empty tag"}
# An input of days and hours never names a zone: it is the person's own.
NOT_TYPED |= {"a time without a zone"}
TYPED_WRONG = [(name, field) for name, field in WRONG if name not in NOT_TYPED]


@pytest.mark.parametrize(("name", "field"), TYPED_WRONG, ids=[name for name, _field in TYPED_WRONG])
def test_a_mistake_is_told_at_its_field_and_nothing_is_lost(
    agent_client: Client, lucia: Contact, name: str, field: str
) -> None:
    content = WRONG[name, field]
    fields = posted_for(content)
    delivery = {
        f"delivery.{key}": ", ".join(value) if isinstance(value, list | tuple) else str(value or "")
        for key, value in content.delivery.model_dump().items()
    }
    fields |= {key: text for key, text in delivery.items() if text}
    response = post(agent_client, kind=content.kind, contact=lucia.public_id, **fields)
    assert response.status_code == 422
    page = response.content.decode()
    assert said_at(f"f-{field.replace('.', '-')}", page)
    texts = {(key, text) for key, text in fields.items() if text and key not in SELECTS}
    assert {key for key, _text in texts - clean(inputs(page))} == set()
    assert not Message.objects.exists()


def said_at(place: str, page: str) -> bool:
    """Whether a problem stands below the input or the group of this id."""
    below = re.search(rf'id="(?:below|problems)-{place}">(.*?)</div>', page, re.DOTALL)
    return below is not None and "field__problem" in below[1]


SELECTS = {"media", "buttons", "mode", "delivery.use_case"} | {
    name for name in NAMES if name.endswith(".action")
}


def clean(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """A checkbox that is checked says `on`."""
    return pairs | {(name, "True") for name, value in pairs if value == "on"}


def test_a_kind_that_the_provider_cannot_carry_is_greyed_with_the_reason(
    agent_client: Client, lucia: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    from messaging.providers import PROVIDERS

    monkeypatch.setattr(PROVIDERS["jelou"], "kinds", frozenset({"template", "text"}))
    page = agent_client.get(reverse("admin:compose"), {"contact": str(lucia.public_id)}).content.decode()
    assert re.search(r'id="kind-list" value="list" disabled aria-describedby="not-carried"', page)
    assert not re.search(r'id="kind-text" value="text" disabled', page)
    assert "Jelou cannot carry: Picture, Film" in page


def test_the_older_address_greys_the_kinds_that_it_lacks(agent: User, lucia: Contact) -> None:
    account = make_account(options={"legacy_messages": True})
    older = make_bot(account=account, members=(agent,), provider_id="older")
    open_window(older, lucia)
    query = {"bot": str(older.pk), "contact": str(lucia.public_id)}
    page = logged_in(agent).get(reverse("admin:compose"), query).content.decode()
    assert re.search(r'id="kind-sticker" value="sticker" disabled aria-describedby="not-carried"', page)
    assert not re.search(r'id="kind-list" value="list" disabled', page)
    assert "Jelou&#x27;s older address cannot carry: Sticker" in page


def test_without_an_open_window_there_are_templates_only(agent_client: Client, bot: Bot) -> None:
    page = agent_client.get(reverse("admin:compose")).content.decode()
    assert len(re.findall(r'name="kind"[^>]* disabled aria-describedby="window"', page)) == 15
    assert 'value="template" checked' in page


# -- Adding, moving, removing ------------------------------------------------------------------------


def test_rows_are_added_moved_and_removed_without_losing_a_word(agent_client: Client, bot: Bot) -> None:
    fields = {"kind": "list", "body": "Hola", "sections.0.rows.0.title": "A", "sections.0.rows.1.title": "B"}
    page = press(agent_client, "up:sections.0.rows.1", **fields)
    assert {("sections.0.rows.0.title", "B"), ("sections.0.rows.1.title", "A"), ("body", "Hola")} <= inputs(
        page
    )
    assert ("sections.0.rows.2.title", "") in inputs(press(agent_client, "add:sections.0.rows", **fields))
    dropped = press(agent_client, "drop:sections.0.rows.0", **fields)
    assert ("sections.0.rows.0.title", "B") in inputs(dropped)
    assert "sections.0.rows.1.title" not in dropped


def test_a_screen_reader_hears_what_a_button_did(agent_client: Client, bot: Bot) -> None:
    page = press(agent_client, "add:buttons", kind="buttons", **{"buttons.0.title": "Sí"})
    assert '<div hx-swap-oob="innerHTML:#announcer">Added. There are 2 now.</div>' in page


def test_the_other_kinds_are_carried_along_unseen(agent_client: Client, bot: Bot) -> None:
    typed = {"sections.0.title": "Pagos", "buttons.0.title": "Sí", "latitude": "1", "text": "Hola"}
    typed |= {"value-body.1": "Ana", "value-body.9": "x", "cards.0.replies.0": "Ya", "flows.2": "f"}
    for kind in (*KINDS, "template"):
        page = press(agent_client, "", kind=kind, **typed)
        assert set(typed.items()) <= inputs(page), kind


# -- Templates ---------------------------------------------------------------------------------------


def test_what_a_template_needs_besides_its_values_is_stored(
    agent_client: Client, bot: Bot, lucia: Contact
) -> None:
    components = Components(body="Hola", offer="Hoy", buttons=(Button(kind="quick_reply", label="Sí"),))
    template = make_template(bot, components)
    fields = {
        "flows.0": "23838",
        "answered.menu.0.title": "Ventas",
        "answered.menu.0.flow_id": "23839",
        "campaign": "navidad",
        "offer_ends": "2099-12-01T10:00",
    }
    assert post(agent_client, template=template.pk, contact=lucia.public_id, **fields).status_code == 302
    stored = Message.objects.get().content
    assert stored["flows"] == {"0": "23838"}
    assert stored["answered"]["menu"] == [{"title": "Ventas", "flow_id": "23839"}]
    assert (stored["campaign"], stored["offer_ends"]) == ("navidad", "2099-12-01T10:00:00+00:00")


# -- Quotes ------------------------------------------------------------------------------------------


def received(bot: Bot, contact: Contact, **fields: Any) -> Message:
    return make_message(
        bot,
        contact,
        direction=Direction.IN,
        status=Status.RECEIVED,
        provider_id="wamid.7",
        text="¿Tienen stock?",
        **fields,
    )


def test_an_answer_quotes_the_message_it_answers(agent_client: Client, bot: Bot, lucia: Contact) -> None:
    quoted = received(bot, lucia)
    query = {"kind": "text", "contact": str(lucia.public_id), "reply_to": str(quoted.public_id)}
    assert "¿Tienen stock?" in agent_client.get(reverse("admin:compose"), query).content.decode()
    post(agent_client, text="Sí", **query)
    assert Message.objects.get(direction=Direction.OUT).content["reply_to"] == "wamid.7"


def test_a_strangers_message_is_not_quoted(bot: Bot, lucia: Contact) -> None:
    from tests.factories import make_bot, make_user

    stranger = make_user("bruno", "Agents")
    make_bot(members=(stranger,), provider_id="another")
    query = {"kind": "text", "reply_to": str(received(bot, lucia).public_id)}
    page = logged_in(stranger).get(reverse("admin:compose"), query).content.decode()
    assert "¿Tienen stock?" not in page


# -- Files -------------------------------------------------------------------------------------------


def upload(client: Client, name: str, data: bytes, kind: str = "image") -> str:
    fields = {"kind": kind, "upload-files.0.url": SimpleUploadedFile(name, data)}
    response = client.post(reverse("admin:compose"), fields, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_an_uploaded_file_is_a_link_in_its_field(agent_client: Client, bot: Bot) -> None:
    page = upload(agent_client, "menú.png", files.png())
    assert ("files.0.url", Upload.objects.get().url) in inputs(page)


def test_an_uploaded_document_brings_its_name(agent_client: Client, bot: Bot) -> None:
    page = upload(agent_client, "factura.pdf", files.PDF, "file")
    assert ("files.0.filename", "factura.pdf") in inputs(page)


def test_a_file_of_the_wrong_type_with_the_right_ending_is_refused_at_its_field(
    agent_client: Client, bot: Bot
) -> None:
    page = upload(agent_client, "menu.png", files.PDF)
    place = re.search(r'id="below-f-files-0-url">(.*?)</div>', page, re.DOTALL)
    assert place and "application/pdf" in place[1]
    assert not Upload.objects.exists()


def test_the_type_of_an_upload_goes_with_the_message(agent_client: Client, lucia: Contact) -> None:
    upload(agent_client, "a.png", files.png())
    url = Upload.objects.get().url
    post(agent_client, kind="image", contact=lucia.public_id, **{"files.0.url": url})
    assert Message.objects.get().content["files"] == [{"url": url, "mime": "image/png"}]


def say(monkeypatch: pytest.MonkeyPatch, settings: Any, verdict: Verdict) -> list[str]:
    """As if every link had got this verdict; the answer collects those that were tried."""
    asked: list[str] = []

    def fetched(future: Any, kind: str) -> Verdict:
        asked.append(kind)
        return verdict

    settings.TRY_LINKS = True
    monkeypatch.setattr(trying, "fetch_beginning", lambda url: None)
    monkeypatch.setattr(trying, "_verdict", fetched)
    return asked


IMAGE = {"kind": "image", "files.0.url": "https://cdn.example.com/a.png"}


def test_a_link_that_does_not_work_stops_the_message(
    agent_client: Client, lucia: Contact, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    say(monkeypatch, settings, Verdict("The link answers 404.", is_good=False))
    response = post(agent_client, contact=lucia.public_id, **IMAGE)
    assert (response.status_code, Message.objects.count()) == (422, 0)
    assert "The link answers 404." in response.content.decode()
    assert post(agent_client, contact=lucia.public_id, untried="on", **IMAGE).status_code == 422


def test_a_link_that_cannot_be_tried_needs_a_word(
    agent_client: Client, lucia: Contact, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    say(monkeypatch, settings, Verdict("No answer.", is_good=False, is_known=False))
    response = post(agent_client, contact=lucia.public_id, **IMAGE)
    assert 'name="untried"' in response.content.decode()
    assert post(agent_client, contact=lucia.public_id, untried="on", **IMAGE).status_code == 302


def test_a_link_is_tried_on_request_and_the_result_stands_there(
    agent_client: Client, bot: Bot, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    say(monkeypatch, settings, Verdict("The link works: image/png, 5 KB.", is_good=True))
    response = agent_client.post(reverse("admin:compose"), IMAGE | {"try": "files.0.url"})
    assert "The link works: image/png, 5 KB." in response.content.decode()


def test_an_empty_link_that_is_tried_says_that_it_is_empty(agent_client: Client, bot: Bot) -> None:
    page = press(agent_client, "", kind="image", **{"try": "files.0.url"})
    assert "The link to the file is missing. Write an https link." in page


def test_what_was_uploaded_here_is_not_fetched_from_here(
    agent_client: Client, lucia: Contact, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    asked = say(monkeypatch, settings, Verdict("No.", is_good=False))
    upload(agent_client, "a.png", files.png())
    fields = {"kind": "image", "files.0.url": Upload.objects.get().url}
    assert post(agent_client, contact=lucia.public_id, **fields).status_code == 302
    assert asked == []


# -- Anything ------------------------------------------------------------------------------------------

MORE = ["rows", "try", "reply_to", "untried", "flows.0", "campaign", "delivery.tags", "answered.menu.0.title"]
ORDERS = st.builds(
    "{}:{}".format,
    st.sampled_from(["add", "up", "down", "drop"]),
    st.sampled_from([*NAMES, "cards", "buttons.0"]),
)
POSTS = st.dictionaries(
    st.sampled_from([*NAMES, *MORE]),
    st.one_of(TEXTS, ORDERS, st.text(st.characters(exclude_categories=["Cs"]), max_size=40)),
    max_size=10,
)


@fuzzed
@given(kind=st.sampled_from([*KINDS, "template"]), fields=POSTS, do=st.sampled_from(["send", ""]))
def test_anything_can_be_posted_to_any_kind(
    agent: User, lucia: Contact, kind: str, fields: dict[str, str], do: str
) -> None:
    client = logged_in(agent)
    data = {"kind": kind, "contact": str(lucia.public_id), "do": do, **fields}
    assert client.post(reverse("admin:compose"), data).status_code in (200, 302, 422)
    assert "</div>" in preview(client, **data)


TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@fuzzed
@given(
    kind=st.sampled_from([*KINDS, "template"]),
    typed=st.dictionaries(st.sampled_from(NAMES), TYPED, max_size=8),
)
def test_everything_that_was_typed_for_any_kind_is_in_the_answer(
    agent: User, bot: Bot, kind: str, typed: dict[str, str]
) -> None:
    page = press(logged_in(agent), "", kind=kind, **typed)
    there = {html.unescape(value) for _name, value in inputs(page)}
    assert {text for name, text in typed.items() if name not in SELECTS} <= there | {"on"}
