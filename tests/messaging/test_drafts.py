"""What fills each blank, and where it came from."""

import pytest

from messaging.content import TemplateContent, TextContent
from messaging.drafts import Draft, Value, from_contact
from messaging.models import Contact
from templates_app.components import Components, Hint, Variable
from tests.factories import ORDER, make_account, make_contact, make_message, make_template


def variable(label, name="1", **hint):
    return Variable(key=f"body.{name}", name=name, label=label, **hint)


def draft_of(bot, typed=None, **fields):
    return Draft(bot=bot, kind="template", template=make_template(bot, **fields), typed=typed or {})


def values(draft, contact):
    return {
        one.key: (draft.value(one, contact).text, str(draft.value(one, contact).source))
        for one in draft.variables
    }


# -- Values ----------------------------------------------------------------------------------------


def test_what_was_typed_wins(bot):
    contact = make_contact(name="Ana Pérez")
    draft = draft_of(bot, {"body.1": "  Doctora Ana  "})
    assert draft.value(draft.variables[0], contact) == Value("Doctora Ana")


def test_what_was_not_typed_comes_from_the_contact(bot):
    contact = make_contact(name="Ana Pérez", attributes={"pedido": "ORD-77"})
    assert values(draft_of(bot), contact) == {
        "body.1": ("Ana Pérez", "contact's name"),
        "body.2": ("ORD-77", "contact's “pedido”"),
    }


def test_then_comes_the_fallback_of_the_template(bot):
    labels = {"body.1": {"fallback": "cliente"}}
    assert values(draft_of(bot, labels=labels), make_contact())["body.1"] == (
        "cliente",
        "fallback of the template",
    )


def test_what_nothing_fills_stays_blank(bot):
    draft = draft_of(bot)
    assert values(draft, make_contact())["body.2"] == ("", "")
    assert draft.content_for(None).values == {}


def test_blanks_that_were_typed_into_a_field_count_as_nothing_typed(bot):
    draft = draft_of(bot, {"body.1": " \n "})
    assert draft.value(draft.variables[0], make_contact(name="Ana")).text == "Ana"


@pytest.mark.parametrize(
    "label", ["Nombre", "NOMBRE", "nombre_completo", "Customer", "Nome completo", "name"]
)
def test_a_name_is_recognised_in_three_languages(label):
    assert from_contact(variable(label), Contact(name="José Díaz")).text == "José Díaz"


@pytest.mark.parametrize("label", ["First name", "Primer_nombre", "PRIMEIRO NOME"])
def test_a_first_name_is_the_first_word(label):
    assert from_contact(variable(label), Contact(name="  José Díaz")).text == "José"


@pytest.mark.parametrize("name", ["", "   ", "\u3000", "\n"])
@pytest.mark.parametrize("label", ["Nombre", "First name"])
def test_a_contact_without_a_visible_name_has_none(name, label):
    assert from_contact(variable(label), Contact(name=name)) == Value("")


@pytest.mark.parametrize("key", ["número de pedido", "Numero_De_Pedido", "NÚMERO  DE PEDIDO"])
def test_an_attribute_is_found_however_it_is_spelled(key):
    assert from_contact(variable("Número de pedido"), Contact(attributes={key: 1042})).text == "1042"


def test_a_named_blank_finds_the_attribute_of_its_name():
    assert from_contact(variable("", "ciudad"), Contact(attributes={"Ciudad": "Quito"})).text == "Quito"


@pytest.mark.parametrize("value", [None, [], {"a": 1}, ["x"]])
def test_an_attribute_that_is_no_text_fills_nothing(value):
    assert from_contact(variable("Pedido"), Contact(attributes={"pedido": value})) == Value("")


def test_a_blank_without_a_name_or_a_label_is_not_filled_by_chance():
    assert from_contact(variable("", ""), Contact(attributes={"": "x"})) == Value("")


# -- Content ---------------------------------------------------------------------------------------


def test_everybody_gets_the_content_that_is_no_template(bot):
    content = TextContent(body="Hola")
    assert Draft(bot=bot, kind="text", content=content).content_for(make_contact()) is content


def test_only_whose_message_is_quoted_gets_the_quote(bot):
    quoted = make_message(bot, provider_id="wamid.1")
    draft = Draft(bot=bot, kind="text", content=TextContent(body="Sí"), quoted=quoted)
    assert draft.content_for(quoted.contact).reply_to == "wamid.1"
    assert draft.content_for(make_contact()).reply_to == ""


