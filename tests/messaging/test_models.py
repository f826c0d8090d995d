"""What the database itself refuses, what is unreadable in it, and who sees which rows."""

import uuid

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from messaging.models import (
    Account,
    Attempt,
    Bot,
    Contact,
    Conversation,
    Message,
    MessageEvent,
    Source,
    WebhookDelivery,
)
from messaging.models.encryption import Undecryptable
from messaging.providers.base import ProviderError
from templates_app.models import Template, TemplateVersion
from tests.factories import (
    BOT_ID,
    CREDENTIALS,
    make_account,
    make_bot,
    make_contact,
    make_message,
    make_template,
    make_user,
    open_window,
)

# -- Constraints -----------------------------------------------------------------------------------


def refuses(make, name):
    """Whether the database refuses what `make` writes; SQLite does not always say by which rule."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make()
    return connection.vendor == "sqlite" or name in str(caught.value)


IMPOSSIBLE = {
    "message_status_known": {"status": "levitating"},
    "message_failure_explained": {"status": "failed"},
    "message_received_is_inbound": {"status": "received"},
    "message_sending_is_claimed": {"status": "sending"},
}


@pytest.mark.parametrize(("name", "fields"), IMPOSSIBLE.items())
def test_a_message_cannot_be_in_an_impossible_state(bot, name, fields):
    assert refuses(lambda: make_message(bot, **fields), name)


def test_a_skipped_message_says_why(bot):
    assert refuses(lambda: make_message(bot, status="skipped"), "message_failure_explained")
    make_message(bot, status="skipped", reason="expired")


@pytest.mark.parametrize("status", ["queued", "sent", "read"])
def test_an_inbound_message_is_received_and_stays_so(bot, status):
    assert refuses(lambda: make_message(bot, direction="in", status=status), "message_received_is_inbound")


@pytest.mark.parametrize("missing", ["claim_id", "lease_until"])
def test_a_message_that_is_being_sent_has_a_claim_and_a_lease(bot, missing):
    fields = {"status": "sending", "claim_id": uuid.uuid4(), "lease_until": timezone.now(), missing: None}
    assert refuses(lambda: make_message(bot, **fields), "message_sending_is_claimed")


def test_a_providers_id_belongs_to_one_message_of_a_bot(bot):
    make_message(bot, provider_id="m-1")
    assert refuses(lambda: make_message(bot, provider_id="m-1"), "message_provider_id_once")
    make_message(make_bot(provider_id="another"), provider_id="m-1")


def test_messages_without_a_providers_id_do_not_collide(bot):
    make_message(bot)
    make_message(bot)


def test_one_press_of_send_reaches_a_person_once(bot):
    contact, batch = make_contact(), uuid.uuid4()
    make_message(bot, contact, batch=batch)
    assert refuses(lambda: make_message(bot, contact, batch=batch), "message_once_per_batch")
    make_message(bot, contact)


def test_ids_follow_the_order_in_which_they_were_made():
    made = [Message() for _number in range(50)]
    assert sorted(made, key=lambda message: message.public_id) == made


def test_an_attempt_has_its_number_once(bot):
    message = make_message(bot)
    fields = {"message": message, "number": 1, "claim_id": uuid.uuid4(), "started_at": timezone.now()}
    Attempt.objects.create(**fields)
    assert refuses(lambda: Attempt.objects.create(**fields), "attempt_number_once")


def test_a_line_of_history_stands_once(bot):
    MessageEvent.objects.create(bot=bot, key="k", source=Source.WEBHOOK)
    again = {"bot": bot, "key": "k", "source": Source.WORKER}
    assert refuses(lambda: MessageEvent.objects.create(**again), "event_once")


def test_a_bot_stands_once_in_an_account(bot):
    again = {"account": bot.account, "provider_id": BOT_ID}
    assert refuses(lambda: make_bot(**again), "bot_once_per_account")
    make_bot(provider_id=BOT_ID)


def test_a_template_stands_once_in_a_language(bot):
    make_template(bot)
    assert refuses(lambda: make_template(bot), "template_once_per_language")
    make_template(bot, language="en")


def test_a_conversation_stands_once(bot):
    contact = make_contact()
    open_window(bot, contact)
    assert refuses(lambda: Conversation.objects.create(bot=bot, contact=contact), "conversation_once")


@pytest.mark.parametrize("fields", [{}, {"wa_id": ""}, {"wa_id": "593990000001", "user_id": ""}])
def test_a_contact_has_an_id_that_is_not_empty(db, fields):
    assert refuses(lambda: Contact.objects.create(**fields), "contact_")


def test_a_number_belongs_to_one_contact(db):
    make_contact("593990000001")
    assert refuses(lambda: make_contact("593990000001"), "wa_id")


@pytest.mark.parametrize(
    ("field", "value"),
    [("country", "XX"), ("country", "ecu"), ("time_zone", "Mars/Rim"), ("time_zone", "../etc"), ("rate", 0)],
)
def test_a_bot_is_checked_before_it_is_kept(bot, field, value):
    setattr(bot, field, value)
    with pytest.raises(ValidationError) as caught:
        bot.full_clean()
    assert list(caught.value.message_dict) == [field]


# -- Encryption ------------------------------------------------------------------------------------

OTHER_KEY = "YW5vdGhlci1rZXktb2YtMzItYnl0ZXMtbG9uZy0wMDI="


def at_rest(account):
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM messaging_account WHERE id = %s", [account.pk])
        return cursor.fetchone()[0]


def test_credentials_are_not_readable_in_the_database(db):
    stored = at_rest(make_account())
    assert stored.startswith("v1:")
    assert "test-secret" not in stored and "client" not in stored


def test_credentials_come_back_as_they_went_in(db):
    credentials = {"client_id": "ñandú", "client_secret": '"quoted" \\ \n'}
    account = make_account(credentials=credentials)
    account.refresh_from_db()
    assert account.credentials == credentials


def test_the_same_credentials_do_not_look_the_same(db):
    assert at_rest(make_account()) != at_rest(make_account())


@pytest.mark.parametrize("lookup", ["exact", "icontains", "startswith", "in", "gt"])
def test_credentials_cannot_be_searched(db, lookup):
    with pytest.raises(FieldError, match="cannot be searched"):
        Account.objects.filter(**{f"credentials__{lookup}": "x"})


def test_whether_there_are_second_credentials_can_be_asked(db):
    make_account()
    assert Account.objects.filter(spare_credentials__isnull=True).count() == 1


def test_a_lost_key_takes_no_list_down(db, settings):
    make_account()
    settings.FIELD_ENCRYPTION_KEYS = [OTHER_KEY]
    (account,) = Account.objects.all()
    assert isinstance(account.credentials, Undecryptable)
    with pytest.raises(ProviderError, match="Enter them again"):
        _ = account.provider


def test_a_lost_key_that_is_found_again_brings_everything_back(db, settings):
    account = make_account()
    keys, settings.FIELD_ENCRYPTION_KEYS = settings.FIELD_ENCRYPTION_KEYS, [OTHER_KEY]
    Account.objects.get(pk=account.pk).save()
    settings.FIELD_ENCRYPTION_KEYS = keys
    assert Account.objects.get(pk=account.pk).credentials == CREDENTIALS


def test_a_key_is_changed_by_putting_the_new_one_in_front_and_saving(db, settings):
    account = make_account()
    settings.FIELD_ENCRYPTION_KEYS = [OTHER_KEY, *settings.FIELD_ENCRYPTION_KEYS]
    Account.objects.get(pk=account.pk).save()
    settings.FIELD_ENCRYPTION_KEYS = [OTHER_KEY]
    assert Account.objects.get(pk=account.pk).credentials == CREDENTIALS


def test_an_export_carries_no_secret(db):
    account = make_account(spare_credentials=CREDENTIALS)
    text = serializers.serialize("json", [account])
    assert "test-secret" not in text
    assert text.count("v1:") == 2


def test_nothing_that_prints_an_account_tells_its_secrets(db):
    account = make_account()
    assert "test-secret" not in f"{account} {account!r} {account.provider!r}"


# -- Who sees what ---------------------------------------------------------------------------------


@pytest.fixture
def world(db):
    """Two bots; Ana may use the first."""
    ana = make_user("ana", "Agents")
    for members in ((ana,), ()):
        bot = make_bot(members=members)
        contact = make_contact()
        make_message(bot, contact, template=make_template(bot))
        open_window(bot, contact)
        WebhookDelivery.objects.create(bot=bot, body=b"", size=0)
    return ana


SCOPED = (Bot, Account, Message, Conversation, Template, WebhookDelivery)


def seen(user):
    """How many of the two rows of each kind; the same number for every kind."""
    counts = {model.objects.for_user(user).count() for model in SCOPED}
    assert len(counts) == 1
    return counts.pop()


def again(user):
    """Permissions are cached on the object that asked."""
    return User.objects.get(pk=user.pk)


def test_an_agent_sees_the_bots_they_are_listed_in(world):
    assert seen(world) == 1
    assert Message.objects.for_user(world).get().bot.members.get() == world


@pytest.mark.parametrize("group", ["Supervisors", "Auditors", "Admins"])
def test_these_see_all_bots_without_being_listed(world, group):
    assert seen(make_user("other", group)) == 2


def test_a_superuser_sees_everything(world):
    assert seen(make_user("root", is_superuser=True)) == 2


@pytest.mark.parametrize("group", ["", "Agents"])
def test_whoever_is_listed_nowhere_sees_nothing(world, group):
    assert seen(make_user("new", group)) == 0


@pytest.mark.parametrize("fields", [{"group": "Supervisors"}, {"is_superuser": True}])
def test_whoever_may_not_log_in_any_more_sees_nothing(world, fields):
    assert seen(make_user("gone", is_active=False, **fields)) == 0


def test_an_agent_who_may_not_log_in_any_more_sees_nothing(world):
    world.is_active = False
    world.save()
    assert seen(again(world)) == 0


def test_a_stranger_sees_nothing(world):
    assert seen(AnonymousUser()) == 0
    assert not Contact.objects.for_user(AnonymousUser()).exists()


def test_whoever_is_taken_off_a_bot_sees_it_no_longer(world):
    Bot.objects.for_user(world).get().members.clear()
    assert seen(world) == 0


def test_several_bots_of_one_account_do_not_repeat_it(world):
    account = Account.objects.for_user(world).get()
    make_bot(account=account, provider_id="second", members=(world,))
    assert list(Account.objects.for_user(world)) == [account]


def test_contacts_are_the_companys(world):
    assert Contact.objects.for_user(world).count() == 2
    assert not Contact.objects.for_user(make_user("nobody")).exists()


# -- Looking for people ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["pér", "ANA", "0001234", "+593 99 000 1234", "099 000 1234"])
def test_a_contact_is_found_by_name_or_number(db, text):
    contact = make_contact("593990001234", name="Ana Pérez")
    make_contact("593990009999", name="Beto")
    assert list(Contact.objects.matching(text)) == [contact]


@pytest.mark.parametrize("text", ["99", "zzz", "%", "_"])
def test_too_little_finds_nobody(db, text):
    make_contact("593990001234", name="Ana Pérez")
    assert not Contact.objects.matching(text).exists()


# -- Rows that others point at -----------------------------------------------------------------------


def test_a_version_is_kept_as_long_as_a_message_points_at_it(bot):
    template = make_template(bot)
    make_message(bot, template=template)
    with pytest.raises(IntegrityError, match="protected"):
        template.delete()
    assert TemplateVersion.objects.exists()


def test_a_message_shows_the_version_it_was_written_with(bot):
    template = make_template(bot)
    message = make_message(bot, template=template)
    changed = template.components.model_copy(update={"body": "Otra cosa {{1}} {{2}}"})
    template.version = TemplateVersion.objects.create(
        template=template, number=2, data=changed.model_dump(mode="json"), digest=changed.digest()
    )
    template.save(update_fields=["version"])
    assert Message.objects.get(pk=message.pk).bubble.body.startswith("Hola")
