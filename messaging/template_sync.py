"""One sync of one bot: ask the provider for the whole list, store it, and keep how that went."""

from django.utils import timezone

from messaging.models import Bot
from messaging.providers.base import ProviderError
from templates_app.syncing import SyncResult, store_templates


def sync_templates(bot: Bot) -> SyncResult:
    """Raises ProviderError, kept on the bot too, if the list is not complete; then nothing changes."""
    try:
        listed = list(bot.account.provider.list_templates(bot.provider_id))
    except ProviderError as error:
        Bot.objects.filter(pk=bot.pk).update(sync_error=error.message[:1000])
        raise
    result = store_templates(bot.pk, listed)
    Bot.objects.filter(pk=bot.pk).update(sync_error="", templates_synced_at=timezone.now())
    return result
