import uuid
from typing import ClassVar, Self

from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging import providers
from messaging.providers.base import Kind, Provider, ProviderError, Scope
from templates_app.scoping import BotScopedQuerySet, User

from .encryption import EncryptedJSONField


class Health(models.TextChoices):
    UNCHECKED = "unchecked", _("Not checked")
    OK = "ok", _("Working")
    FAILED = "failed", _("Refused")


class AccountQuerySet(BotScopedQuerySet):
    members = "bots__members"

    def for_user(self, user: User) -> Self:
        """A person may use several bots of one account."""
        return super().for_user(user).distinct()


class Account(models.Model):
    """A login at a provider. Its credentials are written by people and read by nobody but the adapter."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100, unique=True)
    kind = models.CharField(_("provider"), max_length=20, choices=providers.choices, default="jelou")
    credentials = EncryptedJSONField(_("credentials"))
    # During a rotation both are live: the provider may have switched before us or after.
    spare_credentials = EncryptedJSONField(_("second credentials"), null=True, blank=True)
    base_url = models.CharField(
        _("address of the API"), max_length=200, blank=True, validators=[URLValidator()]
    )
    options = models.JSONField(_("options"), default=dict, blank=True)
    health = models.CharField(
        _("health"), max_length=20, choices=Health, default=Health.UNCHECKED, editable=False
    )
    health_detail = models.CharField(max_length=1000, blank=True, editable=False)
    checked_at = models.DateTimeField(_("last check"), null=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def provider(self) -> Provider:
        """The adapter. Raises ProviderError if the credentials cannot be read."""
        needed = {field.name for field in providers.PROVIDERS[self.kind].credential_fields}
        if not needed <= self.credentials.keys():
            raise ProviderError(
                _("The credentials of this account cannot be read. Enter them again."),
                kind=Kind.NOT_SENT,
                scope=Scope.BOT,
                code="unreadable_credentials",
            )
        return providers.connect(
            self.kind,
            self.credentials,
            spare=self.spare_credentials,
            base_url=self.base_url,
            options=self.options,
        )
