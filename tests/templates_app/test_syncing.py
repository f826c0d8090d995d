"""Bringing a bot's templates here."""

import pytest

from messaging.models import Bot
from messaging.providers.base import ListedTemplate, ProviderError
from messaging.template_sync import sync_templates
from templates_app.components import Components, Hint
from templates_app.models import Template, TemplateVersion
from templates_app.syncing import SyncResult, store_templates
from tests.factories import make_account, make_bot, make_message
from tests.simulating import BOT, CLIENT


def listed(name="aviso", body="Hola {{1}}", **fields):
    defaults = {
        "provider_id": "1",
        "element_name": name,
        "language": "es",
        "category": "UTILITY",
        "status": "APPROVED",
        "display_name": name.title(),
        "components": Components(body=body),
        "parameter_count": 1,
    }
    return ListedTemplate(**defaults | fields)


def store(bot, *templates):
    result = store_templates(bot.pk, templates)
    return result.created, result.changed, result.gone


# -- Storing ---------------------------------------------------------------------------------------


def test_a_new_template_begins_with_its_first_version(bot):
    assert store_templates(bot.pk, [listed()]) == SyncResult(listed=1, created=1, changed=1, gone=0)
    template = Template.objects.get()
    assert (template.element_name, template.version.number, template.is_sendable) == ("aviso", 1, True)
    assert template.components.body == "Hola {{1}}"


def test_what_did_not_change_gets_no_new_version(bot):
    store(bot, listed())
    assert store(bot, listed()) == (0, 0, 0)
    assert TemplateVersion.objects.count() == 1


def test_what_changed_gets_one(bot):
    store(bot, listed())
    assert store(bot, listed(body="Buenos días {{1}}")) == (0, 1, 0)
    assert Template.objects.get().version.number == 2
    bodies = [version.data["body"] for version in TemplateVersion.objects.all()]
    assert bodies == ["Buenos días {{1}}", "Hola {{1}}"]


def test_what_changes_back_gets_a_third(bot):
    for body in ("a", "b", "a"):
        store(bot, listed(body=body))
    assert Template.objects.get().version.number == 3


def test_a_new_status_is_no_new_version(bot):
    store(bot, listed())
    store(bot, listed(status="PAUSED", category="MARKETING", display_name="Otro"))
    template = Template.objects.get()
    assert (template.status, template.category, template.display_name) == ("PAUSED", "MARKETING", "Otro")
    assert (template.version.number, template.is_sendable) == (1, False)


def test_what_is_listed_no_longer_is_marked_and_not_deleted(bot):
    store(bot, listed("a"), listed("b"))
    assert store(bot, listed("a")) == (0, 0, 1)
    gone = Template.objects.get(element_name="b")
    assert (gone.gone_at is None, gone.is_sendable, gone.status_label()) == (False, False, "Gone")
    assert list(Template.objects.sendable().values_list("element_name", flat=True)) == ["a"]


def test_what_was_gone_already_keeps_its_day(bot):
    store(bot, listed())
    store(bot)
    day = Template.objects.get().gone_at
    assert store(bot) == (0, 0, 0)
    assert Template.objects.get().gone_at == day


def test_what_comes_back_is_there_again(bot):
    store(bot, listed())
    store(bot)
    assert store(bot, listed()) == (0, 0, 0)
    assert Template.objects.get().is_sendable


def test_one_name_in_two_languages_is_two_templates(bot):
    assert store(bot, listed(), listed(language="en")) == (2, 2, 0)


def test_one_name_in_two_bots_is_two_templates(bot):
    other = make_bot(provider_id="another")
    store(bot, listed(body="uno"))
    store(other, listed(body="dos"))
    assert [template.components.body for template in Template.objects.order_by("pk")] == ["uno", "dos"]
    assert store(bot) == (0, 0, 1)
    assert other.templates.get().is_sendable


def test_what_is_listed_twice_counts_once(bot):
    assert store(bot, listed(body="uno"), listed(body="dos")) == (1, 1, 0)
    assert Template.objects.get().components.body == "uno"


def test_what_has_no_name_is_left_out(bot):
    assert store(bot, listed("")) == (0, 0, 0)


def test_our_own_labels_stay_and_win(bot):
    hint = Components(body="Hola {{1}}", hints={"body.1": Hint(label="Campo 1", example="x")})
    store(bot, listed(components=hint))
    Template.objects.update(labels={"body.1": {"label": "Nombre"}})
    store(bot, listed(components=hint, status="PAUSED"))
    (variable,) = Template.objects.get().components.variables
    assert (variable.label, variable.example) == ("Nombre", "x")


