"""The compose page as a form: whatever is posted gets an answer, and what was typed is in it."""

import html
import re
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from messaging.models import Bot, Contact, Message, Tag
from templates_app.components import Components, Header, Hint
from templates_app.models import Template
from tests.factories import make_bot, make_contact, make_message, make_template, open_window
from tests.messaging.admin.conftest import logged_in

HOSTILE = '<script>alert("1")</script>&amp;\'"'
DOCUMENT = Components(
    header=Header(format="document"),
    body="Hola {{1}}, tu código {{2}}",
    hints={"body.1": Hint(label="Nombre"), "body.2": Hint(label="Pedido", fallback="ninguno")},
)


@pytest.fixture
def template(bot: Bot) -> Template:
    return make_template(bot)


@pytest.fixture
def lucia(db: None) -> Contact:
    return make_contact("593990000123", name="Lucía Vega", attributes={"pedido": "ORD-9"})


def post(client: Client, **fields: Any) -> Any:
    """Presses Send."""
    return client.post(reverse("admin:compose"), {"do": "send", **fields})


def preview(client: Client, **fields: Any) -> str:
    response = client.post(reverse("admin:compose_preview"), fields)
    assert response.status_code == 200
    return response.content.decode()


def values(**typed: str) -> dict[str, str]:
    return {f"value-body.{name[1:]}": text for name, text in typed.items()}


# -- Sending -------------------------------------------------------------------------------------


def test_one_message_leads_to_its_page(
    agent_client: Client, agent: User, template: Template, lucia: Contact
) -> None:
    typed = values(v1="Lucía", v2="ORD-1")
    response = post(agent_client, template=template.pk, contact=lucia.public_id, **typed)
    message = Message.objects.get()
    assert response["Location"] == reverse("admin:messaging_message_change", args=[message.public_id])
    assert (message.created_by, message.text) == (agent, "Hola Lucía, tu pedido ORD-1 está confirmado.")


def test_what_is_not_typed_comes_from_the_contact(
    agent_client: Client, template: Template, lucia: Contact
) -> None:
    post(agent_client, template=template.pk, contact=lucia.public_id)
    assert Message.objects.get().text == "Hola Lucía Vega, tu pedido ORD-9 está confirmado."


def test_several_messages_lead_to_their_list(agent_client: Client, template: Template) -> None:
    typed = values(v1="cliente", v2="ORD-1")
    response = post(agent_client, template=template.pk, numbers="0990000001\n0990000002", **typed)
    batch = Message.objects.values_list("batch", flat=True).distinct().get()
    assert response["Location"] == f"{reverse('admin:messaging_message_changelist')}?batch={batch}"
    assert agent_client.get(response["Location"]).context["batch_total"] == 2


def test_the_same_page_with_other_words_is_another_message(
    agent_client: Client, template: Template, lucia: Contact
) -> None:
    page = {"template": template.pk, "contact": lucia.public_id, "token": str(uuid.uuid4())}
    for words in ("ORD-1", "ORD-1", "ORD-2"):
        post(agent_client, **page, **values(v2=words))
    texts = Message.objects.order_by("pk").values_list("text", flat=True)
    assert [re.findall("ORD-.", text) for text in texts] == [["ORD-1"], ["ORD-2"]]


def test_get_never_sends(agent_client: Client, template: Template, lucia: Contact) -> None:
    query: dict[str, Any] = {"do": "send", "template": template.pk, "contact": str(lucia.public_id)}
    assert agent_client.get(reverse("admin:compose"), query).status_code == 200
    assert not Message.objects.exists()


def test_a_reload_doubles_nobody_although_more_people_could_get_it_by_now(
    agent_client: Client, template: Template, lucia: Contact
) -> None:
    blocked = make_contact("593990000124", name="Eva", is_blocked=True)
    people = [lucia.public_id, blocked.public_id]
    page = {"template": template.pk, "contact": people, "token": str(uuid.uuid4()), **values(v2="ORD-1")}
    post(agent_client, **page)
    Contact.objects.filter(pk=blocked.pk).update(is_blocked=False)
    post(agent_client, **page)
    assert [message.contact for message in Message.objects.all()] == [lucia]


def test_a_page_that_is_gone_back_to_and_given_other_people_is_another_message(
    agent_client: Client, template: Template, lucia: Contact
) -> None:
    page = {"template": template.pk, "token": str(uuid.uuid4()), **values(v1="cliente", v2="ORD-1")}
    post(agent_client, **page, contact=lucia.public_id)
    post(agent_client, **page, numbers="0990001002")
    assert set(Message.objects.values_list("to", flat=True)) == {"593990000123", "593990001002"}


def test_a_forged_post_without_a_token_of_the_site_is_refused(agent: User, template: Template) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(agent)
    assert post(client, template=template.pk, numbers="0990000001").status_code == 403


