from functools import cached_property
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from messaging import failures
from messaging.content import Content, load, shown
from messaging.statuses import EXPLAINED, FINAL, Status
from templates_app.bubbles import Bubble
from templates_app.models import Template, TemplateVersion
from templates_app.scoping import BotScopedQuerySet

from .bots import Bot
from .contacts import Contact


class Direction(models.TextChoices):
    OUT = "out", _("Sent by us")
    IN = "in", _("Received")


class Lane(models.IntegerChoices):
    """Lower goes first: a person who waits for one answer never waits behind a campaign."""

    INTERACTIVE = 0, _("One to one")
    CAMPAIGN = 1, _("Campaign")


class Link(models.TextChoices):
    """How we know which message an inbound one answers."""

    QUOTED = "quoted", _("Quoted by the contact")
    BUTTON = "button", _("A button of it was pressed")
    LATEST = "latest", _("The latest one before it")


class Message(models.Model):
    """One message to or from one contact. `status` is written by the verbs named in `statuses` only."""

    # Ordered by time: random ones would have every new row write a page of the index of its own.
    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # Indexes of these have the key behind them (Meta), so that history comes out of them in its order.
    bot = models.ForeignKey(
        Bot, models.PROTECT, related_name="messages", verbose_name=_("bot"), db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="messages", verbose_name=_("contact"), db_index=False
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.OUT)
    kind = models.CharField(_("kind"), max_length=20)
    content = models.JSONField(_("content"))
    template = models.ForeignKey(
        Template,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("template"),
        db_index=False,
    )
    version = models.ForeignKey(
        TemplateVersion,
        models.PROTECT,
        null=True,
        related_name="messages",
        verbose_name=_("template version"),
        db_index=False,
    )
    text = models.TextField(_("text"), blank=True)
    to = models.CharField(_("number written to"), max_length=20, blank=True)

    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.QUEUED)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    provider_code = models.CharField(_("provider's code"), max_length=100, blank=True)
    detail = models.TextField(_("detail"), blank=True)
    provider_id = models.CharField(_("provider id"), max_length=200, blank=True)

    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane, default=Lane.INTERACTIVE)
    due_at = models.DateTimeField(_("due"), null=True)
    expires_at = models.DateTimeField(_("not after"), null=True)
    claim_id = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    starts = models.PositiveSmallIntegerField(_("starts"), default=0)
    # When the provider was last asked what became of it, and how often.
    checked_at = models.DateTimeField(null=True)
    checks = models.PositiveSmallIntegerField(default=0)

    # One press of Send; a second press with the same form makes nothing new.
    batch = models.UUIDField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("sent by"),
        db_index=False,
    )
    resend_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="resends", db_index=False)
    answers = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="answered_by", db_index=False
    )
    answers_by = models.CharField(_("linked by"), max_length=10, choices=Link, blank=True)

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    read_at = models.DateTimeField(_("read"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    replied_at = models.DateTimeField(_("replied"), null=True)

    objects = BotScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        permissions: ClassVar = [
            ("settle_message", "Can decide about messages whose outcome is unknown"),
            ("view_raw", "Can see raw requests, answers and events"),
            ("export_message", "Can export messages to a file"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="message_status_known"),
            models.CheckConstraint(
                condition=~Q(status__in=[str(status) for status in EXPLAINED]) | ~Q(reason=""),
                name="message_failure_explained",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", status="received") | (Q(direction="out") & ~Q(status="received")),
                name="message_received_is_inbound",
            ),
            models.CheckConstraint(
                condition=~Q(status="sending") | Q(claim_id__isnull=False, lease_until__isnull=False),
                name="message_sending_is_claimed",
            ),
            models.UniqueConstraint(
                fields=["bot", "provider_id"], condition=~Q(provider_id=""), name="message_provider_id_once"
            ),
            models.UniqueConstraint(
                fields=["batch", "contact"], condition=Q(batch__isnull=False), name="message_once_per_batch"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["bot", "lane", "due_at", "id"], condition=Q(status="queued"), name="message_queue"
            ),
            models.Index(
                fields=["due_at"], condition=Q(status="queued", lane=0), name="message_urgent_queue"
            ),
            models.Index(fields=["lease_until"], condition=Q(status="sending"), name="message_leases"),
            models.Index(fields=["id"], condition=Q(status="unknown"), name="message_unknown"),
            models.Index(
                fields=["accepted_at"], condition=Q(status="accepted", checks__lt=3), name="message_no_news"
            ),
            models.Index(fields=["bot", "-id"], name="message_by_bot"),
            models.Index(fields=["contact", "bot", "-id"], name="message_by_contact"),
            models.Index(fields=["status", "-id"], name="message_by_status"),
            models.Index(fields=["kind", "-id"], name="message_by_kind"),
            models.Index(
                fields=["template", "-id"], condition=Q(template__isnull=False), name="message_by_template"
            ),
            models.Index(
                fields=["created_by", "-id"], condition=Q(created_by__isnull=False), name="message_by_author"
            ),
            models.Index(fields=["reason", "-id"], condition=~Q(reason=""), name="message_by_reason"),
            models.Index(
                fields=["provider_code", "-id"], condition=~Q(provider_code=""), name="message_by_code"
            ),
            models.Index(fields=["created_at"], name="message_by_day"),
            models.Index(fields=["resend_of"], condition=Q(resend_of__isnull=False), name="message_resends"),
            models.Index(fields=["answers"], condition=Q(answers__isnull=False), name="message_answers"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @cached_property
    def loaded(self) -> Content:
        """The content object this row was made from."""
        return load(self.content, self.version.components if self.version else None)

    @property
    def bubble(self) -> Bubble:
        """What people see of it: one-time codes stay between the sender and the phone."""
        return shown(self.loaded).bubble()

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def failure(self) -> failures.Failure | None:
        """Why it has this state, what helps and who can do it; None where nothing went wrong."""
        return failures.explain(self.reason) if self.reason else None


class Outcome(models.TextChoices):
    STARTED = "started", _("Started")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    NOT_SENT = "not_sent", _("Not sent")
    UNKNOWN = "unknown", _("Unknown")


class Attempt(models.Model):
    """One try at the provider. Written before the call, so that a dead worker leaves a trace."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    # The constraint's index finds them too.
    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveSmallIntegerField(_("number"))
    claim_id = models.UUIDField()
    started_at = models.DateTimeField(_("started"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, default=Outcome.STARTED)
    request = models.JSONField(_("request"), default=dict)
    request_digest = models.CharField(max_length=64, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    answer = models.TextField(_("answer"), blank=True)
    error = models.CharField(_("error"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.message} #{self.number}"


class Source(models.TextChoices):
    """Where a line of history comes from."""

    PERSON = "person", _("Person")
    WORKER = "worker", _("Worker")
    ANSWER = "answer", _("Provider's answer")
    WEBHOOK = "webhook", _("Webhook")
    RECONCILE = "reconcile", _("Provider's list")


class MessageEvent(models.Model):
    """A line of history, never changed. One without a message waits for the send call it overtook."""

    bot = models.ForeignKey(Bot, models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="events")
    # Whoever decided it, where a person did.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    provider_id = models.CharField(max_length=200, blank=True)
    # Equal for a repeat of the same news, so that inserting it again inserts nothing.
    key = models.CharField(max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status, blank=True)
    word = models.CharField(_("provider's word"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    reason = models.CharField(max_length=40, blank=True)
    provider_code = models.CharField(max_length=100, blank=True)
    detail = models.TextField(blank=True)
    provider_time = models.DateTimeField(_("time at the provider"), null=True)
    arrived_at = models.DateTimeField(_("arrived"), default=timezone.now)
    raw = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("message event")
        verbose_name_plural = _("message events")
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["bot", "key"], name="event_once")]
        indexes: ClassVar = [
            models.Index(
                fields=["bot", "provider_id"], condition=Q(message__isnull=True), name="event_unmatched"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.status or self.word}"
