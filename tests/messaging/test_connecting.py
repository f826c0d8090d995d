"""Whether an account's credentials work, and what is concluded when that cannot be found out; pauses."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from messaging import connecting
from messaging.connecting import PauseEnd
from messaging.models import Bot, Health
from messaging.providers.base import Kind, ProviderError, Scope
from tests.factories import make_account, make_user


def health_of(account):
    connecting.check_account(account)
    account.refresh_from_db()
    return account.health


def test_good_credentials_are_kept_as_working(simulator, db):
    account = make_account(base_url=simulator.url, health=Health.FAILED, health_detail="old")
    assert health_of(account) == Health.OK
    assert (account.health_detail, account.checked_at is None) == ("", False)


def test_wrong_credentials_are_kept_as_refused(simulator, db):
    account = make_account(base_url=simulator.url, credentials={"client_id": "x", "client_secret": "y"})
    assert health_of(account) == Health.FAILED
    assert account.health_detail == "Authentication failed"


def test_credentials_nobody_can_read_are_kept_as_refused(db):
    assert health_of(make_account(credentials={})) == Health.FAILED


def test_a_provider_that_cannot_be_reached_proves_nothing(db):
    assert health_of(make_account(health=Health.OK)) == Health.UNCHECKED


@pytest.mark.parametrize("fault", ["500", "502_html", "429", "reset_before"])
def test_a_provider_with_trouble_of_its_own_proves_nothing(simulator, db, fault):
    simulator.fault(fault, endpoint="any", seconds=0)
    assert health_of(make_account(base_url=simulator.url)) == Health.UNCHECKED


def test_subscribing_raises_what_the_provider_says(simulator, live_bot):
    live_bot.provider_id = "nobody"
    with pytest.raises(ProviderError, match="could not be found"):
        connecting.subscribe(live_bot)


# -- Pauses ----------------------------------------------------------------------------------------


@pytest.fixture
def boss(db):
    return make_user("olga", "Supervisors")


def too_many(retry_after=None):
    """What a provider that is asked too often makes of a bot."""
    return ProviderError("slow down", kind=Kind.NOT_SENT, scope=Scope.BOT, retry_after=retry_after)


def in_(**span):
    return timezone.now() + dt.timedelta(**span)


def test_a_person_pauses_a_bot_until_somebody_resumes_it(bot, boss):
    connecting.pause(bot, boss)
    bot.refresh_from_db()
    assert (bot.obstacle, bot.paused_by, bot.paused_until) == ("bot_paused", boss, None)


def test_a_pause_with_an_end_ends_by_itself(bot, boss):
    connecting.pause(bot, boss, in_(seconds=-1))
    bot.refresh_from_db()
    assert not bot.is_paused


def test_resuming_forgets_the_pause_and_who_made_it(bot, boss):
    connecting.pause(bot, boss)
    connecting.resume(bot)
    bot.refresh_from_db()
    assert (bot.obstacle, bot.paused_by) == ("", None)


def test_what_the_provider_asks_for_does_not_shorten_a_persons_pause(bot, boss):
    connecting.pause(bot, boss)
    connecting.stop(bot, too_many(retry_after=60))
    bot.refresh_from_db()
    assert (bot.paused_reason, bot.paused_by, bot.paused_until) == ("bot_paused", boss, None)


def test_the_longer_of_two_pauses_holds(bot, boss):
    connecting.pause(bot, boss, in_(seconds=5))
    connecting.stop(bot, too_many(retry_after=600))
    connecting.stop(bot, too_many(retry_after=60))
    bot.refresh_from_db()
    assert bot.paused_until > in_(seconds=500)
    assert (bot.paused_reason == "bot_paused", bot.paused_by) == (False, None)


def test_a_pause_that_is_over_is_in_the_way_of_no_other(bot, boss):
    connecting.pause(bot, boss, in_(hours=-1))
    connecting.stop(bot, too_many())
    bot.refresh_from_db()
    assert bot.is_paused


def test_a_pause_lasts_an_hour_or_until_somebody_ends_it(bot):
    assert connecting.pause_end(bot, PauseEnd.NEVER) is None
    assert in_(minutes=59) < connecting.pause_end(bot, PauseEnd.HOUR) < in_(minutes=61)


@pytest.mark.parametrize("zone", ["America/Guayaquil", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_tomorrow_morning_is_eight_by_the_bots_own_clock(bot, zone):
    Bot.objects.update(time_zone=zone)
    bot.refresh_from_db()
    end = connecting.pause_end(bot, PauseEnd.MORNING).astimezone(ZoneInfo(zone))
    assert (end.hour, end.minute) == (8, 0)
    assert end.date() == timezone.localdate(timezone=ZoneInfo(zone)) + dt.timedelta(days=1)