def test_the_last_bot_used_is_chosen_again(
    agent_client: Client, agent: User, bot: Bot, lucia: Contact
) -> None:
    zeta = make_bot(members=(agent,), name="Zeta", provider_id="zeta")
    template = make_template(zeta)
    assert agent_client.get(reverse("admin:compose")).context["form"].chosen_bot == bot
    post(agent_client, bot=zeta.pk, template=template.pk, contact=lucia.public_id)
    assert agent_client.get(reverse("admin:compose")).context["form"].chosen_bot == zeta


# -- Refusing ------------------------------------------------------------------------------------


def test_an_empty_page_has_no_problems_until_send_is_pressed(agent_client: Client, bot: Bot) -> None:
    assert "field__problem" not in agent_client.get(reverse("admin:compose")).content.decode()
    assert "field__problem" in post(agent_client).content.decode()


def test_a_blocked_contact_is_refused_by_name(agent_client: Client, template: Template) -> None:
    blocked = make_contact(name="Diego Rojas", is_blocked=True)
    response = post(agent_client, template=template.pk, contact=blocked.public_id, **values(v1="a", v2="b"))
    assert response.status_code == 422
    assert "Diego Rojas" in response.content.decode()
    assert not Message.objects.exists()


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "NEW_WORD"])
def test_a_template_that_is_not_approved_is_refused(
    agent_client: Client, bot: Bot, lucia: Contact, status: str
) -> None:
    template = make_template(bot, status=status)
    response = post(agent_client, template=template.pk, contact=lucia.public_id)
    assert response.status_code == 422
    assert "Only approved templates can be sent" in response.content.decode()


def test_a_text_is_refused_once_the_window_is_closed(agent_client: Client, bot: Bot, lucia: Contact) -> None:
    open_window(bot, lucia, hours_ago=25)
    response = post(agent_client, kind="text", text="Hola", contact=lucia.public_id)
    assert response.status_code == 422
    assert ">\nHola</textarea>" in response.content.decode()


def test_a_bot_that_is_off_collects_no_queue(agent_client: Client, bot: Bot, template: Template) -> None:
    Bot.objects.update(is_on=False)
    response = post(agent_client, template=template.pk, numbers="0990000001", **values(v1="a", v2="b"))
    assert response.status_code == 422
    assert not Message.objects.exists()


def test_somebody_without_a_bot_is_told_whom_to_ask(agent_client: Client) -> None:
    response = agent_client.get(reverse("admin:compose"))
    assert "You are not listed as a user of any bot yet" in response.content.decode()


# -- Previewing ----------------------------------------------------------------------------------


def test_the_preview_shows_what_would_be_sent(
    agent_client: Client, template: Template, lucia: Contact
) -> None:
    fields = {"template": template.pk, "contact": lucia.public_id} | values(v1="*Lucía*")
    shown = preview(agent_client, **fields)
    assert "<strong>" in shown
    post(agent_client, **fields)
    assert Message.objects.get().text == "Hola *Lucía*, tu pedido ORD-9 está confirmado."


def test_nothing_that_is_typed_becomes_html(agent_client: Client, bot: Bot) -> None:
    template = make_template(bot, DOCUMENT)
    contact = make_contact(name=HOSTILE)
    fields = {"template": template.pk, "contact": contact.public_id, "numbers": HOSTILE, "filename": HOSTILE}
    fields |= {"media_url": HOSTILE} | values(v1=HOSTILE, v2=HOSTILE)
    for page in (preview(agent_client, **fields), post(agent_client, **fields).content.decode()):
        assert "<script>alert" not in page
        assert 'value="<' not in page
        assert "&lt;script&gt;" in page


def test_a_code_is_previewed_but_hidden_once_it_is_sent(
    agent_client: Client, bot: Bot, lucia: Contact
) -> None:
    template = make_template(bot, Components(body="Tu código es {{1}}."), category="AUTHENTICATION")
    fields = {"template": template.pk, "contact": lucia.public_id} | values(v1="884422")
    assert "884422" in preview(agent_client, **fields)
    page = agent_client.get(post(agent_client, **fields)["Location"]).content.decode()
    listed = agent_client.get(reverse("admin:messaging_message_changelist")).content.decode()
    assert "884422" not in page + listed
    assert "•••" in page


def test_texts_of_any_script_and_any_length_are_shown_whole(
    agent_client: Client, bot: Bot, lucia: Contact
) -> None:
    open_window(bot, lucia)
    text = "مرحبا 🎉 " + "á" * 4000
    fields = {"kind": "text", "text": text, "contact": lucia.public_id}
    assert text in preview(agent_client, **fields)
    page = agent_client.get(post(agent_client, **fields)["Location"]).content.decode()
    assert text in page


# -- Searching -----------------------------------------------------------------------------------


def search(client: Client, term: str) -> str:
    return client.get(reverse("admin:compose_contacts"), {"q": term}).content.decode()


def test_contacts_are_found_by_name_and_by_number_in_any_form(agent_client: Client, lucia: Contact) -> None:
    for term in ("lucía", "VEGA", "099 000 0123", "+593 (99) 000-0123", "0123"):
        assert "Lucía Vega" in search(agent_client, term), term