def test_what_a_template_needs_besides_its_values_is_taken_along(bot):
    extras = {"flows": {"0": "flow-1"}, "answered": {"menu": [{"title": "Sí", "flow_id": "f"}]}}
    content = Draft(bot=bot, kind="template", template=make_template(bot), extras=extras).content_for(None)
    assert (content.flows, content.answered.menu[0].title) == ({"0": "flow-1"}, "Sí")


def test_a_template_takes_along_what_it_needs_to_be_sent(bot):
    draft = draft_of(bot, {"body.1": "Ana", "body.2": "7"}, category="MARKETING")
    assert draft.content_for(None) == TemplateContent(
        element_name="aviso_pedido",
        language="es",
        category="MARKETING",
        values={"body.1": "Ana", "body.2": "7"},
        components=ORDER,
    )


def test_what_was_typed_for_another_template_is_left_out(bot):
    assert draft_of(bot, {"body.9": "x", "header.1": "y"}).content_for(None).values == {}


def test_the_labels_of_our_own_win(bot):
    draft = draft_of(bot, labels={"body.2": {"label": "Guía"}})
    assert [one.label for one in draft.variables] == ["Nombre", "Guía"]


# -- What is wrong for everybody -------------------------------------------------------------------


def problems(draft):
    return [(problem.field, problem.hard) for problem in draft.problems()]


def test_a_good_draft_has_no_problems(bot):
    assert problems(draft_of(bot)) == []


def test_a_template_has_to_be_chosen(bot):
    assert problems(Draft(bot=bot, kind="template")) == [("template", True)]


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "SOMETHING_NEW"])
def test_only_approved_templates_can_be_sent(bot, status):
    assert problems(draft_of(bot, status=status)) == [("template", True)]


def test_a_bot_that_is_off_must_not_collect_a_queue(bot):
    bot.is_on = False
    assert problems(draft_of(bot)) == [("bot", True)]


def test_an_account_that_is_locked_out_must_not_collect_a_queue(bot):
    bot.account = make_account(health="failed")
    assert problems(draft_of(bot)) == [("bot", True)]


def test_a_bot_that_only_pauses_sends_later(bot):
    bot.paused_reason = "rate_limited"
    assert problems(draft_of(bot)) == [("bot", False)]


def test_hints_of_the_provider_fill_nothing(bot):
    components = Components(body="Hola {{1}}", hints={"body.1": Hint(label="Apodo", example="Pepe")})
    draft = Draft(bot=bot, kind="template", template=make_template(bot, components))
    assert draft.content_for(make_contact(name="Ana")).values == {}


# -- Types and what is missing ---------------------------------------------------------------------


def typed_as(bot, given=None, language="es_EC", element_name="a", **hint):
    """A draft whose second blank is of a type."""
    fields = {"language": language, "element_name": element_name}
    return draft_of(bot, given, labels={"body.2": hint}, **fields)


def test_a_number_of_the_contact_is_written_in_the_language_of_the_template(bot):
    contact = make_contact(name="Ana", attributes={"pedido": 1234.125})
    assert values(typed_as(bot, type="number"), contact)["body.2"][0] == "1.234,125"


def test_what_was_typed_is_written_as_its_type(bot):
    draft = typed_as(bot, {"body.2": "59.9"}, "en_US", type="money", currency="USD")
    assert values(draft, None)["body.2"][0] == "$59.90"


def test_what_is_no_such_value_stays_and_is_a_problem_at_its_field(bot):
    draft = typed_as(bot, {"body.2": "soon"}, type="date")
    assert values(draft, None)["body.2"][0] == "soon"
    assert [problem.field for problem in draft.flaws(None)] == ["body.2"]


def test_a_named_blank_has_a_type_too(bot):
    components = Components(body="Vence {{fecha}}", hints={"body.fecha": Hint(type="date")})
    template = make_template(bot, components, language="pt_BR")
    draft = Draft(bot=bot, kind="template", template=template, typed={"body.fecha": "2027-05-14"})
    assert draft.content_for(None).text() == "Vence 14 de maio de 2027"


@pytest.mark.parametrize("policy", ["block", "skip"])
def test_a_fallback_counts_only_where_the_template_says_so(bot, policy):
    assert values(typed_as(bot, fallback="algo", missing=policy), make_contact())["body.2"] == ("", "")
    assert values(typed_as(bot, fallback="algo", element_name="b"), make_contact())["body.2"][0] == "algo"
