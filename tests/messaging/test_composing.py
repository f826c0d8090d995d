"""From a draft and a choice of people to queued rows."""

import uuid

import pytest
from django_q.models import OrmQ
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import composing, queueing
from messaging.composing import gather, plan
from messaging.content import TextContent
from messaging.drafts import Draft
from messaging.models import Contact, Conversation, Message, MessageEvent, Source, Tag
from messaging.providers.base import Outbound
from messaging.statuses import Status
from templates_app.components import Components
from tests.factories import (
    make_bot,
    make_contact,
    make_template,
    make_user,
    open_window,
    with_link_button,
)
from tests.threads import at_once

VALUES = {"body.1": "Ana", "body.2": "ORD-1"}


def template_draft(bot, typed=VALUES, components=None, **fields):
    template = make_template(bot, components, **fields) if components else make_template(bot, **fields)
    return Draft(bot=bot, kind="template", template=template, typed=typed)


def text_draft(bot, text="Hola"):
    return Draft(bot=bot, kind="text", content=TextContent(body=text))


def send(draft, audience, sender, batch=None):
    return composing.send(draft, plan(draft, audience), sender=sender, batch=batch or uuid.uuid4())


def why(draft, *contacts):
    """What each refused person is told."""
    return [str(refused.why) for refused in plan(draft, gather(draft.bot, contacts=contacts)).refused]


def hard(draft, *contacts):
    found = plan(draft, gather(draft.bot, contacts=contacts or [make_contact()]))
    return {problem.field for problem in found.problems if problem.hard}


# -- Who -------------------------------------------------------------------------------------------


def test_everybody_comes_once_however_they_were_chosen(bot):
    tag = Tag.objects.create(name="VIP")
    ana, beto = make_contact("593990001001"), make_contact("593990001002")
    tag.contacts.add(ana, beto)
    audience = gather(bot, contacts=[ana], tags=[tag], numbers="0990001001, +593 99 000 1003")
    assert [contact.wa_id for contact in audience.contacts] == [
        "593990001001",
        "593990001002",
        "593990001003",
    ]
    assert audience.repeated == 2


def test_a_number_nobody_has_is_no_row_yet(bot):
    (contact,) = gather(bot, numbers="0990001001").contacts
    assert (contact.pk, contact.wa_id, contact.as_entered) == (None, "593990001001", "0990001001")
    assert not Contact.objects.exists()


def test_a_number_somebody_has_is_that_contact(bot):
    ana = make_contact("593990001001")
    assert gather(bot, numbers="099 000 1001").contacts == [ana]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("5215510001234", "+52 55 1000 1234"),
        ("525510001234", "+52 1 55 1000 1234"),
        ("5491150001234", "541150001234"),
        ("551190001234", "+5511990001234"),
        ("5491150001234", "541150001234, 5491150001234"),
        ("541150001234", "541150001234, 5491150001234"),
    ],
)
def test_all_forms_of_a_number_are_one_person(bot, stored, typed):
    contact = make_contact(stored)
    assert gather(bot, numbers=typed).contacts == [contact]


def test_two_forms_of_a_new_number_are_one_person(bot):
    audience = gather(bot, numbers="541150001234\n5491150001234")
    assert (len(audience.contacts), audience.repeated) == (1, 1)


def test_what_is_no_number_is_refused_by_name(bot):
    audience = gather(bot, numbers="hola, 0990001001, 12")
    assert [refused.who for refused in audience.refused] == ["hola", "12"]
    assert all(refused.why for refused in audience.refused)
    assert len(audience.contacts) == 1


def test_a_tag_brings_everybody_who_has_a_number(bot):
    tag = Tag.objects.create(name="VIP")
    tag.contacts.add(make_contact(), Contact.objects.create(user_id="EC.abc"))
    assert len(gather(bot, tags=[tag]).contacts) == 1


# -- What is in the way ------------------------------------------------------------------------------


def test_a_blocked_contact_is_named(bot):
    assert why(template_draft(bot), make_contact(is_blocked=True)) == [
        "This contact is blocked, so nothing is sent to them."
    ]


def test_a_contact_without_a_number_is_named(bot):
    assert why(template_draft(bot), Contact.objects.create(user_id="EC.abc")) == [
        "This contact has no number to write to."
    ]


def test_text_reaches_only_those_who_wrote_within_a_day(bot):
    ana, beto, new = make_contact(), make_contact(), make_contact()
    open_window(bot, ana, hours_ago=23.9)
    open_window(bot, beto, hours_ago=24.1)
    found = plan(text_draft(bot), gather(bot, contacts=[ana, beto, new], numbers="0990001001"))
    assert [recipient.contact for recipient in found.recipients] == [ana]
    assert len(found.refused) == 3


def test_a_window_with_another_bot_does_not_count(bot):
    contact = make_contact()
    open_window(make_bot(provider_id="another"), contact)
    assert len(why(text_draft(bot), contact)) == 1


def test_a_template_needs_no_window(bot):
    assert why(template_draft(bot), make_contact()) == []