def test_an_empty_search_finds_nobody(agent_client: Client, lucia: Contact) -> None:
    assert "Lucía" not in search(agent_client, "  ")


def test_a_search_says_when_there_are_more(agent_client: Client) -> None:
    for number in range(9):
        make_contact(name=f"Ana {number}")
    assert "There are more" in search(agent_client, "ana")


def test_a_name_in_the_results_stays_a_name(agent_client: Client) -> None:
    make_contact(name=HOSTILE)
    assert "<script>" not in search(agent_client, "script")


# -- Anything ------------------------------------------------------------------------------------

TEXTS = st.one_of(
    st.sampled_from(
        ["", "\x00", "a\x00b", "9" * 30, "-1", "²", "🎉", "\u202eabc", "a\r\nb", "0990000001", HOSTILE]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
KEYS = st.sampled_from(["@bot", "@template", "@document", "@contact", "@tag"])
NAMES = """bot kind template contact add_contact remove_contact add_number tag numbers text media_url filename
    token do value-body.1 value-body.2 value- value-x q"""
FIELDS = st.sampled_from(NAMES.split())
POSTS = st.dictionaries(
    st.one_of(FIELDS, FIELDS, TEXTS),
    st.one_of(TEXTS, KEYS, st.lists(st.one_of(TEXTS, KEYS), max_size=3)),
    max_size=8,
)
KINDS = st.sampled_from(["template", "text", "nothing"])


@pytest.fixture
def named(bot: Bot, template: Template, lucia: Contact) -> dict[str, str]:
    """What the keys that begin with an @ stand for."""
    open_window(bot, lucia)
    document = make_template(bot, DOCUMENT, element_name="factura")
    rows = {"@bot": bot, "@template": template, "@document": document, "@tag": Tag.objects.create(name="VIP")}
    return {"@contact": str(lucia.public_id)} | {name: str(row.pk) for name, row in rows.items()}


def resolved(fields: dict[str, Any], named: dict[str, str]) -> dict[str, Any]:
    def one(value: str) -> str:
        return named.get(value, value)

    return {
        name: [one(item) for item in value] if isinstance(value, list) else one(value)
        for name, value in fields.items()
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=POSTS, do=st.sampled_from(["send", "refresh", ""]), is_htmx=st.booleans())
@example(fields={"text": "\x00", "kind": "text", "contact": "@contact"}, do="send", is_htmx=False)
@example(
    fields={"template": "@template", "contact": "@contact", "value-body.1": "\x00"}, do="send", is_htmx=False
)
@example(
    fields={"template": "@document", "contact": "@contact", "filename": "\x00"}, do="send", is_htmx=False
)
@example(fields={"numbers": "\x00" * 9, "template": "@template"}, do="send", is_htmx=True)
def test_anything_can_be_posted(
    agent: User, named: dict[str, str], fields: dict[str, Any], do: str, is_htmx: bool
) -> None:
    client = logged_in(agent)
    data = resolved(fields, named) | {"do": do}
    headers = {"HX-Request": "true"} if is_htmx else {}
    assert client.post(reverse("admin:compose"), data, headers=headers).status_code in (200, 302, 422)
    assert client.post(reverse("admin:compose_preview"), data, headers=headers).status_code == 200
    assert client.get(reverse("admin:compose"), data, headers=headers).status_code in (200, 400)


TYPED = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["template", "text"]),
    typed=st.fixed_dictionaries(
        dict.fromkeys(("value-body.1", "value-body.2", "media_url", "filename", "numbers", "text"), TYPED)
    ),
    do=st.sampled_from(["send", "refresh"]),
)
def test_everything_that_was_typed_is_in_the_answer(
    agent: User, named: dict[str, str], kind: str, typed: dict[str, str], do: str
) -> None:
    data = typed | {"kind": kind, "template": named["@document"], "do": do}
    response = logged_in(agent).post(reverse("admin:compose"), data)
    if response.status_code == 302:
        return
    assert inputs(response.content.decode()) >= set(typed.items())


def inputs(page: str) -> set[tuple[str, str]]:
    """Names and values of the fields of a page, as a browser would post them."""
    tags = re.findall(r"<input\b([^>]*)>", page)
    found = [(re.search(r'\bname="([^"]*)"', tag), re.search(r'\bvalue="([^"]*)"', tag)) for tag in tags]
    # A browser leaves out a line break right behind the tag.
    areas = re.findall(r'<textarea\b[^>]*\bname="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL)
    pairs = [(name[1], value[1]) for name, value in found if name and value] + areas
    return {(html.unescape(name), html.unescape(value)) for name, value in pairs}


def test_a_message_leads_back_to_writing_to_its_contact(
    agent_client: Client, bot: Bot, lucia: Contact
) -> None:
    message = make_message(bot, lucia)
    page = agent_client.get(
        reverse("admin:messaging_message_change", args=[message.public_id])
    ).content.decode()
    assert f"bot={bot.pk}&amp;contact={lucia.public_id}" in page
