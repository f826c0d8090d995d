from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from messaging import providers
from messaging.failures import Retry, Side, Step

MONTH = 60 * 24 * 31


class ReasonEntry(models.Model):
    """What this installation found out about something a provider says that no catalogue lists."""

    provider = models.CharField(_("provider"), max_length=20, choices=providers.choices)
    said = models.CharField(
        _("what the provider says"),
        max_length=200,
        help_text=_("Its code, or its whole sentence where it gives no code."),
    )
    sentence = models.CharField(
        _("what happened"), max_length=300, help_text=_("One sentence that anybody understands.")
    )
    side = models.CharField(_("who can mend it"), max_length=10, choices=Side, default=Side.PROVIDER)
    retry = models.CharField(_("sending again"), max_length=10, choices=Retry, default=Retry.AFTER_FIX)
    wait_minutes = models.PositiveIntegerField(
        _("minutes to wait"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MONTH)],
        help_text=_("Before sending again can help. Only where time helps."),
    )
    action = models.CharField(_("what to do"), max_length=300, help_text=_("The one thing that helps."))
    step = models.CharField(
        _("button"),
        max_length=10,
        choices=[choice for choice in Step.choices if choice[0] != Step.ENTRY],
        default=Step.TELL,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("written by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        ordering: ClassVar = ["provider", "said"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "provider",
                Lower("said"),
                name="reason_entry_once",
                violation_error_message=_(
                    "There is an explanation of this already. Change that one instead of adding another."
                ),
            ),
            models.CheckConstraint(
                condition=Q(retry=Retry.LATER, wait_minutes__isnull=False)
                | (~Q(retry=Retry.LATER) & Q(wait_minutes__isnull=True)),
                name="reason_entry_wait",
                violation_error_message=_(
                    "Minutes to wait belong to “sending again later may help”, and to nothing else. "
                    "Fill in how long, or choose another answer."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.said
