"""Approved templates (HSM) of a bot, and every version of their content that a sync has seen."""

from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .components import Components, Hint
from .scoping import BotScopedQuerySet


class TemplateStatus(models.TextChoices):
    """WhatsApp's words. Only approved templates can be sent; a word that is not here cannot either.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    APPROVED = "APPROVED", _("Approved")
    PENDING = "PENDING", _("Under review")
    REJECTED = "REJECTED", _("Rejected")
    PAUSED = "PAUSED", _("Paused")
    DISABLED = "DISABLED", _("Disabled")
    DELETED = "DELETED", _("Deleted")


class Category(models.TextChoices):
    UTILITY = "UTILITY", _("Utility")
    MARKETING = "MARKETING", _("Marketing")
    AUTHENTICATION = "AUTHENTICATION", _("Authentication")


class TemplateQuerySet(BotScopedQuerySet):
    def sendable(self) -> "TemplateQuerySet":
        """Approved, still listed by the provider, and with content we know."""
        return self.filter(status=TemplateStatus.APPROVED, gone_at=None, version__isnull=False)


class Template(models.Model):
    """One template of one bot in one language, as the provider last listed it."""

    bot = models.ForeignKey("messaging.Bot", models.CASCADE, related_name="templates", verbose_name=_("bot"))
    element_name = models.CharField(_("element name"), max_length=512)
    language = models.CharField(_("language"), max_length=12)
    display_name = models.CharField(_("display name"), max_length=256, blank=True)
    category = models.CharField(_("category"), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=40)
    provider_id = models.CharField(_("provider id"), max_length=100, blank=True)
    parameter_count = models.PositiveSmallIntegerField(_("number of parameters"), default=0)
    version = models.ForeignKey(
        "TemplateVersion",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("version"),
    )
    labels = models.JSONField(
        _("labels"),
        default=dict,
        blank=True,
        help_text=_("Our own names, examples and fallbacks of the variables; they win over the provider's."),
    )
    gone_at = models.DateTimeField(_("gone since"), null=True, editable=False)
    synced_at = models.DateTimeField(_("synced at"), null=True, editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        ordering: ClassVar = ["element_name", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["bot", "element_name", "language"], name="template_once_per_language"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name or self.element_name} ({self.language})"

    @property
    def is_sendable(self) -> bool:
        return self.status == TemplateStatus.APPROVED and self.gone_at is None and self.version_id is not None

    @cached_property
    def components(self) -> Components:
        """Content of the current version, with our own labels over the provider's."""
        assert self.version is not None
        return self.version.components.model_copy(update={"hints": self._hints()})

    def _hints(self) -> dict[str, Hint]:
        assert self.version is not None
        hints = dict(self.version.components.hints)
        for key, ours in self.labels.items():
            hints[key] = Hint.model_validate(hints.get(key, Hint()).model_dump() | ours)
        return hints

    def category_label(self) -> str:
        """The category in words; one we do not know is shown as the provider writes it."""
        return str(dict(Category.choices).get(self.category, self.category))

    def status_label(self) -> str:
        """The state in words; a word of the provider that we do not know is shown as it is."""
        if self.gone_at is not None:
            return str(_("Gone"))
        return str(dict(TemplateStatus.choices).get(self.status, self.status))


class TemplateVersion(models.Model):
    """What a template said at one time. Messages point here, so this row never changes."""

    template = models.ForeignKey(
        Template, models.CASCADE, related_name="versions", verbose_name=_("template")
    )
    number = models.PositiveIntegerField(_("number"))
    data = models.JSONField(_("components"))
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("first seen"), auto_now_add=True)

    class Meta:
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"

    @cached_property
    def components(self) -> Components:
        return Components.model_validate(self.data)
