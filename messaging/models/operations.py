from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkerBeat(models.Model):
    """A worker process says that it lives, and whether it sends."""

    host = models.CharField(_("host"), max_length=255)
    pid = models.PositiveIntegerField(_("process"), default=0)
    since = models.DateTimeField(_("alive since"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    pumping_since = models.DateTimeField(_("sending since"), null=True)
    # When this process last did the sweeper's round.
    swept_at = models.DateTimeField(_("last sweep"), null=True)

    class Meta:
        verbose_name = _("worker beat")
        verbose_name_plural = _("worker beats")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "pid"], name="worker_beat_once"),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Drill(models.Model):
    """One run of the drill, which kills workers and counts what got lost or doubled."""

    started_at = models.DateTimeField(_("started"), default=timezone.now)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("started by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    progress = models.CharField(_("progress"), max_length=200, blank=True)
    passed = models.BooleanField(_("passed"), null=True)
    # The books, as `make drill` prints them.
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("drill")
        verbose_name_plural = _("drills")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