def test_nobody_hears_about_a_window_as_long_as_no_template_is_chosen(bot):
    draft = Draft(bot=bot, kind="template")
    assert why(draft, make_contact()) == []
    assert hard(draft) == {"template"}


def test_whoever_lacks_a_value_is_named_and_the_others_get_it(bot):
    draft = template_draft(bot, typed={"body.1": "Ana"})
    ana, beto = make_contact(attributes={"pedido": "7"}), make_contact()
    found = plan(draft, gather(bot, contacts=[beto, ana]))
    assert [recipient.contact for recipient in found.recipients] == [ana]
    assert "Pedido" in str(found.refused[0].why)
    assert found.can_send


def test_a_wrong_value_of_one_contact_does_not_stop_the_others(bot):
    draft = template_draft(bot, typed={"body.1": "Ana"})
    ana, beto = make_contact(attributes={"pedido": "7"}), make_contact(attributes={"pedido": "7\n8"})
    found = plan(draft, gather(bot, contacts=[ana, beto]))
    assert (len(found.recipients), len(found.refused), found.can_send) == (1, 1, True)


@pytest.mark.parametrize("status", ["PENDING", "PAUSED", "DELETED"])
def test_a_template_that_is_not_approved_cannot_be_sent(bot, status):
    assert hard(template_draft(bot, status=status)) == {"template"}


def test_a_wrong_value_that_was_typed_stands_at_its_field(bot):
    assert hard(template_draft(bot, {"body.1": "Ana\nPérez", "body.2": "7"})) >= {"body.1"}


def test_a_code_without_its_value_cannot_be_queued(bot):
    components = Components(body="Tu código es {{1}}.")
    draft = template_draft(bot, {}, components, category="AUTHENTICATION")
    assert not plan(draft, gather(bot, numbers="0990001001")).can_send


def test_an_empty_text_cannot_be_sent(bot):
    contact = make_contact()
    open_window(bot, contact)
    assert "text" in hard(text_draft(bot, " \u200b"), contact)


def test_too_many_people_are_a_campaign(bot, settings):
    settings.COMPOSE_MAX_RECIPIENTS = 2
    draft = template_draft(bot)
    assert hard(draft, *[make_contact() for _ in range(2)]) == set()
    assert hard(draft, *[make_contact() for _ in range(3)]) == {"recipients"}


def test_too_many_people_of_a_tag_are_noticed_without_reading_them_all(bot, settings):
    settings.COMPOSE_MAX_RECIPIENTS = 2
    tag = Tag.objects.create(name="VIP")
    tag.contacts.add(*[make_contact() for _ in range(5)])
    assert len(gather(bot, tags=[tag]).contacts) == 3


def test_somebody_has_to_be_chosen(bot):
    found = plan(template_draft(bot), gather(bot))
    assert (found.can_send, {problem.field for problem in found.problems}) == (False, {"recipients"})


def test_planning_writes_nothing(bot, django_assert_num_queries):
    draft = template_draft(bot)
    audience = gather(bot, numbers="0990001001")
    with django_assert_num_queries(0):
        plan(draft, audience)


# -- Send ------------------------------------------------------------------------------------------


def test_there_is_one_row_for_each_person(bot, agent):
    ana = make_contact("593990001001")
    rows = send(template_draft(bot), gather(bot, contacts=[ana], numbers="0990001001 \n 0990001002"), agent)
    assert [row.to for row in rows] == ["593990001001", "593990001002"]
    assert {row.status for row in rows} == {Status.QUEUED}
    assert {row.created_by for row in rows} == {agent}
    assert Conversation.objects.filter(bot=bot).count() == 2


def test_each_row_says_what_its_reader_will_read(bot, agent):
    draft = template_draft(bot, typed={})
    people = [make_contact(name=name, attributes={"pedido": name[0]}) for name in ("Ana", "Beto")]
    rows = send(draft, gather(bot, contacts=people), agent)
    assert [row.text for row in rows] == [
        "Hola Ana, tu pedido A está confirmado.",
        "Hola Beto, tu pedido B está confirmado.",
    ]


def test_each_row_points_at_the_version_that_was_shown(bot, agent):
    draft = template_draft(bot)
    (row,) = send(draft, gather(bot, numbers="0990001001"), agent)
    assert (row.template, row.version) == (draft.template, draft.template.version)


def test_each_row_begins_its_history(bot, agent):
    (row,) = send(template_draft(bot), gather(bot, numbers="0990001001"), agent)
    event = MessageEvent.objects.get()
    assert (event.message, event.status, event.source) == (row, Status.QUEUED, Source.PERSON)


def test_a_new_number_becomes_a_contact_once(bot, agent):
    for _ in range(2):
        send(template_draft(bot, element_name=str(uuid.uuid4())), gather(bot, numbers="0990001001"), agent)
    assert Contact.objects.get().wa_id == "593990001001"
    assert Message.objects.count() == 2


def test_a_number_that_became_a_contact_meanwhile_is_that_contact(bot, agent):
    audience = gather(bot, numbers="0990001001")
    contact = make_contact("593990001001", name="Ana")
    (row,) = send(template_draft(bot), audience, agent)
    assert row.contact == contact


