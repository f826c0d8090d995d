"""The pages of templates: finding them, looking at them, and naming their blanks."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.models import Bot
from templates_app.components import Button, Components, Header, Hint
from templates_app.models import Template, TemplateVersion
from tests.factories import ORDER, make_bot, make_template

HOSTILE = "<script>alert(1)</script>"


def listed(client: Client, **query: Any) -> list[str]:
    response = client.get(reverse("admin:templates_app_template_changelist"), query)
    assert response.status_code == 200
    return [template.element_name for template in response.context["cl"].result_list]


def page(client: Client, template: Template) -> Any:
    return client.get(reverse("admin:templates_app_template_change", args=[template.pk]))


def save(client: Client, template: Template, **labels: str) -> Any:
    fields = {name.replace("_", "."): text for name, text in labels.items()}
    return client.post(reverse("admin:templates_app_template_change", args=[template.pk]), fields)


# -- The gallery ---------------------------------------------------------------------------------


def test_templates_stand_in_the_order_of_their_names(agent_client: Client, bot: Bot) -> None:
    for name in ("zeta", "alfa", "medio"):
        make_template(bot, element_name=name)
    assert listed(agent_client) == ["alfa", "medio", "zeta"]


def test_each_looks_as_on_a_phone_with_its_own_examples(agent_client: Client, bot: Bot) -> None:
    make_template(bot)
    response = agent_client.get(reverse("admin:templates_app_template_changelist"))
    assert "Hola María, tu pedido ORD-1234 está confirmado." in response.content.decode()


def test_they_are_found_by_name_and_by_words_of_the_body(agent_client: Client, bot: Bot) -> None:
    make_template(bot, element_name="aviso_pedido", display_name="Confirmación")
    make_template(bot, Components(body="Bienvenida"), element_name="saludo")
    for term in ("aviso", "confirmaci", "tu pedido"):
        assert listed(agent_client, q=term) == ["aviso_pedido"], term


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "APPROVED"}, ["bueno"]),
        ({"status": "REJECTED"}, ["malo"]),
        ({"category": "MARKETING"}, ["malo"]),
        ({"status": "NO_SUCH_WORD"}, []),
        ({"bot": "nonsense"}, ["bueno", "malo"]),
    ],
)
def test_they_are_filtered(agent_client: Client, bot: Bot, query: dict[str, str], found: list[str]) -> None:
    make_template(bot, element_name="bueno")
    make_template(bot, element_name="malo", status="REJECTED", category="MARKETING")
    assert listed(agent_client, **query) == found


def test_a_bots_templates_are_found_by_the_bot(agent_client: Client, bot: Bot) -> None:
    other = make_bot(members=tuple(bot.members.all()), provider_id="other")
    make_template(bot, element_name="nuestro")
    make_template(other, element_name="suyo")
    assert listed(agent_client, bot=other.pk) == ["suyo"]


def test_only_what_can_be_sent_is_offered_for_use(agent_client: Client, bot: Bot) -> None:
    good = make_template(bot, element_name="bueno")
    bad = make_template(bot, element_name="malo", status="PAUSED")
    gone = make_template(bot, element_name="ido", gone_at=timezone.now())
    content = agent_client.get(reverse("admin:templates_app_template_changelist")).content.decode()
    assert f"template={good.pk}" in content
    assert f"template={bad.pk}" not in content
    assert f"template={gone.pk}" not in content
    assert "Gone" in content


def test_a_word_of_the_provider_that_nobody_knows_is_shown_as_it_is(agent_client: Client, bot: Bot) -> None:
    make_template(bot, status="IN_APPEAL", category="NEW_KIND")
    content = agent_client.get(reverse("admin:templates_app_template_changelist")).content.decode()
    assert "IN_APPEAL" in content


def test_a_template_without_known_content_breaks_nothing(agent_client: Client, bot: Bot) -> None:
    template = Template.objects.create(bot=bot, element_name="vacio", language="es", status="APPROVED")
    assert listed(agent_client) == ["vacio"]
    assert page(agent_client, template).status_code == 200


# -- One template --------------------------------------------------------------------------------


def test_its_page_tells_every_version(agent_client: Client, bot: Bot) -> None:
    template = make_template(bot)
    newer = TemplateVersion.objects.create(
        template=template, number=2, data=Components(body="Nuevo").model_dump(mode="json"), digest="x"
    )
    Template.objects.update(version=newer)
    content = page(agent_client, template).content.decode()
    assert "<b>2 · " in content and "1 · " in content
    assert "Nuevo" in content


def test_nothing_in_it_becomes_html(agent_client: Client, bot: Bot) -> None:
    components = Components(
        header=Header(format="text", text=HOSTILE),
        body=f"{HOSTILE} {{{{1}}}}",
        footer=HOSTILE,
        buttons=(Button(kind="url", label=HOSTILE, url=f"javascript:{HOSTILE}"),),
        hints={"body.1": Hint(label=HOSTILE, example=HOSTILE, fallback=HOSTILE)},
        unknown=({"type": HOSTILE},),
    )
    template = make_template(bot, components, display_name=HOSTILE, category=HOSTILE, status=HOSTILE)
    content = page(agent_client, template).content.decode()
    content += agent_client.get(reverse("admin:templates_app_template_changelist")).content.decode()
    assert HOSTILE.lower() not in content.lower()
    assert 'href="javascript' not in content


def test_a_picture_of_a_site_nobody_allowed_is_not_fetched(agent_client: Client, bot: Bot) -> None:
    header = Header(format="image", sample_url="https://cdn.example.com/a.png")
    template = make_template(bot, Components(header=header, body="Hola"))
    assert "<img" not in page(agent_client, template).content.decode().partition('class="phone"')[2]


# -- Names for its blanks ------------------------------------------------------------------------


def test_our_words_win_over_the_providers(admin_person_client: Client, bot: Bot) -> None:
    template = make_template(bot)
    save(admin_person_client, template, body_1_label="Nombre de pila", body_1_example="Ana")
    template = Template.objects.get()
    assert template.labels == {"body.1": {"label": "Nombre de pila", "example": "Ana"}}
    hint = template.components.hints["body.1"]
    assert (hint.label, hint.example) == ("Nombre de pila", "Ana")
    assert "Hola Ana" in page(admin_person_client, template).content.decode()


def test_an_empty_word_falls_back_to_the_providers(admin_person_client: Client, bot: Bot) -> None:
    template = make_template(bot, labels={"body.1": {"label": "Otro"}})
    save(admin_person_client, template, body_1_label="  ")
    template = Template.objects.get()
    assert template.labels == {}
    assert template.components.hints["body.1"] == ORDER.hints["body.1"]


def test_the_history_says_who_changed_the_words(admin_person_client: Client, bot: Bot) -> None:
    template = make_template(bot)
    save(admin_person_client, template, body_1_label="Nombre de pila")
    address = reverse("admin:templates_app_template_history", args=[template.pk])
    content = admin_person_client.get(address).content.decode()
    assert "alba" in content
    assert "labels" in content


@pytest.mark.parametrize("text", ["x" * 201, "a\x00b"])
def test_a_word_that_cannot_be_kept_is_refused(admin_person_client: Client, bot: Bot, text: str) -> None:
    template = make_template(bot)
    response = save(admin_person_client, template, body_1_label=text)
    assert response.status_code == 200
    assert "field__problem" in response.content.decode()
    assert Template.objects.get().labels == {}


def test_who_may_only_look_changes_no_words(agent_client: Client, bot: Bot) -> None:
    template = make_template(bot)
    response = save(agent_client, template, body_1_label="Nombre de pila")
    assert "field__problem" not in response.content.decode()
    assert Template.objects.get().labels == {}
    assert 'type="submit">Save' not in response.content.decode()


def test_templates_are_neither_added_nor_deleted_here(admin_person_client: Client, bot: Bot) -> None:
    template = make_template(bot)
    assert admin_person_client.get(reverse("admin:templates_app_template_add")).status_code == 403
    address = reverse("admin:templates_app_template_delete", args=[template.pk])
    assert admin_person_client.post(address, {"post": "yes"}).status_code == 403


# -- Types ---------------------------------------------------------------------------------------


def test_the_type_of_a_blank_is_kept(admin_person_client: Client, bot: Bot) -> None:
    template = make_template(bot)
    kept = {"type": "money", "currency": "USD", "missing": "skip"}
    save(admin_person_client, template, **{f"body_2_{name}": text for name, text in kept.items()})
    template = Template.objects.get()
    assert template.labels == {"body.2": kept}
    assert template.components.hints["body.2"].currency == "USD"


@pytest.mark.parametrize("code", ["", "XX", "ABC", "$"])
def test_money_needs_a_currency(admin_person_client: Client, bot: Bot, code: str) -> None:
    response = save(
        admin_person_client,
        make_template(bot),
        body_2_type="money",
        body_2_currency=code,
        body_2_missing="block",
    )
    assert "three letters of a currency" in response.content.decode()
    assert Template.objects.get().labels == {}
