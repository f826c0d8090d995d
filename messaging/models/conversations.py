import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from templates_app.scoping import BotScopedQuerySet

from .bots import Bot
from .contacts import Contact

# https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
WINDOW = dt.timedelta(hours=24)


class Conversation(models.Model):
    """Everything between one bot and one contact, and whether the contact may be answered freely."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    bot = models.ForeignKey(Bot, models.CASCADE, related_name="conversations", verbose_name=_("bot"))
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="conversations", verbose_name=_("contact")
    )
    last_inbound_at = models.DateTimeField(_("last wrote"), null=True)
    window_ends_at = models.DateTimeField(_("window ends"), null=True)
    # When a message last left for this contact, and when one last counted towards the bot's daily reach.
    last_outbound_at = models.DateTimeField(null=True, editable=False)
    reached_at = models.DateTimeField(null=True, editable=False)
    unread = models.PositiveIntegerField(_("unread"), default=0)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)

    objects = BotScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bot", "contact"], name="conversation_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["bot", "reached_at"],
                condition=models.Q(reached_at__isnull=False),
                name="conversation_reach",
            ),
            models.Index(
                fields=["bot", "-last_inbound_at", "-id"],
                condition=models.Q(last_inbound_at__isnull=False),
                name="conversation_of_bot",
            ),
            models.Index(
                fields=["-last_inbound_at", "-id"],
                condition=models.Q(last_inbound_at__isnull=False),
                name="conversation_latest",
            ),
            models.Index(
                fields=["bot", "-last_inbound_at", "-id"],
                condition=models.Q(unread__gt=0),
                name="conversation_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bot} · {self.contact}"

    @property
    def is_window_open(self) -> bool:
        return self.window_ends_at is not None and self.window_ends_at > timezone.now()


class Note(models.Model):
    """What colleagues tell each other about a conversation; it never leaves this house."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by")
    )
    text = models.TextField(_("note"), max_length=4000)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [models.Index(fields=["conversation", "created_at"], name="note_in_conversation")]

    def __str__(self) -> str:
        return self.text[:60]
