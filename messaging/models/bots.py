import secrets
import uuid
import zoneinfo
from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messaging.failures import explain
from messaging.phones import is_country
from templates_app.scoping import BotScopedQuerySet

from .accounts import Account, Health
from .encryption import EncryptedJSONField


def new_token() -> str:
    return secrets.token_urlsafe(24)


def validate_country(code: str) -> None:
    if not is_country(code):
        raise ValidationError(_("Write the country as two capital letters, such as EC or MX."))


def validate_zone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise ValidationError(_("Write a time zone such as America/Guayaquil.")) from None


class BotQuerySet(BotScopedQuerySet):
    members = "members"


class Bot(models.Model):
    """A number that sends. Its limits are here, in the database, so that all workers share them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="bots", verbose_name=_("account"))
    name = models.CharField(_("name"), max_length=100)
    provider_id = models.CharField(
        _("bot id"), max_length=100, help_text=_("The bot's id at the provider, as its console shows it.")
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[validate_country],
        help_text=_("Two letters, such as EC. Numbers typed without a country code belong to it."),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[validate_zone])
    rate = models.FloatField(
        _("messages a second"),
        default=5,
        validators=[MinValueValidator(0.01)],
        help_text=_("Jelou allows five a second."),
    )
    daily_reach = models.PositiveIntegerField(
        _("people a day"), null=True, blank=True, help_text=_("Empty means no limit of our own.")
    )
    pair_interval = models.FloatField(
        _("seconds between messages to one person"), default=0, validators=[MinValueValidator(0)]
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="bots",
        verbose_name=_("people who use it"),
        help_text=_("Agents see only the bots they are listed in."),
    )
    is_on = models.BooleanField(
        _("on"), default=True, help_text=_("A bot that is off sends nothing; its queue waits.")
    )
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True, editable=False)
    paused_reason = models.CharField(max_length=40, blank=True, editable=False)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # When the next message may leave, and the next one of a campaign: seconds since 1970 by the
    # database's clock, which is the one that all hosts share.
    next_slot = models.FloatField(default=0, editable=False)
    next_campaign_slot = models.FloatField(default=0, editable=False)
    # While this lies ahead, the daily reach is used up.
    reach_free_at = models.DateTimeField(null=True, editable=False)
    webhook_token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    webhook_secret = EncryptedJSONField(null=True, blank=True, editable=False)
    templates_synced_at = models.DateTimeField(_("last complete sync"), null=True, editable=False)
    sync_error = models.CharField(max_length=1000, blank=True, editable=False)

    objects = BotQuerySet.as_manager()

    class Meta:
        verbose_name = _("bot")
        verbose_name_plural = _("bots")
        ordering: ClassVar = ["name"]
        permissions: ClassVar = [
            ("see_all_bots", "Can see all bots without being a member"),
            ("pause_bot", "Can pause and resume bots and cancel what waits"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "provider_id"], name="bot_once_per_account"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def obstacle(self) -> str:
        """Why nothing leaves this bot now, as a key of `failures`; empty when it may send."""
        if not self.is_on:
            return "bot_off"
        if self.account.health == Health.FAILED:
            return "wrong_credentials"
        return self.paused_reason if self.is_paused else ""

    @property
    def is_paused(self) -> bool:
        """A pause has a reason; one without an end lasts until a person resumes the bot."""
        return bool(self.paused_reason) and (self.paused_until is None or self.paused_until > timezone.now())

    @property
    def obstacle_sentence(self) -> str:
        return str(explain(self.obstacle).sentence) if self.obstacle else ""

    @property
    def webhook_url(self) -> str:
        path = reverse("webhook", args=[self.account.kind, self.webhook_token])
        return settings.SITE_URL + path
