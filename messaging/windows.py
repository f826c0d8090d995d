"""Until when a person may be answered freely, asked of a provider that knows it better than our own record.

Ours begins with the first webhook; a provider's also has what the person wrote before, or while we were away.
"""

import logging
from collections.abc import Sequence

from django.core.cache import cache
from django.utils import timezone

from messaging.models import Bot, Contact, Conversation, Message
from messaging.providers import PROVIDERS
from messaging.providers.base import ProviderError

logger = logging.getLogger(__name__)

# A page that is opened again and again asks no more often than this.
SECONDS = 60


def refresh(bot: Bot, contacts: Sequence[Contact]) -> None:
    """Ask about somebody who is written to alone and may not be answered freely by our record.

    A provider that does not tell, or cannot be asked now, changes nothing.
    """
    if not PROVIDERS[bot.account.kind].tells_windows or len(contacts) != 1 or bot.obstacle:
        return
    [contact] = contacts
    now = timezone.now()
    if contact.pk is None or bot.conversations.filter(contact=contact, window_ends_at__gt=now).exists():
        return
    if cache.add(f"window-{bot.pk}-{contact.pk}", True, SECONDS):
        _ask(bot, contact)


def _ask(bot: Bot, contact: Contact) -> None:
    """The person is named by any message of theirs: only the provider knows its own id of them."""
    known = Message.objects.filter(bot=bot, contact=contact).exclude(provider_id="").order_by("-pk")
    provider_id = known.values_list("provider_id", flat=True).first()
    if provider_id is None:
        return
    try:
        end = bot.account.provider.window(bot.provider_id, provider_id)
    except ProviderError as error:
        logger.warning("Bot %s could not be asked about a window: %s", bot.pk, error.code)
        return
    if end is not None and end > timezone.now():
        Conversation.objects.bulk_create([Conversation(bot=bot, contact=contact)], ignore_conflicts=True)
        Conversation.objects.filter(bot=bot, contact=contact).update(window_ends_at=end)
