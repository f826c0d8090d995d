"""What moves and what does not, at the page that says so, and stopping and starting it there."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Locator, expect

from messaging import connecting, health, tasks
from messaging.models import Bot, Drill, Lane, Message
from messaging.statuses import Status
from tests.e2e.conftest import EVERY_SIZE, Person
from tests.e2e.test_looks import inspect
from tests.factories import claimed, make_bot, make_message, make_user

pytestmark = EVERY_SIZE

# The page asks every five seconds.
NEWS = 12_000


@pytest.fixture
def supervisor(person: Person) -> Person:
    """At the Operations page of a machine with one worker."""
    health.mark_sweep()
    person.log_in(make_user("olga", "Supervisors"))
    return person


@pytest.fixture
def busy(bot: Bot) -> Bot:
    """Two bots with work in every state that is not settled yet, but for one."""
    make_message(bot, lane=Lane.CAMPAIGN)
    make_message(bot)
    claimed(make_message(bot))
    make_message(bot, status=Status.UNKNOWN)
    later = make_bot(account=bot.account, name="Ventas", provider_id="ventas", daily_reach=250)
    make_message(later, due_at=timezone.now() + dt.timedelta(hours=1))
    return bot


def go(person: Person) -> Locator:
    person.open(reverse("admin:operations"))
    return person.page.locator("#operations")


def row(person: Person, bot: Bot) -> Locator:
    return person.page.locator("#operations tbody tr").filter(has_text=bot.name)


def test_it_says_in_one_sentence_how_things_stand(supervisor: Person, busy: Bot) -> None:
    page = go(supervisor)
    expect(page.locator(".alert").first).to_have_text("Of one message nobody knows whether it was sent.")
    expect(page).to_contain_text("0 planned + 3 waiting + 1 on their way + 1 unknown = 5 not settled.")
    expect(row(supervisor, busy)).to_contain_text("1 one to one · 1 of campaigns")


def test_it_is_in_order_in_every_form(supervisor: Person, busy: Bot) -> None:
    connecting.pause(Bot.objects.get(name="Ventas"), make_user("petra"))
    go(supervisor)
    inspect(supervisor)
    supervisor.page.get_by_role("button", name="Pause Soporte").click()
    expect(supervisor.page.get_by_role("dialog", name="Pause Soporte")).to_be_visible()
    inspect(supervisor)


def test_it_follows_what_happens(supervisor: Person, bot: Bot) -> None:
    page = go(supervisor)
    expect(page).to_contain_text("Everything that was to be sent has been sent.")
    make_message(bot)
    expect(page.locator(".alert").first).to_have_text("Everything is moving.", timeout=NEWS)


def test_a_bot_is_paused_and_resumed(supervisor: Person, busy: Bot) -> None:
    go(supervisor)
    row(supervisor, busy).get_by_role("button", name="Pause").click()
    supervisor.page.get_by_role("dialog").get_by_role("button", name="For one hour").click()
    expect(supervisor.page.locator("#messages")).to_contain_text("Soporte is paused until")
    expect(row(supervisor, busy)).to_contain_text("olga paused the bot. Until")
    row(supervisor, busy).get_by_role("button", name="Resume").click()
    expect(supervisor.page.locator("#messages")).to_contain_text("Soporte sends again.")
    busy.refresh_from_db()
    assert not busy.is_paused


def test_what_a_person_is_about_to_choose_stays_open_while_the_page_follows(
    supervisor: Person, busy: Bot
) -> None:
    go(supervisor)
    row(supervisor, busy).get_by_role("button", name="Pause").click()
    news = reverse("admin:operations_news")
    with supervisor.page.expect_response(lambda answer: answer.url.endswith(news)):
        pass
    dialog = supervisor.page.get_by_role("dialog", name="Pause Soporte")
    expect(dialog.get_by_role("button", name="Until somebody resumes it")).to_be_focused()
    supervisor.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_stopping_a_bot_asks_first_and_cancels_what_waits(supervisor: Person, busy: Bot) -> None:
    go(supervisor)
    row(supervisor, busy).get_by_role("link", name="Stop").click()
    expect(supervisor.page.get_by_text("2 messages that wait are canceled for good.")).to_be_visible()
    inspect(supervisor)
    supervisor.page.get_by_role("button", name="Pause it and cancel them").click()
    expect(supervisor.page.locator("#messages")).to_contain_text("2 messages were canceled.")
    assert busy.messages.filter(status=Status.CANCELED).count() == 2


@pytest.fixture
def long_queue(bot: Bot) -> Bot:
    """More than a request cancels itself."""
    like = make_message(bot, lane=Lane.CAMPAIGN)
    fields = {"bot": bot, "contact": like.contact, "kind": "text", "content": {}, "lane": Lane.CAMPAIGN}
    Message.objects.bulk_create(Message(**fields, due_at=like.due_at) for _number in range(1233))
    return bot


def test_a_long_queue_is_canceled_while_the_page_shows_how_far(supervisor: Person, long_queue: Bot) -> None:
    go(supervisor)
    row(supervisor, long_queue).get_by_role("link", name="Stop").click()
    supervisor.page.get_by_role("button", name="Pause it and cancel them").click()
    expect(supervisor.page.locator("#messages")).to_contain_text("1,234 messages are being canceled")
    expect(row(supervisor, long_queue)).to_contain_text("Canceling: 0 of 1,234 …")
    inspect(supervisor)
    tasks.cancel()
    expect(row(supervisor, long_queue)).not_to_contain_text("Canceling", timeout=NEWS)


def test_the_page_of_a_bot_follows_too(supervisor: Person, long_queue: Bot) -> None:
    supervisor.open(reverse("admin:bot_stop", args=[long_queue.pk]) + "?back=bot")
    supervisor.page.get_by_role("button", name="Pause it and cancel them").click()
    sending = supervisor.page.locator("#bot-sending")
    expect(sending).to_contain_text("Canceling: 0 of 1,234 …")
    inspect(supervisor)
    tasks.cancel()
    expect(sending).not_to_contain_text("Canceling", timeout=NEWS)
    expect(sending.get_by_role("link", name="0", exact=True)).to_be_visible()


def test_a_waiting_message_says_why_and_follows(supervisor: Person, bot: Bot) -> None:
    connecting.pause(bot, make_user("petra"))
    message = make_message(bot)
    supervisor.open(reverse("admin:messaging_message_change", args=[message.public_id]))
    known = supervisor.page.locator("#news .alert")
    expect(known).to_contain_text("petra paused the bot.")
    inspect(supervisor)
    connecting.resume(bot)
    expect(known).to_contain_text("It is the next of this bot to leave.")
    known.get_by_role("button", name="Do not send it").click()
    expect(supervisor.page.locator("#messages")).to_contain_text("The message was canceled.")
    assert Message.objects.get().status == Status.CANCELED


def test_a_drill_tells_its_progress_and_its_figures(supervisor: Person, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    drill = Drill.objects.create(progress="4 of 20 workers killed")
    page = go(supervisor)
    expect(page).to_contain_text("Running. 4 of 20 workers killed")
    drill.passed, drill.ended_at, drill.figures = True, timezone.now(), {"planned": 1000, "lost": 0}
    drill.save()
    expect(page).to_contain_text("Passed: nothing was lost, and nothing was sent twice.", timeout=NEWS)
    inspect(supervisor)
