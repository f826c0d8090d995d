"""Whether an account's credentials work, and what is concluded when that cannot be found out."""

import pytest

from messaging import connecting
from messaging.models import Health
from messaging.providers.base import ProviderError
from tests.factories import make_account


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