def test_the_same_press_of_send_writes_once(bot, agent):
    draft, audience, batch = template_draft(bot), gather(bot, numbers="0990001001, 0990001002"), uuid.uuid4()
    first, second = (send(draft, audience, agent, batch) for _ in range(2))
    assert first == second
    assert (Message.objects.count(), MessageEvent.objects.count()) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_both_halves_of_a_double_click_get_the_same_rows(bot, agent):
    draft, batch = template_draft(bot), uuid.uuid4()
    numbers = "0990001001, 0990001002"
    both = at_once(lambda: send(draft, gather(bot, numbers=numbers), agent, batch), times=3)
    assert both[0] == both[1] == both[2]
    assert (Message.objects.count(), Contact.objects.count(), MessageEvent.objects.count()) == (2, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_write_to_the_same_new_number_make_one_contact(bot, agent):
    draft = template_draft(bot)
    at_once(lambda: send(draft, gather(bot, numbers="0990001001"), agent))
    assert (Contact.objects.count(), Message.objects.count()) == (1, 2)


def test_somebody_elses_batch_is_not_shown(bot, agent):
    draft, batch = template_draft(bot), uuid.uuid4()
    send(draft, gather(bot, numbers="0990001001"), agent, batch)
    (row,) = send(draft, gather(bot, numbers="0990001002"), make_user("beto"), batch)
    assert row.to == "593990001002"


def test_a_plan_with_problems_is_not_sent(bot, agent):
    with pytest.raises(ValueError, match="problems"):
        send(template_draft(bot, status="PAUSED"), gather(bot, numbers="0990001001"), agent)
    assert not Message.objects.exists()


def test_a_worker_is_woken_once_the_rows_are_there(bot, agent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        send(template_draft(bot), gather(bot, numbers="0990001001, 0990001002"), agent)
        assert not OrmQ.objects.exists()
    task = OrmQ.objects.get()
    assert (len(callbacks), task.func(), task.args()) == (1, queueing.PUMP, ())


def test_a_code_is_not_kept_in_the_text_that_lists_show(bot, agent):
    draft = template_draft(
        bot, {"body.1": "739204"}, Components(body="Código {{1}}"), category="AUTHENTICATION"
    )
    (row,) = send(draft, gather(bot, numbers="0990001001"), agent)
    assert row.text == "Código •••"
    assert row.loaded.values == {"body.1": "739204"}


# -- The preview is the real thing -------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
suffixes = st.sampled_from(["a", "a/b?c=d", "%C3%A9", "á é"])
typed = st.fixed_dictionaries({"header.1": words, "button.0.1": suffixes}, optional={"body.1": words})


@given(typed, words)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_what_is_previewed_is_what_is_kept_and_what_leaves(bot, agent, typed, name):
    labels = {"body.1": {"label": "Nombre"}}
    template = bot.templates.first() or make_template(bot, with_link_button(), labels=labels)
    draft = Draft(bot=bot, kind="template", template=template, typed=typed)
    contact = Contact(wa_id="593990001001", name=name.replace("\x00", ""))
    found = plan(draft, gather(bot, contacts=[contact]))
    if not found.can_send:
        return
    (row,) = composing.send(draft, found, sender=agent, batch=uuid.uuid4())
    row = Message.objects.get(pk=row.pk)
    assert row.content == found.sample.stored()
    assert row.loaded.bubble() == found.sample.bubble()
    body = bot.account.provider.build(Outbound(row.loaded, row.to, bot.provider_id, "r")).body
    assert body["parameters"] == [found.sample.values["body.1"]]
    assert body["headerParameters"] == [found.sample.values["header.1"]]
    assert body["buttonParameters"][0]["payload"] == {"text": found.sample.values["button.0.1"]}


# -- What is missing -------------------------------------------------------------------------------


def test_who_lacks_a_value_is_left_out_where_the_template_says_so(bot):
    draft = template_draft(bot, {"body.1": "Ana"}, labels={"body.2": {"missing": "skip"}})
    with_order, without = make_contact(attributes={"pedido": "A-1"}), make_contact()
    found = plan(draft, gather(bot, contacts=[with_order, without]))
    assert [recipient.contact for recipient in found.recipients] == [with_order]
    assert "leaves such people out" in str(found.refused[0].why)
    assert found.can_send


def test_a_value_of_the_wrong_type_is_a_problem_of_its_own_copy(bot):
    draft = template_draft(bot, {"body.1": "Ana"}, labels={"body.2": {"type": "date"}})
    good, bad = make_contact(attributes={"pedido": "2027-05-14"}), make_contact(attributes={"pedido": "soon"})
    assert why(draft, good, bad) == ["This is no date. Write one such as 2027-05-14."]


def test_a_typed_value_of_the_wrong_type_blocks_at_its_field(bot):
    draft = template_draft(bot, {"body.1": "Ana", "body.2": "soon"}, labels={"body.2": {"type": "date"}})
    assert "body.2" in hard(draft)
