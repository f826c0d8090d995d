"""The Operations page: what it says, whom it says it to, and what its buttons do."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from messaging import health, tasks
from messaging.models import Bot, DeliveryState, Drill, Lane, Message, WebhookDelivery, WorkerBeat
from messaging.statuses import Status
from tests.factories import claimed, make_bot, make_contact, make_message, make_user, open_window
from tests.messaging.admin.conftest import GROUPS, logged_in

PAUSERS = ("Supervisors", "Admins")


@pytest.fixture
def boss(db: None) -> User:
    return make_user("olga", "Supervisors")


@pytest.fixture
def client(boss: User) -> Client:
    """Of a supervisor, who sees all bots."""
    return logged_in(boss)


@pytest.fixture
def worker(db: None) -> None:
    health.mark_sweep()


def shown(client: Client, name: str = "operations") -> str:
    response = client.get(reverse(f"admin:{name}"))
    assert response.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def headline(client: Client) -> tuple[str, str]:
    line = client.get(reverse("admin:operations")).context["headline"]
    return line.level, line.sentence


def press(client: Client, bot: Bot, button: str, **data: Any) -> Any:
    return client.post(reverse(f"admin:bot_{button}", args=[bot.pk]), data)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def in_(**span: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(**span)


# -- Who sees it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("name", ["operations", "operations_news"])
def test_agents_do_not_open_it_and_everybody_else_does(bot: Bot, group: str, name: str) -> None:
    response = logged_in(make_user(group=group)).get(reverse(f"admin:{name}"))
    assert response.status_code == (403 if group == "Agents" else 200)


def test_it_shows_a_person_their_own_bots_alone(bot: Bot) -> None:
    person = make_user("nadia")
    person.user_permissions.add(*permissions("view_workerbeat", "pause_bot"))
    mine = make_bot(account=bot.account, name="Ventas", provider_id="ventas", members=(person,))
    make_message(bot)
    page = shown(logged_in(person))
    assert mine.name in page and bot.name not in page
    assert press(logged_in(person), bot, "pause").status_code == 404


def permissions(*codenames: str) -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=codenames)


def test_an_auditor_sees_no_buttons(bot: Bot) -> None:
    page = shown(logged_in(make_user(group="Auditors")))
    assert bot.name in page
    assert "Pause" not in page and "Stop…" not in page


# -- The sentence --------------------------------------------------------------------------------


def test_without_any_worker_nothing_is_sent(client: Client, bot: Bot) -> None:
    level, sentence = headline(client)
    assert (level, sentence) == ("bad", "No worker has ever been seen, so nothing is sent.")


def test_it_says_since_when_no_worker_was_seen(client: Client, worker: None) -> None:
    WorkerBeat.objects.update(seen_at=dt.datetime(2026, 3, 4, 5, 6, tzinfo=dt.UTC))
    assert "since 2026-03-04 05:06:00 UTC" in headline(client)[1]


def test_with_nothing_to_do_all_is_well(client: Client, worker: None, bot: Bot) -> None:
    assert headline(client) == ("ok", "Everything that was to be sent has been sent.")


def test_with_a_queue_that_nothing_hinders_everything_moves(client: Client, worker: None, bot: Bot) -> None:
    make_message(bot)
    assert headline(client) == ("ok", "Everything is moving.")


def test_it_says_which_bot_keeps_how_many_and_why(client: Client, worker: None, bot: Bot) -> None:
    make_message(bot)
    make_message(bot)
    bot.account.health = "failed"
    bot.account.save()
    level, sentence = headline(client)
    assert level == "bad"
    assert sentence.startswith("2 messages wait for Soporte: The provider did not accept")


def test_a_pause_that_ends_by_itself_is_no_alarm(client: Client, worker: None, bot: Bot) -> None:
    make_message(bot)
    Bot.objects.update(paused_reason="rate_limited", paused_until=in_(minutes=1))
    assert headline(client)[0] == "warn"


def test_a_bot_that_is_paused_while_nothing_waits_keeps_nobody(
    client: Client, worker: None, bot: Bot
) -> None:
    Bot.objects.update(paused_reason="bot_paused")
    assert headline(client)[0] == "ok"


def test_rows_that_are_due_for_long_while_nothing_leaves_are_an_alarm(
    client: Client, worker: None, bot: Bot
) -> None:
    make_message(bot, due_at=in_(minutes=-5))
    assert headline(client)[0] == "bad"
    claimed(make_message(bot))
    assert headline(client)[0] == "ok"


def test_a_sweeper_that_stays_away_is_told(client: Client, worker: None) -> None:
    WorkerBeat.objects.update(swept_at=in_(minutes=-10))
    assert headline(client)[0] == "warn"
    assert "Late" in shown(client)


def test_a_claim_past_its_lease_and_an_unknown_row_are_told(client: Client, worker: None, bot: Bot) -> None:
    make_message(bot, status=Status.UNKNOWN)
    assert "Of one message nobody knows" in headline(client)[1]
    claimed(make_message(bot), lease_seconds=-1)
    assert "did not come back" in headline(client)[1]


# -- The numbers ---------------------------------------------------------------------------------


def test_the_books_hold_every_row_that_is_not_settled_once(client: Client, worker: None, bot: Bot) -> None:
    for status in (Status.PLANNED, Status.QUEUED, Status.QUEUED, Status.UNKNOWN, Status.READ):
        make_message(bot, status=status)
    make_message(bot, status=Status.FAILED, reason="undeliverable")
    claimed(make_message(bot))
    assert "1 planned + 2 waiting + 1 on their way + 1 unknown = 5 not settled." in shown(client)


def test_a_bots_row_tells_lanes_reach_and_rate(client: Client, worker: None, bot: Bot) -> None:
    Bot.objects.update(daily_reach=250, rate=5)
    make_message(bot)
    make_message(bot, lane=Lane.CAMPAIGN)
    conversation = open_window(bot, make_contact())
    conversation.reached_at = timezone.now()
    conversation.save()
    page = shown(client)
    assert "1 one to one · 1 of campaigns" in page
    assert "1 of 250" in page
    assert "5 a second" in page


def test_the_oldest_row_that_is_due_is_linked(client: Client, worker: None, bot: Bot) -> None:
    make_message(bot)
    oldest = make_message(bot, due_at=in_(minutes=-1), lane=Lane.CAMPAIGN)
    make_message(bot, due_at=in_(hours=2))
    assert reverse("admin:messaging_message_change", args=[oldest.public_id]) in shown(client)


def test_a_row_that_was_tried_before_is_counted(client: Client, worker: None, bot: Bot) -> None:
    make_message(bot, starts=2)
    make_message(bot, starts=1)
    row = claimed(make_message(bot))
    Message.objects.filter(pk=row.pk).update(starts=3)
    assert client.get(reverse("admin:operations")).context["overview"].again == 2


def test_webhook_calls_that_changed_nothing_are_counted(client: Client, worker: None, bot: Bot) -> None:
    applied, failed, received = DeliveryState.APPLIED, DeliveryState.FAILED, DeliveryState.RECEIVED
    for state in (applied, failed, received, received):
        latest = WebhookDelivery.objects.create(bot=bot, body=b"", size=0, state=state)
    WebhookDelivery.objects.filter(pk=latest.pk).update(received_at=in_(hours=-1))
    assert client.get(reverse("admin:operations")).context["overview"].calls.unapplied == 2


def test_it_tells_what_each_worker_does(client: Client, worker: None) -> None:
    WorkerBeat.objects.create(host="sends", pid=1, pumping_since=timezone.now())
    WorkerBeat.objects.create(host="gone", pid=1, seen_at=in_(hours=-1), pumping_since=in_(hours=-1))
    page = shown(client)
    assert page.index("sends") < page.index("Sending") < page.index("gone") < page.index("Silent")


def test_what_waits_is_told_with_its_reason_and_until_when(client: Client, worker: None, bot: Bot) -> None:
    until = in_(hours=3)
    make_message(bot, due_at=until)
    words = re.sub(r"<[^>]+>", "", shown(client))
    assert f"Set to be sent later. Until {until:%Y-%m-%d %H:%M:%S}." in words
    assert "all times are those of UTC" in words


def test_it_asks_for_news_of_itself(client: Client, worker: None, bot: Bot) -> None:
    news = shown(client, "operations_news")
    assert f'hx-get="{reverse("admin:operations_news")}" hx-trigger="every 5s"' in news
    assert "<html" not in news


def test_it_costs_as_many_queries_for_many_rows_as_for_few(
    client: Client, worker: None, bot: Bot, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        extra = make_bot(
            account=bot.account, name=f"Bot {number}", provider_id=f"bot-{number}", daily_reach=9
        )
        claimed(make_message(extra))
        make_message(extra, starts=2)
        make_message(extra, due_at=in_(hours=1), reason="provider_error")
    with django_assert_max_num_queries(22):
        shown(client)


# -- Buttons -------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", PAUSERS)
def test_a_bot_is_paused_until_somebody_resumes_it(bot: Bot, group: str) -> None:
    person = make_user("petra", group)
    assert "until somebody resumes it" in said(press(logged_in(person), bot, "pause"))
    bot.refresh_from_db()
    assert (bot.paused_reason, bot.paused_until, bot.paused_by) == ("bot_paused", None, person)
    assert "petra paused the bot." in shown(logged_in(person))


def test_a_bot_is_paused_for_an_hour_or_until_the_morning(client: Client, bot: Bot) -> None:
    press(client, bot, "pause", until="hour")
    bot.refresh_from_db()
    assert bot.paused_until is not None
    assert in_(minutes=59) < bot.paused_until < in_(minutes=61)
    press(client, bot, "pause", until="morning")
    bot.refresh_from_db()
    assert bot.paused_until.hour == 8


def test_a_bot_is_resumed_and_a_worker_looks_at_its_queue(
    client: Client, bot: Bot, django_capture_on_commit_callbacks: Any
) -> None:
    press(client, bot, "pause")
    with django_capture_on_commit_callbacks(execute=True):
        press(client, bot, "resume")
    bot.refresh_from_db()
    assert not bot.is_paused
    assert OrmQ.objects.count() == 1


def test_stopping_says_first_how_many_messages_it_cancels(client: Client, bot: Bot) -> None:
    make_message(bot)
    make_message(bot, lane=Lane.CAMPAIGN)
    page = html.unescape(client.get(reverse("admin:bot_stop", args=[bot.pk])).content.decode())
    assert "2 messages that wait are canceled for good." in page
    assert Message.objects.filter(status=Status.QUEUED).count() == 2


def test_stopping_pauses_and_cancels_what_waits(client: Client, boss: User, bot: Bot) -> None:
    make_message(bot)
    claimed(make_message(bot))
    text = said(press(client, bot, "stop"))
    assert "is paused, and one message was canceled." in text
    assert "One more was on its way" in text
    bot.refresh_from_db()
    assert bot.paused_by == boss
    assert set(Message.objects.values_list("status", flat=True)) == {Status.CANCELED, Status.SENDING}


@pytest.fixture
def long_queue(bot: Bot) -> Bot:
    """With more rows than a request cancels itself."""
    like = make_message(bot)
    fields: dict[str, Any] = {"bot": bot, "contact": like.contact, "kind": "text", "content": {}}
    rows = [Message(**fields, due_at=like.due_at) for _number in range(1233)]
    Message.objects.bulk_create(rows)
    return bot


def test_stopping_a_long_queue_answers_at_once_and_shows_how_far_it_is(
    client: Client, worker: None, long_queue: Bot
) -> None:
    text = said(press(client, long_queue, "stop"))
    assert "1,234 messages are being canceled, and none of them is sent any more." in text
    assert "Canceling: 0 of 1,234 …" in shown(client)
    assert headline(client) == ("ok", "1234 messages of Soporte are being canceled.")
    assert "olga stopped the bot" in shown(client)


def test_what_is_being_canceled_is_not_offered_to_be_canceled_again(client: Client, long_queue: Bot) -> None:
    press(client, long_queue, "stop")
    make_message(long_queue)
    page = client.get(reverse("admin:bot_stop", args=[long_queue.pk]))
    assert "One message that waits is canceled for good." in page.content.decode()
    assert "one message was canceled" in said(press(client, long_queue, "stop"))


def test_the_page_of_a_bot_follows_until_all_is_canceled(client: Client, long_queue: Bot) -> None:
    press(client, long_queue, "stop")
    page = client.get(reverse("admin:messaging_bot_change", args=[long_queue.pk])).content.decode()
    news = reverse("admin:messaging_bot_sending", args=[long_queue.pk])
    assert f'hx-get="{news}" hx-trigger="every 2s"' in page
    tasks.cancel()
    after = client.get(news).content.decode()
    assert "hx-get" not in after and "Canceling" not in after and "<html" not in after


def test_the_news_of_a_bot_are_for_people_who_see_it(bot: Bot) -> None:
    news = reverse("admin:messaging_bot_sending", args=[bot.pk])
    assert logged_in(make_user("bruno", "Agents")).get(news).status_code == 404
    assert logged_in(make_user("petra", "Auditors")).get(news).status_code == 200


@pytest.mark.parametrize("button", ["pause", "resume"])
def test_looking_at_a_button_presses_nothing(client: Client, bot: Bot, button: str) -> None:
    Bot.objects.update(paused_reason="rate_limited")
    assert client.get(reverse(f"admin:bot_{button}", args=[bot.pk])).status_code == 405
    bot.refresh_from_db()
    assert bot.paused_reason == "rate_limited"


@pytest.mark.parametrize("button", ["pause", "resume", "stop"])
@pytest.mark.parametrize("group", ["Agents", "Auditors"])
def test_only_who_may_pause_bots_presses_their_buttons(bot: Bot, group: str, button: str) -> None:
    member = make_user(group=group)
    bot.members.add(member)
    Bot.objects.update(paused_reason="rate_limited")
    assert press(logged_in(member), bot, button).status_code == 404
    bot.refresh_from_db()
    assert bot.paused_reason == "rate_limited"


@pytest.mark.parametrize("button", ["pause", "resume", "stop"])
def test_a_button_leads_back_to_where_it_stood(client: Client, bot: Bot, button: str) -> None:
    page = reverse("admin:messaging_bot_change", args=[bot.pk])
    assert press(client, bot, button, back="bot")["Location"] == page
    assert press(client, bot, button, back="//evil.example")["Location"] == reverse("admin:operations")


# -- The drill -----------------------------------------------------------------------------------


def test_outside_the_demo_there_is_no_drill(bot: Bot) -> None:
    client = logged_in(make_user(group="Admins"))
    assert "Run the drill" not in shown(client)
    assert client.post(reverse("admin:drill")).status_code == 403
    assert not Drill.objects.exists()


def test_in_the_demo_admins_alone_may_run_it(client: Client, settings: Any) -> None:
    settings.DEMO = True
    assert "Run the drill" in shown(logged_in(make_user(group="Admins")))
    assert "It has not been run yet." in shown(client)
    assert "Run the drill" not in shown(client)
    assert client.post(reverse("admin:drill")).status_code == 403


def test_a_second_drill_is_refused_while_one_runs(settings: Any, db: None) -> None:
    settings.DEMO = True
    admin = logged_in(make_user(group="Admins"))
    Drill.objects.create(progress="kill 3 of 20")
    assert said(admin.post(reverse("admin:drill")))
    assert Drill.objects.count() == 1
    assert "Running. kill 3 of 20" in shown(admin)


@pytest.mark.parametrize(("passed", "doubled"), [(True, 0), (False, 2)])
def test_the_figures_of_a_drill_are_judged(client: Client, settings: Any, passed: bool, doubled: int) -> None:
    settings.DEMO = True
    figures = {"figure": "drill", "planned": 1000, "lost": 0, "doubled": doubled, "seed": 7}
    Drill.objects.create(ended_at=timezone.now(), passed=passed, figures=figures)
    page = shown(client)
    assert ("Passed:" in page, "Failed:" in page) == (passed, not passed)
    assert ("Must be 0" in page) == bool(doubled)
    assert "Messages planned" in page and "seed" not in page
