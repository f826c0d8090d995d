from typing import ClassVar

from django.db import models
from django.db.models import Q

from messaging.periods import DAY

from .bots import Bot


class Facet(models.TextChoices):
    """By what a sum is cut, besides by bot; `key` says which part it is."""

    SENT = "sent"  # all that was handed over
    RECEIVED = "received"
    TEMPLATE = "template"  # key: of the template; empty for none
    AGENT = "agent"  # key: of the person; empty for nobody
    KIND = "kind"  # key: of the content
    REASON = "reason"  # key: of failures.py


class Summary(models.Model):
    """How many messages that were made within a quarter of an hour, or a day of UTC, are where by now.

    Nothing but sums of rows: `messaging.counting` says of which, `messaging.summaries` keeps them right.
    """

    facet = models.CharField(max_length=8, choices=Facet)
    # In quarters of an hour: 1 or DAY.
    span = models.PositiveSmallIntegerField()
    # In quarters of an hour since 1970.
    start = models.IntegerField()
    bot = models.ForeignKey(Bot, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=40, blank=True)

    count = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    replied = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    canceled = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "summaries"
        constraints: ClassVar = [
            # Its index is what the dashboard reads along.
            models.UniqueConstraint(fields=["facet", "span", "start", "bot", "key"], name="summary_once"),
            models.CheckConstraint(condition=Q(span__in=[1, DAY]), name="summary_span_known"),
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.key} {self.start}+{self.span}: {self.count}"


class SummaryMark(models.Model):
    """How far the summaries have followed the rows. There is one, with the primary key 1."""

    # Messages and events up to these were looked at in the last round, and in the one before it.
    messages_to = models.BigIntegerField(default=0)
    events_to = models.BigIntegerField(default=0)
    messages_from = models.BigIntegerField(default=0)
    events_from = models.BigIntegerField(default=0)
    # Quarters known to be wrong, that the round under way has still to count.
    stale = models.JSONField(default=list)
    # When the last round began, and how long it took in seconds.
    counted_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    # A round is under way, until it ends or is given up for dead.
    busy_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.messages_to}/{self.events_to} at {self.counted_at}"
