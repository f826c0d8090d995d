"""The list of conversations, a thread, and what people do in it."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging import conversing
from messaging.models import Bot, Contact, Conversation, Link, Message
from tests.factories import make_bot, make_contact, make_message, make_template, make_user, open_window
from tests.messaging.admin.conftest import logged_in

LIST = "/admin/conversations/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def contact(db: None) -> Contact:
    return make_contact("593990000321", name="Lucía Vega")


@pytest.fixture
def talk(bot: Bot, contact: Contact) -> Conversation:
    """The contact wrote an hour ago."""
    wrote(bot, contact, "Hola, ¿me ayudan?")
    return open_window(bot, contact)


def wrote(bot: Bot, contact: Contact, text: str, **fields: Any) -> Message:
    fields = {"direction": "in", "status": "received", "provider_id": str(uuid.uuid4())} | fields
    return make_message(bot, contact, **{"text": text, "content": text_of(text)} | fields)


def text_of(body: str) -> dict[str, Any]:
    return {"kind": "text", "version": 1, "body": body}


def address(talk: Conversation, end: str = "") -> str:
    return f"{LIST}{talk.pk}/{end}"


def page(client: Client, path: str = LIST, **query: Any) -> str:
    response = client.get(path, query)
    assert response.status_code == 200, path
    return response.content.decode()


def another(bot: Bot, name: str, hours_ago: float = 1, **fields: Any) -> Conversation:
    talk = open_window(bot, make_contact(name=name), hours_ago)
    Conversation.objects.filter(pk=talk.pk).update(**fields)
    return talk


# -- The list --------------------------------------------------------------------------------------


def test_unread_ones_come_first_and_then_the_latest(agent_client, bot):
    another(bot, "Older", 3)
    another(bot, "Latest", 1)
    another(bot, "Waiting", 5, unread=2)
    body = page(agent_client)
    assert body.index("Waiting") < body.index("Latest") < body.index("Older")


@pytest.mark.parametrize(
    ("shelf", "names"),
    [
        ("all", {"Unread", "Mine", "Free"}),
        ("unread", {"Unread"}),
        ("mine", {"Mine"}),
        ("free", {"Unread", "Free"}),
        ("closed", {"Closed"}),
        ("nonsense", {"Unread", "Mine", "Free"}),
    ],
)
def test_a_shelf_holds_what_it_says(agent_client, agent, bot, shelf, names):
    for name, fields in {
        "Unread": {"unread": 1},
        "Mine": {"assignee": agent},
        "Free": {},
        "Closed": {"state": "closed"},
    }.items():
        another(bot, f"Person {name}", **fields)
    body = page(agent_client, show=shelf)
    assert {name for name in ("Unread", "Mine", "Free", "Closed") if f"Person {name}" in body} == names


def test_only_those_of_ones_own_bots_are_listed(agent_client, bot):
    another(bot, "Ours")
    another(make_bot(provider_id="other"), "Theirs")
    body = page(agent_client)
    assert "Ours" in body and "Theirs" not in body


def test_a_bot_is_chosen_among_ones_own(agent_client, agent, bot):
    second = make_bot(provider_id="second", members=(agent,))
    another(bot, "First")
    another(second, "Second")
    body = page(agent_client, bot=second.pk)
    assert "Second</span>" in body and "First</span>" not in body


@pytest.mark.parametrize("term", ["lucía", "0990000321", "+593 99 000 0321"])
def test_a_person_is_found_by_name_or_number_even_if_they_never_wrote(agent_client, bot, contact, term):
    Conversation.objects.create(bot=bot, contact=contact)
    another(bot, "Somebody Else")
    body = page(agent_client, q=term.replace("099", "99", 1))
    assert "Lucía Vega" in body and "Somebody Else" not in body


def test_older_ones_are_reached_page_by_page(agent_client, bot):
    for number in range(35):
        another(bot, f"Person {number:02}", number + 1)
    listed = agent_client.get(LIST).context["page"]
    older = agent_client.get(LIST, {"older": listed.older}).context["page"]
    names = [row.contact.name for row in (*listed.rows, *older.rows)]
    assert names == [f"Person {number:02}" for number in range(35)]
    assert older.older == ""


@pytest.mark.parametrize("junk", ["x", "_", "2026-01-01_1", "2026-01-01T00:00:00+00:00_x", "9" * 40])
def test_a_page_nobody_gave_out_is_the_first(agent_client, talk, junk):
    assert "Lucía Vega" in page(agent_client, older=junk)


def test_the_list_costs_the_same_for_many(agent_client, bot):
    counts = []
    for many in (1, 20):
        for number in range(many):
            talk = another(bot, f"Person {many}-{number}", unread=number % 2)
            wrote(bot, talk.contact, "Hola")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(agent_client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_list_that_is_as_it_was_is_not_sent_again(agent_client, bot, talk):
    seen = agent_client.get(LIST).context["list_version"]
    assert agent_client.get(f"{LIST}list/", {"seen": seen}).status_code == 204
    Conversation.objects.update(unread=1)
    assert "talk--unread" in page(agent_client, f"{LIST}list/", seen=seen)


def test_the_navigation_counts_the_unread_ones(agent_client, bot):
    for number in range(3):
        another(bot, f"Person {number}", unread=5)
    another(make_bot(provider_id="other"), "Theirs", unread=5)
    body = page(agent_client, "/admin/")
    assert "<span>3</span>" in body.partition("data-unread-badge")[2][:40]


# -- Reading ---------------------------------------------------------------------------------------


def test_what_went_out_and_what_came_in_is_one_thread(agent_client, bot, contact, talk):
    make_message(bot, contact, template=make_template(bot), status="read", provider_id="m-1", lane=1)
    make_message(bot, contact, status="planned", text="Not yet", due_at=None)
    make_message(make_bot(provider_id="other"), contact, status="sent", content=text_of("Elsewhere"))
    body = page(agent_client, address(talk))
    assert "¿me ayudan?" in body and "tu pedido" in body
    assert "Not yet" not in body and "Elsewhere" not in body


def test_a_reply_shows_what_it_answers_and_how_sure_that_is(agent_client, bot, contact, talk):
    asked = make_message(bot, contact, status="read", provider_id="m-1", text="¿Vienes?")
    answer = wrote(bot, contact, "Sí", answers=asked, answers_by=Link.LATEST)
    body = page(agent_client, address(talk))
    quoted = body.partition(f'id="message-{answer.pk}"')[2]
    assert f'href="#message-{asked.pk}"' in quoted and "probably" in quoted.partition("</a>")[0]


def test_what_is_hostile_is_shown_as_text(agent_client, bot, contact, talk):
    Contact.objects.update(name="<script>alert(1)</script>\u202e")
    wrote(bot, contact, "<img src=x onerror=alert(1)> \u202e\x07")
    talk.notes.create(author=User.objects.first(), text="<b>nota</b>")
    body = page(agent_client, address(talk))
    assert "<script>alert" not in body and "<img src=x" not in body and "<b>nota" not in body


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x.png", "http://169.254.169.254/latest", "file:///etc/passwd", "javascript:alert(1)"],
)
def test_media_of_a_strange_place_is_never_fetched(agent_client, bot, contact, talk, url):
    content = {"kind": "inbound", "version": 1, "of": "image", "body": "", "media_url": url}
    wrote(bot, contact, "", content=content, kind="inbound")
    thread = page(agent_client, address(talk)).partition('id="entries"')[2].partition("</ol>")[0]
    assert "<img" not in thread and f'href="{url}' not in thread and f'src="{url}' not in thread


def test_a_one_time_code_stays_hidden(agent_client, bot, contact, talk):
    template = make_template(bot, category="AUTHENTICATION", element_name="codigo")
    message = make_message(bot, contact, template=template, status="sent")
    content = message.content | {"values": {"body.1": "918273", "body.2": "918273"}}
    Message.objects.filter(pk=message.pk).update(content=content)
    assert "918273" not in page(agent_client, address(talk))


def test_opening_marks_as_read_for_those_who_answer(agent_client, talk):
    Conversation.objects.update(unread=4)
    page(agent_client, address(talk))
    assert Conversation.objects.get().unread == 0


def test_an_auditor_looks_and_leaves_no_trace(talk):
    Conversation.objects.update(unread=4)
    body = page(logged_in(make_user("luz", "Auditors")), address(talk))
    assert Conversation.objects.get().unread == 4
    assert 'name="text"' not in body and 'name="note"' not in body


def test_a_long_thread_is_read_part_by_part(agent_client, bot, contact, talk):
    for number in range(90):
        wrote(bot, contact, f"Line {number:03}")
    first = agent_client.get(address(talk)).context
    second = agent_client.get(address(talk), {"before": first["older_than"], "part": "older"}).context
    texts = [row["message"].text for row in (*second["entries"], *first["entries"])]
    assert texts == [f"Line {number:03}" for number in range(10, 90)]


def test_a_note_pressed_twice_stands_once(agent_client, talk):
    for text in ("Llamar mañana", "Llamar mañana ", "a\x00b"):
        agent_client.post(address(talk, "note/"), {"note": text})
    assert [note.text for note in talk.notes.order_by("pk")] == ["Llamar mañana", "ab"]


def test_notes_stand_where_they_were_written(agent_client, agent, bot, contact, talk):
    moment = timezone.now() - dt.timedelta(hours=5)
    for number in range(60):
        at = moment + dt.timedelta(minutes=number)
        wrote(bot, contact, f"Line {number:03}", created_at=at)
    Message.objects.filter(text__startswith="Hola").delete()
    for minute in (5, 50):
        talk.notes.create(
            author=agent, text=f"Note {minute}", created_at=moment + dt.timedelta(minutes=minute, seconds=30)
        )
    first = agent_client.get(address(talk)).context
    older = agent_client.get(address(talk), {"before": first["older_than"], "part": "older"}).context
    notes = [[row["note"].text for row in part["entries"] if row["note"]] for part in (first, older)]
    assert notes == [["Note 50"], ["Note 5"]]


def test_a_thread_costs_the_same_however_long(agent_client, bot, contact, talk):
    page(agent_client, address(talk))
    counts = []
    for _ in range(2):
        for number in range(15):
            wrote(bot, contact, f"Line {number}", answers=Message.objects.first())
        with CaptureQueriesContext(connection) as queries:
            page(agent_client, address(talk))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_thread_is_read_along_its_own_index(bot, contact, talk):
    rows = conversing.messages_of(talk).order_by("-pk").values("pk")[:40]
    assert "message_by_contact" in rows.explain() or connection.vendor != "sqlite"


# -- News ------------------------------------------------------------------------------------------


def ask(client: Client, talk: Conversation, known: Any, **more: Any) -> Any:
    query = {"after": known["last_message"], "note": known["last_note"], "seen": known["version"], **more}
    return client.get(address(talk, "news/"), query, headers=HTMX)


def test_nothing_new_is_said_in_a_word_and_few_queries(agent_client, talk):
    known = agent_client.get(address(talk)).context
    with CaptureQueriesContext(connection) as queries:
        assert ask(agent_client, talk, known).status_code == 204
    assert len(queries) <= 7


def test_what_came_is_added_and_a_state_that_changed_is_drawn_again(agent_client, bot, contact, talk):
    ours = make_message(bot, contact, status="sent", provider_id="m-1")
    known = agent_client.get(address(talk)).context
    new = wrote(bot, contact, "¿Siguen ahí?")
    Message.objects.filter(pk=ours.pk).update(status="read")
    response = ask(agent_client, talk, known)
    body = response.content.decode()
    assert f'id="message-{new.pk}"' in body.partition("beforeend:#entries")[2].partition("</ol>")[0]
    assert f'id="message-{ours.pk}" hx-swap-oob="true"' in body and "ticks--read" in body
    assert ask(agent_client, talk, response.context).status_code == 204


@pytest.mark.parametrize(("visible", "unread"), [("true", 0), ("false", 1), ("", 1)])
def test_what_comes_while_nobody_looks_stays_unread(agent_client, bot, contact, talk, visible, unread):
    known = agent_client.get(address(talk)).context
    wrote(bot, contact, "Hola")
    Conversation.objects.update(unread=1)
    ask(agent_client, talk, known, visible=visible)
    assert Conversation.objects.get().unread == unread


def test_a_window_that_closes_turns_the_composer_to_templates(agent_client, talk):
    known = agent_client.get(address(talk)).context
    Conversation.objects.update(window_ends_at=timezone.now() - dt.timedelta(seconds=1))
    body = ask(agent_client, talk, known).content.decode()
    assert "data-closed" in body and f"contact={talk.contact.public_id}" in body and "data-ends" not in body


@pytest.mark.parametrize("junk", [{"after": "x"}, {"after": "9" * 40}, {"note": "-1"}, {"seen": "é"}])
def test_nonsense_about_what_is_known_is_no_error(agent_client, talk, junk):
    assert agent_client.get(address(talk, "news/"), junk).status_code == 200


# -- Answering -------------------------------------------------------------------------------------


def answer(client: Client, talk: Conversation, text: str, **more: Any) -> Any:
    data = {"text": text, "token": str(uuid.uuid4())} | more
    return client.post(address(talk, "answer/"), data, headers=HTMX)


def test_an_answer_is_queued_like_any_message(agent_client, agent, talk):
    response = answer(agent_client, talk, "Claro que sí")
    message = Message.objects.get(direction="out")
    assert (message.status, message.text, message.created_by) == ("queued", "Claro que sí", agent)
    assert (message.contact, message.bot, response["HX-Trigger"]) == (talk.contact, talk.bot, "news")


def test_the_same_page_posted_twice_sends_once(agent_client, talk):
    token = str(uuid.uuid4())
    for _ in range(2):
        answer(agent_client, talk, "Claro", token=token)
    assert Message.objects.filter(direction="out").count() == 1


@pytest.mark.parametrize(
    ("change", "text", "said"),
    [
        ({"window_ends_at": None}, "Hola", "24"),
        ({"contact__is_blocked": True}, "Hola", "blocked"),
        ({}, "", "text"),
        ({}, "x" * 4097, "4"),
    ],
)
def test_what_compose_refuses_is_refused_here_and_nothing_typed_is_lost(
    agent_client, talk, change, text, said
):
    Contact.objects.filter(pk=talk.contact_id).update(is_blocked="contact__is_blocked" in change)
    Conversation.objects.update(**{key: value for key, value in change.items() if "__" not in key})
    body = answer(agent_client, talk, text, note="Half a note").content.decode()
    assert not Message.objects.filter(direction="out").exists()
    assert said in body.lower().partition("answer-problems")[2] and text in body and "Half a note" in body


def test_without_scripts_an_answer_returns_to_the_thread(agent_client, talk):
    response = agent_client.post(address(talk, "answer/"), {"text": "Hola"})
    assert (response.status_code, response["Location"]) == (302, address(talk))
    response = agent_client.post(address(talk, "answer/"), {"text": ""})
    assert response.status_code == 422


# -- Taking care -----------------------------------------------------------------------------------


def test_a_note_is_kept_beside_what_is_half_written_and_never_sent(agent_client, agent, talk):
    body = agent_client.post(address(talk, "note/"), {"note": " Pide factura ", "text": "Half"}, headers=HTMX)
    note = talk.notes.get()
    assert (note.text, note.author) == ("Pide factura", agent)
    assert "Half" in body.content.decode() and not Message.objects.filter(direction="out").exists()


def test_an_empty_note_is_refused_with_a_sentence(agent_client, talk):
    body = agent_client.post(address(talk, "note/"), {"note": "  "}, headers=HTMX).content.decode()
    assert "Write the note first." in body and not talk.notes.exists()


def test_a_conversation_is_taken_over_handed_on_and_let_go(agent_client, agent, bot, talk):
    colleague = make_user("bruno", "Agents")
    bot.members.add(colleague)
    for key, person in ((agent.pk, agent), (colleague.pk, colleague), ("", None)):
        agent_client.post(address(talk, "assign/"), {"to": key})
        talk.refresh_from_db()
        assert talk.assignee == person


def test_nobody_is_asked_who_does_not_use_the_bot(agent_client, talk):
    stranger = make_user("bruno", "Agents")
    assert agent_client.post(address(talk, "assign/"), {"to": stranger.pk}).status_code == 404


@pytest.mark.parametrize(("state", "kept"), [("closed", "closed"), ("open", "open"), ("unread", "open")])
def test_a_conversation_is_closed_opened_and_put_back(agent_client, talk, state, kept):
    agent_client.post(address(talk, "state/"), {"state": state})
    talk.refresh_from_db()
    assert (talk.state, talk.unread) == (kept, int(state == "unread"))


def test_a_state_nobody_knows_is_not_there(agent_client, talk):
    assert agent_client.post(address(talk, "state/"), {"state": "x"}).status_code == 404


@pytest.mark.parametrize("end", ["", "news/", "answer/", "note/", "assign/", "state/"])
def test_a_stranger_finds_no_conversation(talk, end):
    client = logged_in(make_user("bruno", "Agents"))
    assert client.get(address(talk, end)).status_code in (404, 405)
    assert client.post(address(talk, end), {"text": "x", "note": "x"}).status_code in (404, 405)


def test_the_pages_have_names(talk):
    assert reverse("admin:conversation", args=[talk.pk]) == address(talk)


# -- Ways to answer --------------------------------------------------------------------------------


@pytest.fixture
def quoting(bot: Bot, talk: Conversation) -> Conversation:
    """At a provider that carries quotes."""
    bot.account.kind, bot.account.credentials = "bird", {"access_key": "k"}
    bot.account.save()
    return talk


def test_the_other_kinds_are_a_press_away_with_everything_chosen(
    agent_client: Client, quoting: Conversation
) -> None:
    inbound = Message.objects.get()
    link = f"bot={quoting.bot_id}&amp;contact={quoting.contact.public_id}&amp;kind="
    said = page(agent_client, address(quoting))
    assert f"{link}image&amp;reply_to={inbound.public_id}" in said
    assert f"{link}text&amp;reply_to={inbound.public_id}" in said
    query = {"bot": quoting.bot_id, "contact": str(quoting.contact.public_id), "kind": "image"}
    compose = page(agent_client, reverse("admin:compose"), reply_to=str(inbound.public_id), **query)
    assert f'name="reply_to" value="{inbound.public_id}"' in compose


def test_where_nothing_can_be_quoted_nothing_is_said_of_it(agent_client: Client, talk: Conversation) -> None:
    said = page(agent_client, address(talk))
    assert "kind=image" in said and "reply_to" not in said


def test_in_a_closed_window_there_are_templates_alone(
    agent_client: Client, bot: Bot, contact: Contact
) -> None:
    wrote(bot, contact, "Hola")
    said = page(agent_client, address(open_window(bot, contact, 25)))
    assert "kind=template" in said and "kind=image" not in said


def test_a_guess_is_said_once(agent_client: Client, bot: Bot, talk: Conversation) -> None:
    sent = make_message(bot, talk.contact, status="read", text="¿Te sirve?")
    for text in ("Sí", "mucho", "gracias"):
        wrote(bot, talk.contact, text, answers=sent, answers_by=Link.LATEST)
    assert page(agent_client, address(talk)).count("said__quoted") == 1
