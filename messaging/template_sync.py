"""One sync of one bot: ask the provider for the whole list, store it, and keep how that went."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messaging.models import Bot
from messaging.providers.base import Kind, ProviderError
from templates_app.syncing import SyncResult, store_templates


def sync_templates(bot: Bot) -> SyncResult:
    """Raises ProviderError, kept on the bot too, if the list is not complete; then nothing changes."""
    try:
        listed = list(bot.account.provider.list_templates(bot.provider_id))
        if not listed and bot.templates.filter(gone_at=None).exists():
            raise ProviderError(
                _("The provider lists no templates at all, so the ones that are here were left as they are."),
                kind=Kind.REFUSED,
                code="nothing_listed",
            )
    except ProviderError as error:
        Bot.objects.filter(pk=bot.pk).update(sync_error=error.message[:1000])
        raise
    result = store_templates(bot.pk, listed)
    Bot.objects.filter(pk=bot.pk).update(sync_error="", templates_synced_at=timezone.now())
    return result
