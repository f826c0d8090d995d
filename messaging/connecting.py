"""How a bot stands with its provider: credentials that work, a webhook that is known, a pause and its end."""

import datetime as dt
import logging

from django.utils import timezone

from messaging import failures
from messaging.models import Account, Bot, Health
from messaging.providers.base import ProviderError

logger = logging.getLogger(__name__)

# What a bot waits when its provider cannot be reached or asks for less, in seconds.
PAUSE_SECONDS = 15


def check_account(account: Account) -> bool:
    """Ask the provider whether it takes the credentials, and keep the answer on the row.

    A provider that cannot be reached, or has trouble of its own, proves nothing: the health is then unknown,
    and sending goes on trying. Returns whether the credentials work.
    """
    try:
        account.provider.check()
    except ProviderError as error:
        _keep(account, Health.FAILED if _is_refusal(error) else Health.UNCHECKED, error.message)
    else:
        _keep(account, Health.OK, "")
    return account.health == Health.OK


def _is_refusal(error: ProviderError) -> bool:
    if error.answer is None:
        return error.code == "unreadable_credentials"
    return error.answer.status < 500 and error.answer.status != 429


def _keep(account: Account, health: Health, detail: str) -> None:
    account.health, account.health_detail, account.checked_at = health, detail[:1000], timezone.now()
    account.save(update_fields=["health", "health_detail", "checked_at"])


def subscribe(bot: Bot) -> None:
    """Have the provider report statuses and inbound messages to the bot's webhook. Raises ProviderError."""
    bot.account.provider.subscribe(bot.provider_id, bot.webhook_url)


def resume(bot: Bot) -> None:
    """End a pause by hand."""
    Bot.objects.filter(pk=bot.pk).update(paused_until=None, paused_reason="")


def stop(bot: Bot, error: ProviderError) -> None:
    """Something is wrong with the whole bot: it sends nothing more until that is over.

    A refused credential lasts until somebody enters a good one; a bot the provider does not know until
    somebody resumes it; a provider that is away or asks for less, for a while.
    """
    status = error.answer.status if error.answer else None
    reason = failures.reason_for(error.code, error.message)
    logger.error("Bot %s stopped: %s", bot.pk, reason)
    if status == 401 or error.code == "unreadable_credentials":
        Account.objects.filter(pk=bot.account_id).update(
            health=Health.FAILED, health_detail=error.message[:1000], checked_at=timezone.now()
        )
        return
    until = None
    if status is None or status == 429:
        until = timezone.now() + dt.timedelta(seconds=error.retry_after or PAUSE_SECONDS)
    Bot.objects.filter(pk=bot.pk).update(paused_until=until, paused_reason=reason)
