from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from templates_app.scoping import BotScopedQuerySet

from .bots import Bot


class DeliveryState(models.TextChoices):
    RECEIVED = "received", _("Received")  # stored; not applied yet
    APPLIED = "applied", _("Applied")
    UNMATCHED = "unmatched", _("Unmatched")  # about a message nobody here knows; kept
    UNREADABLE = "unreadable", _("Unreadable")  # no event could be read from it
    REFUSED = "refused", _("Refused")  # wrong signature or too large; the body is not kept
    FAILED = "failed", _("Failed")  # our own bug; can be applied again


class WebhookDelivery(models.Model):
    """One HTTP call from a provider: the raw body is kept first and applied after."""

    bot = models.ForeignKey(Bot, models.CASCADE, related_name="deliveries", verbose_name=_("bot"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.RECEIVED)
    body = models.BinaryField()
    size = models.PositiveIntegerField(_("bytes"))
    error = models.CharField(_("error"), max_length=1000, blank=True)
    applied_at = models.DateTimeField(_("applied"), null=True)

    objects = BotScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes: ClassVar = [
            models.Index(fields=["bot", "-id"], name="delivery_by_bot"),
            models.Index(fields=["id"], condition=models.Q(state="received"), name="delivery_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.bot} {self.received_at:%Y-%m-%d %H:%M:%S}"
