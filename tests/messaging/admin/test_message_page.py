"""What one message's page says: everything that is known, and nothing that must stay secret."""

import datetime as dt
import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from messaging import calls, health, sending
from messaging.failures import FAILURES
from messaging.models import Account, Attempt, Bot, Message, ReasonEntry
from messaging.statuses import Status
from templates_app.components import Components
from tests.factories import CREDENTIALS, make_contact, make_message, make_template, make_user, queued
from tests.messaging.admin.conftest import logged_in
from tests.simulating import Simulator, wait_for

HOSTILE = "<script>alert(1)</script>"


def shown(client: Client, message: Message, name: str = "messaging_message_change") -> str:
    response = client.get(reverse(f"admin:{name}", args=[message.public_id]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def supervisor_client(db: None) -> Client:
    """Somebody who may see what went over the wire."""
    return logged_in(make_user("sara", "Supervisors"))


def test_it_tells_the_whole_way_of_a_message(
    supervisor_client: Client, live_bot: Bot, simulator: Simulator
) -> None:
    simulator.add_template(elementName="saludo", template="Hola")
    template = make_template(live_bot, Components(body="Hola"), element_name="saludo")
    message = make_message(live_bot, make_contact("593990000123"), template=template)
    sending.pump()
    page = shown(supervisor_client, message)
    assert page.index("Accepted") < page.index("Attempts") < page.index("Request") < page.index("Answer")
    assert "HTTP 200" in page
    assert "&quot;elementName&quot;: &quot;saludo&quot;" in page
    assert Message.objects.get().provider_id in page


def test_it_shows_what_the_provider_refused_and_what_helps(
    agent_client: Client, live_bot: Bot, simulator: Simulator
) -> None:
    template = make_template(live_bot, element_name="no_such_template")
    message = make_message(live_bot, make_contact("593990000123"), template=template)
    sending.pump()
    message.refresh_from_db()
    page = shown(agent_client, message)
    assert message.status == Status.FAILED
    assert "In the provider's words:" in page
    assert message.failure is not None
    assert str(message.failure.action) in html.unescape(page)


def test_credentials_are_not_in_it(supervisor_client: Client, live_bot: Bot, simulator: Simulator) -> None:
    simulator.fault("status_401")
    message = make_message(live_bot, make_contact("593990000123"), template=make_template(live_bot))
    sending.pump()
    assert message.attempts.exists()
    page = shown(supervisor_client, message)
    assert not [secret for secret in CREDENTIALS.values() if secret in page]


def test_a_code_is_nowhere_on_it(
    agent_client: Client, supervisor_client: Client, live_bot: Bot, simulator: Simulator
) -> None:
    code = Components(body="Tu código es {{1}}.")
    simulator.add_template(elementName="codigo", template=code.body, category="AUTHENTICATION")
    template = make_template(live_bot, code, element_name="codigo", category="AUTHENTICATION")
    contact = make_contact("593990000123")
    agent_client.post(
        reverse("admin:compose"),
        {"do": "send", "template": template.pk, "contact": contact.public_id, "value-body.1": "884422"},
    )
    sending.pump()
    [message] = Message.objects.all()
    assert Attempt.objects.exists()
    wait_for(lambda: simulator.messages())
    message.events.create(bot=live_bot, key="b", source="webhook", raw={"text": "884422!", "code": 884422})
    pages = (
        shown(agent_client, message)
        + shown(supervisor_client, message)
        + shown(agent_client, message, "messaging_message_news")
    )
    for name in ("messaging_message_changelist", "index"):
        pages += agent_client.get(reverse(f"admin:{name}")).content.decode()
    pages += agent_client.get(reverse("admin:messaging_contact_change", args=[contact.pk])).content.decode()
    assert "884422" not in pages


def test_nothing_in_it_becomes_html(agent_client: Client, supervisor_client: Client, bot: Bot) -> None:
    contact = make_contact(name=HOSTILE)
    fields = {"status": Status.FAILED, "reason": "undeliverable", "detail": HOSTILE, "provider_code": HOSTILE}
    message = make_message(bot, contact, text=HOSTILE, provider_id=HOSTILE, **fields)
    when = timezone.now()
    request = {"body": HOSTILE}
    Attempt.objects.create(
        message=message,
        number=1,
        claim_id=message.public_id,
        started_at=when,
        request=request,
        answer=HOSTILE,
    )
    raw = {HOSTILE: HOSTILE}
    message.events.create(bot=bot, key="a", source="webhook", word=HOSTILE, detail=HOSTILE, raw=raw)
    pages = shown(supervisor_client, message)
    pages += agent_client.get(reverse("admin:messaging_message_changelist")).content.decode()
    pages += agent_client.get(reverse("admin:index")).content.decode()
    pages += agent_client.get(reverse("admin:messaging_contact_change", args=[contact.pk])).content.decode()
    assert HOSTILE not in pages
    assert "&lt;script&gt;" in pages


@pytest.mark.parametrize("name", ["مريم الأحمد", "🎉" * 60, "Wolfeschlegel" * 15, "a\u202eb", " "])
def test_any_name_can_be_looked_at(agent_client: Client, bot: Bot, name: str) -> None:
    message = make_message(bot, make_contact(name=name), text=name * 50)
    assert name.strip() in shown(agent_client, message)
    assert agent_client.get(reverse("admin:messaging_message_changelist")).status_code == 200
    assert agent_client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("status", Status)
def test_a_message_in_any_state_can_be_looked_at(agent_client: Client, bot: Bot, status: Status) -> None:
    fields: dict[str, Any] = {"reason": "undeliverable"} if status in ("failed", "skipped") else {}
    if status == "received":
        fields["direction"] = "in"
    if status == "sending":
        fields |= {"claim_id": "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11", "lease_until": timezone.now()}
    message = make_message(bot, status=status, **fields)
    assert str(status.label) in shown(agent_client, message)


def test_it_asks_for_news_as_long_as_there_may_be_some(agent_client: Client, bot: Bot) -> None:
    assert "hx-get" in shown(agent_client, make_message(bot))
    assert "every 1s" in shown(agent_client, make_message(bot), "messaging_message_news")
    assert "hx-trigger" not in shown(agent_client, make_message(bot, status=Status.READ))
    old = make_message(bot, status=Status.SENT, created_at=timezone.now() - dt.timedelta(days=5))
    assert "hx-trigger" not in shown(agent_client, old)


def test_a_queued_message_says_what_it_waits_for(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot)
    assert "No worker is running." in shown(agent_client, message)
    health.beat()
    assert "It is the next of this bot to leave." in shown(agent_client, message)
    Bot.objects.update(is_on=False)
    assert "The bot is switched off." in shown(agent_client, message)


def test_until_when_it_waits_is_told_by_the_persons_clock(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot, due_at=dt.datetime(2100, 1, 1, 12, tzinfo=dt.UTC))
    agent_client.cookies["timezone"] = "America/Guayaquil"
    assert "Until 2100-01-01 07:00:00 (America/Guayaquil)." in shown(agent_client, message)


def test_one_that_was_put_back_says_why_in_the_providers_words_too(agent_client: Client, bot: Bot) -> None:
    later = timezone.now() + dt.timedelta(minutes=1)
    message = make_message(bot, due_at=later, reason="rate_limited", detail="slow down")
    page = shown(agent_client, message)
    assert "Too many requests reached the provider" in page
    assert "slow down" in page


def test_an_old_message_that_waits_is_still_followed(agent_client: Client, bot: Bot) -> None:
    old = make_message(bot, created_at=timezone.now() - dt.timedelta(days=5))
    assert "every 20s" in shown(agent_client, old)


# -- What went over the wire ---------------------------------------------------------------------


def tried(message: Message, **fields: Any) -> Attempt:
    """An attempt as the send path writes it down."""
    defaults: dict[str, Any] = {"started_at": timezone.now(), "claim_id": message.public_id, "number": 1}
    attempt = Attempt(message=message, **defaults)
    request = calls.rebuilt(attempt)
    attempt.request, attempt.request_digest = json.loads(request.kept()), request.digest()
    for name, value in fields.items():
        setattr(attempt, name, value)
    attempt.save()
    return attempt


def test_the_wire_is_for_those_who_may_see_it(
    agent_client: Client, supervisor_client: Client, bot: Bot
) -> None:
    message = queued(bot, status=Status.FAILED, reason="provider_error")
    tried(message, http_status=500, answer='{"secret": "entrails"}')
    message.events.create(bot=bot, key="a", source="webhook", raw={"secret": "innards"})
    page = shown(agent_client, message)
    assert "HTTP 500" in page
    assert not [word for word in ("entrails", "innards", "elementName") if word in page]
    page = shown(supervisor_client, message)
    assert not [word for word in ("entrails", "innards", "elementName") if word not in page]


def test_an_attempt_says_how_long_it_took(agent_client: Client, bot: Bot) -> None:
    message, began = queued(bot, status=Status.SENT), timezone.now()
    tried(message, started_at=began, ended_at=began + dt.timedelta(milliseconds=320))
    assert "0.32 s" in shown(agent_client, message)


def test_a_request_that_is_not_kept_is_built_again(supervisor_client: Client, bot: Bot) -> None:
    message = queued(bot, status=Status.SENT)
    tried(message, request={})
    page = shown(supervisor_client, message)
    assert "its digest is that of the request which was sent" in page
    assert "elementName" in page


@pytest.mark.parametrize(
    ("request_", "note"), [({}, "an older version built"), ({"a": 1}, "Built by an older")]
)
def test_a_request_of_an_older_version_says_so(
    supervisor_client: Client, bot: Bot, request_: dict[str, int], note: str
) -> None:
    message = queued(bot, status=Status.SENT)
    tried(message, request=request_, request_digest="of another time")
    assert note in shown(supervisor_client, message)


def test_a_request_nobody_can_build_now_is_shown_as_it_is(supervisor_client: Client, bot: Bot) -> None:
    message = queued(bot, status=Status.SENT)
    tried(message)
    Account.objects.update(credentials={})
    page = shown(supervisor_client, message)
    assert "cannot build this request" in page
    assert "elementName" in page


def test_an_event_nested_without_end_breaks_nothing(supervisor_client: Client, bot: Bot) -> None:
    message = queued(bot, status=Status.SENT)
    raw: Any = "deep"
    for _ in range(400):
        raw = [raw]
    message.events.create(bot=bot, key="a", source="webhook", raw={"a": raw})
    shown(supervisor_client, message)


def test_a_long_history_costs_no_more_queries(supervisor_client: Client, bot: Bot) -> None:
    short, long = (queued(bot, status=Status.FAILED, reason="unlisted") for _ in range(2))
    for number in range(1, 9):
        for message in (short, long)[number > 1 :]:
            tried(message, number=number)
            message.events.create(bot=bot, key=f"{message.pk}-{number}", source="webhook", raw={"a": 1})
    shown(supervisor_client, short)
    assert queries(supervisor_client, long) == queries(supervisor_client, short)


def queries(client: Client, message: Message) -> int:
    with CaptureQueriesContext(connection) as captured:
        shown(client, message)
    return len(captured)


# -- Why, and what next --------------------------------------------------------------------------


def test_every_state_says_what_it_proves(agent_client: Client, bot: Bot) -> None:
    assert "WhatsApp has it" in shown(agent_client, make_message(bot, status=Status.SENT))
    assert "nothing was sent" in shown(agent_client, make_message(bot, status=Status.CANCELED))


def test_a_failure_says_whose_side_and_whether_it_helps_to_try_again(agent_client: Client, bot: Bot) -> None:
    now = dt.datetime(2100, 1, 1, 12, tzinfo=dt.UTC)
    message = make_message(bot, status=Status.FAILED, reason="marketing_cap", failed_at=now)
    page = shown(agent_client, message)
    assert "The recipient" in page and "Sending again later may help" in page
    assert "from 2100-01-02 12:00:00 (UTC) on" in page


def test_it_counts_the_others_and_leads_to_them(agent_client: Client, bot: Bot) -> None:
    first, *_rest = [make_message(bot, status=Status.FAILED, reason="undeliverable") for _ in range(3)]
    make_message(bot, status=Status.FAILED, reason="opted_out")
    page = html.unescape(shown(agent_client, first))
    assert "2 others for the same reason" in page
    link = re.search(r'href="([^"]+reason=undeliverable[^"]*)"', page)
    assert link is not None
    listed = agent_client.get(link[1]).content.decode()
    assert len(set(re.findall(r"/message/([0-9a-f-]{36})/change/", listed))) == 3


def test_others_of_an_unlisted_reason_have_the_same_code(agent_client: Client, bot: Bot) -> None:
    first, *_rest = [
        make_message(bot, status=Status.FAILED, reason="unlisted", provider_code=code)
        for code in ("98765", "98765", "11111")
    ]
    page = html.unescape(shown(agent_client, first))
    assert "1 other for the same reason" in page and "provider_code=98765" in page


BUTTONS = {
    "undeliverable": "Correct the number",
    "window_closed": "Choose a template",
    "value_missing": "Correct and send anew",
    "too_many_starts": "Send again",
    "bot_off": "Open the bot",
    "unlisted": "Copy the link for an admin",
    "wrong_credentials": "Copy the link for an admin",
}


@pytest.mark.parametrize(("reason", "button"), BUTTONS.items())
def test_a_failure_has_one_button(agent_client: Client, bot: Bot, reason: str, button: str) -> None:
    page = shown(agent_client, make_message(bot, status=Status.FAILED, reason=reason))
    [next_step] = re.findall(r'id="next-step">(.*?)</div>', page, re.DOTALL)
    assert button in next_step
    assert next_step.count("<button") + next_step.count("<a ") == 1


@pytest.mark.parametrize("reason", FAILURES)
def test_every_reason_has_its_button(admin_person_client: Client, bot: Bot, reason: str) -> None:
    page = shown(admin_person_client, make_message(bot, status=Status.SKIPPED, reason=reason))
    assert 'id="next-step"' in page


def test_correcting_starts_from_what_was_written(agent_client: Client, bot: Bot) -> None:
    message = queued(bot, status=Status.FAILED, reason="invalid_value")
    page = html.unescape(shown(agent_client, message))
    form = page[page.index('id="next-step"') :].partition("</form>")[0]
    posted = dict(re.findall(r'type="hidden" name="([\w.-]+)" value="([^"]*)"', form))
    compose = html.unescape(agent_client.post(reverse("admin:compose"), posted).content.decode())
    assert 'value="María"' in compose and str(message.contact) in compose


def test_a_one_time_code_is_not_carried_along(agent_client: Client, bot: Bot) -> None:
    template = make_template(bot, category="AUTHENTICATION")
    message = make_message(bot, template=template, status=Status.FAILED, reason="invalid_value")
    assert "María" not in shown(agent_client, message)


# -- Reasons of our own --------------------------------------------------------------------------

WRITTEN = {
    "sentence": "The moon is full.",
    "side": "provider",
    "retry": "later",
    "wait_minutes": "120",
    "action": "Wait for the new moon.",
    "step": "wait",
}


@pytest.mark.parametrize(("code", "detail"), [("99999", "Raw words"), ("", "Raw words")])
def test_an_admin_explains_what_nobody_listed(
    agent_client: Client, admin_person: User, bot: Bot, code: str, detail: str
) -> None:
    admin_client = logged_in(admin_person)
    message = make_message(bot, status=Status.FAILED, reason="unlisted", provider_code=code, detail=detail)
    assert "Raw words" in shown(agent_client, message)
    page = html.unescape(shown(admin_client, message))
    form = re.search(r'href="([^"]+reasonentry/add/[^"]+)"', page)
    assert form is not None
    assert f'value="{code or detail}"' in admin_client.get(form[1]).content.decode()
    written = WRITTEN | {"provider": "jelou", "said": code or detail}
    assert admin_client.post(form[1], written).status_code == 302
    page = shown(agent_client, message)
    assert "The moon is full." in page and "Wait for the new moon." in page
    assert ReasonEntry.objects.get().created_by is not None


def test_one_code_is_explained_once(admin_person_client: Client, bot: Bot) -> None:
    add = reverse("admin:messaging_reasonentry_add")
    written = WRITTEN | {"provider": "jelou", "said": "e99"}
    admin_person_client.post(add, written)
    again = admin_person_client.post(add, written | {"said": "E99"})
    assert "explanation of this already" in html.unescape(again.content.decode())
    assert ReasonEntry.objects.count() == 1


def test_an_entry_says_how_long_if_time_helps(admin_person_client: Client) -> None:
    add = reverse("admin:messaging_reasonentry_add")
    written = WRITTEN | {"provider": "jelou", "said": "e99", "wait_minutes": ""}
    assert "Fill in how long" in admin_person_client.post(add, written).content.decode()


def test_agents_and_supervisors_write_no_entries(agent_client: Client, supervisor_client: Client) -> None:
    for client in (agent_client, supervisor_client):
        assert client.get(reverse("admin:messaging_reasonentry_add")).status_code == 403


# -- Taking it back ------------------------------------------------------------------------------


def take_back(client: Client, message: Message) -> Any:
    return client.post(reverse("admin:messaging_message_cancel", args=[message.public_id]), follow=True)


def test_a_message_that_waits_is_taken_back_and_says_by_whom(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot)
    assert "Do not send it" in shown(agent_client, message)
    page = html.unescape(take_back(agent_client, message).content.decode())
    message.refresh_from_db()
    assert message.status == Status.CANCELED
    assert "The message was canceled." in page
    assert page.index("Timeline") < page.index("Canceled", page.index("Timeline")) < page.rindex("ana")


def test_one_that_has_left_is_not_taken_back(agent_client: Client, bot: Bot) -> None:
    message = make_message(bot, status=Status.SENT)
    assert "Do not send it" not in shown(agent_client, message)
    assert "It was too late" in take_back(agent_client, message).content.decode()
    message.refresh_from_db()
    assert message.status == Status.SENT


def test_who_may_not_write_takes_nothing_back(bot: Bot) -> None:
    message = make_message(bot)
    auditor = logged_in(make_user(group="Auditors"))
    assert "Do not send it" not in shown(auditor, message)
    assert take_back(auditor, message).status_code == 403


def test_another_bots_agent_takes_nothing_back(bot: Bot) -> None:
    message = make_message(bot)
    stranger = logged_in(make_user(group="Agents"))
    assert take_back(stranger, message).status_code == 404
    message.refresh_from_db()
    assert message.status == Status.QUEUED


# -- Addresses -----------------------------------------------------------------------------------


def test_an_address_that_is_no_message_is_not_found(agent_client: Client, bot: Bot) -> None:
    number = make_message(bot).pk
    for address in (number, "nonsense", "5f9d2c1e-8a57-4c3e-9d0b-0d6c0c7e5a11"):
        path = f"/admin/messaging/message/{address}/change/"
        assert agent_client.get(path).status_code == 404