def test_labels_that_are_written_during_a_sync_are_not_lost(bot):
    store(bot, listed())

    def slowly():
        Template.objects.update(labels={"body.1": {"label": "Nombre"}})
        yield listed(status="PAUSED")

    store_templates(bot.pk, slowly())
    template = Template.objects.get()
    assert (template.labels, template.status) == ({"body.1": {"label": "Nombre"}}, "PAUSED")


def test_a_message_keeps_the_version_it_was_written_with(bot):
    store(bot, listed(body="Hola {{1}}"))
    template = Template.objects.select_related("version").get()
    message = make_message(bot, template=template)
    store(bot, listed(body="Adiós {{1}}"))
    message.refresh_from_db()
    assert message.version.components.body == "Hola {{1}}"


# -- From the provider -----------------------------------------------------------------------------


def test_a_sync_brings_what_the_provider_has(live_bot, simulator):
    assert sync_templates(live_bot) == SyncResult(listed=3, created=3, changed=3, gone=0)
    live_bot.refresh_from_db()
    assert (live_bot.sync_error, live_bot.templates_synced_at is None) == ("", False)
    order = live_bot.templates.get(element_name="aviso_pedido")
    assert [variable.label for variable in order.components.variables] == ["Nombre", "Pedido"]
    assert live_bot.templates.get(element_name="promo_imagen").components.media_format == "image"


@pytest.mark.parametrize("shape", ["results", "data"])
def test_all_pages_arrive(live_bot, simulator, shape):
    simulator.switch(templates_shape=shape)
    for number in range(117):
        simulator.add_template(elementName=f"t{number}", template="Hola")
    assert sync_templates(live_bot).listed == 120


def test_a_list_that_fails_midway_changes_nothing(live_bot, simulator):
    for number in range(60):
        simulator.add_template(elementName=f"t{number}", template="Hola")
    sync_templates(live_bot)
    before = Bot.objects.get(pk=live_bot.pk).templates_synced_at
    simulator.fault("latency", endpoint="templates", next=1, seconds=0)
    simulator.fault("502_html", endpoint="templates")
    with pytest.raises(ProviderError):
        sync_templates(live_bot)
    live_bot.refresh_from_db()
    assert (live_bot.templates_synced_at, live_bot.sync_error) == (
        before,
        "Jelou answered with HTTP status 502.",
    )
    assert not Template.objects.exclude(gone_at=None).exists()


def test_a_provider_that_cannot_be_reached_is_kept_on_the_bot(bot):
    with pytest.raises(ProviderError):
        sync_templates(bot)
    bot.refresh_from_db()
    assert "could not be reached" in bot.sync_error


def test_a_good_sync_clears_the_last_error(live_bot, simulator):
    Bot.objects.update(sync_error="old")
    sync_templates(live_bot)
    live_bot.refresh_from_db()
    assert live_bot.sync_error == ""


def test_a_template_that_is_paused_at_the_provider_is_not_sendable(live_bot, simulator):
    sync_templates(live_bot)
    simulator.set_template_status("bienvenida", "DISABLED")
    sync_templates(live_bot)
    assert not live_bot.templates.get(element_name="bienvenida").is_sendable


def test_an_odd_row_does_not_keep_the_others_away(live_bot, simulator):
    strange = {"buttons": [{"type": "TELEPORT", "text": "\x00"}], "language": "zz-verylonglanguage"}
    simulator.add_template(elementName="raro", template="Hola \x00", footer="x" * 5000, **strange)
    assert sync_templates(live_bot).listed == 4
    assert live_bot.templates.get(element_name="raro").components.unknown


def test_accounts_with_wrong_credentials_learn_so(simulator, agent):
    bot = make_bot(
        account=make_account(base_url=simulator.url, credentials={"client_id": "x", "client_secret": "y"})
    )
    with pytest.raises(ProviderError, match="Authentication failed"):
        sync_templates(bot)


def test_an_empty_list_is_taken_for_a_mistake_and_not_for_the_end_of_all_templates(live_bot, simulator):
    sync_templates(live_bot)
    simulator.reset()
    simulator.add_company("test", *CLIENT)
    simulator.add_bot(BOT)
    with pytest.raises(ProviderError):
        sync_templates(live_bot)
    assert not Template.objects.exclude(gone_at=None).exists()
    assert "no templates" in Bot.objects.get().sync_error
