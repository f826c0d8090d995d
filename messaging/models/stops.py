from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .bots import Bot


class StopQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Those that are not finished: something they take back is not canceled yet."""
        return self.filter(ended_at=None)


class Stop(models.Model):
    """A person took back all that waited of a bot at one moment, which may be more than one request cancels.

    `up_to` is the key of the newest message of that moment: what joins the queue later has a higher one,
    whatever the clocks of the hosts say. Rows up to `above` are those of an earlier one that was still open.
    Until `ended_at` none of its rows is claimed, and those that workers held at that moment are canceled too
    if they come back.
    """

    bot = models.ForeignKey(Bot, models.CASCADE, related_name="stops", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    above = models.BigIntegerField(default=0)
    up_to = models.BigIntegerField()
    # How many rows waited at that moment, and how many of them it has canceled by now.
    waiting = models.PositiveIntegerField()
    canceled = models.PositiveIntegerField(default=0)
    # Somebody works on it until then; a killed worker's right ends by itself.
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        ordering: ClassVar = ["pk"]
        default_permissions: ClassVar = ()
        indexes: ClassVar = [
            models.Index(fields=["bot", "up_to"], condition=models.Q(ended_at=None), name="stop_open"),
        ]

    def __str__(self) -> str:
        return f"{self.bot} {self.at:%Y-%m-%d %H:%M}"

    @property
    def is_canceling(self) -> bool:
        """Whether rows are left that waited. If none is, it only outlasts what workers held."""
        return self.ended_at is None and self.canceled < self.waiting
