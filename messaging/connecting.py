"""Whether an account's credentials work, and where a bot's provider reports to."""

from django.utils import timezone

from messaging.models import Account, Bot, Health
from messaging.providers.base import ProviderError


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
