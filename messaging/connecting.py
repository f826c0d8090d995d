"""How a bot stands with its provider: credentials that work, a webhook that is known, a pause and its end."""

import datetime as dt
import ipaddress
import logging
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, TextChoices
from django.utils import timezone

from messaging import failures
from messaging.models import Account, Bot, Health
from messaging.providers.base import ProviderError

logger = logging.getLogger(__name__)

# What a bot waits when its provider cannot be reached or asks for less, in seconds.
PAUSE_SECONDS = 15
# When people are back at work, by the bot's own clock.
MORNING = dt.time(8)


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
    """Have the provider report statuses and inbound messages to the bot's webhook. Raises ProviderError.

    Where it signs with a secret of ours, one is made; it is written before the first call can come.
    """
    provider = bot.account.provider
    if provider.takes_secret and not (bot.webhook_secret or {}).get("secret"):
        bot.webhook_secret = {"secret": secrets.token_urlsafe(32)}
        bot.save(update_fields=["webhook_secret"])
    provider.subscribe(bot.provider_id, bot.webhook_url, (bot.webhook_secret or {}).get("secret", ""))


@dataclass(frozen=True)
class Subscription:
    """Where the provider reports one kind of event; nowhere if the address is empty."""

    event: str
    url: str
    is_ours: bool


def subscriptions(bot: Bot) -> list[Subscription]:
    """What the provider lists, first what we asked for. Raises ProviderError."""
    provider = bot.account.provider
    found = provider.subscriptions(bot.provider_id)
    names = [*provider.events, *sorted(set(found) - set(provider.events))]
    return [
        Subscription(name[:60], url := found.get(name, "")[:500], url == bot.webhook_url) for name in names
    ]


def can_be_called() -> bool:
    """Whether a provider could reach SITE_URL at all: https, and no address of this machine or house."""
    parts = urlsplit(settings.SITE_URL)
    host = parts.hostname or ""
    try:
        is_public = ipaddress.ip_address(host).is_global
    except ValueError:
        is_public = "." in host and not host.endswith((".local", ".internal", ".localhost", ".test"))
    return parts.scheme == "https" and is_public


class PauseEnd(TextChoices):
    """How long a person pauses a bot."""

    NEVER = "never"
    HOUR = "hour"
    MORNING = "morning"


def pause_end(bot: Bot, end: PauseEnd) -> dt.datetime | None:
    """When a pause that begins now would end; None for one that a person has to end."""
    if end == PauseEnd.HOUR:
        return timezone.now() + dt.timedelta(hours=1)
    if end == PauseEnd.MORNING:
        zone = ZoneInfo(bot.time_zone)
        tomorrow = timezone.localdate(timezone=zone) + dt.timedelta(days=1)
        return dt.datetime.combine(tomorrow, MORNING, tzinfo=zone)
    return None


def pause(bot: Bot, actor: User, until: dt.datetime | None = None) -> None:
    """Nothing more leaves this bot until then, or until a person resumes it; what is on its way ends."""
    Bot.objects.filter(pk=bot.pk).update(paused_until=until, paused_reason="bot_paused", paused_by=actor)


def resume(bot: Bot) -> None:
    """End a pause by hand."""
    Bot.objects.filter(pk=bot.pk).update(paused_until=None, paused_reason="", paused_by=None)


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
    _pause_at_least(bot, until, reason)


def _pause_at_least(bot: Bot, until: dt.datetime | None, reason: str) -> None:
    """What the provider asks for never ends sooner a pause that is in force, a person's least of all."""
    lasting = Q(paused_until=None)
    if until is not None:
        lasting |= Q(paused_until__gte=until)
    bots = Bot.objects.filter(Q(paused_reason="") | ~lasting, pk=bot.pk)
    bots.update(paused_until=until, paused_reason=reason, paused_by=None)
