import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from messaging import phones
from templates_app.scoping import User

# More than any name has.
LONGEST_TERM = 300


class Tag(models.Model):
    name = models.CharField(_("name"), max_length=50, unique=True)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(models.QuerySet):
    def for_user(self, user: User) -> Self:
        """The company's address book: whoever may look at contacts sees all of them.

        What was said to them belongs to a bot, and is scoped by it.
        """
        return self if user.has_perm("messaging.view_contact") else self.none()

    def matching(self, text: str) -> Self:
        """Contacts whose name or number holds `text`; a number may be written in any way."""
        text = text[:LONGEST_TERM]  # SQLite gives up on longer patterns
        found = Q(name__icontains=text)
        digits = "".join(filter(str.isdecimal, text)).lstrip("0")
        if len(digits) >= 3:
            found |= Q(wa_id__contains=digits)
        return self.filter(found)


class Contact(models.Model):
    """A person at WhatsApp, known by a number or, where WhatsApp hides it, by a business-scoped id.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Digits with country code, as WhatsApp writes them.
    wa_id = models.CharField(_("number"), max_length=20, null=True, unique=True)  # noqa: DJ001
    user_id = models.CharField(_("business-scoped id"), max_length=140, null=True, blank=True, unique=True)
    as_entered = models.CharField(_("number as entered"), max_length=60, blank=True, editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    attributes = models.JSONField(
        _("attributes"),
        default=dict,
        blank=True,
        help_text=_("Facts about this person that fill template variables of the same name."),
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="contacts", verbose_name=_("tags"))
    is_blocked = models.BooleanField(
        _("blocked"), default=False, help_text=_("Nothing is sent to a blocked contact, by anybody.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar = ["name", "pk"]
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="contact_by_name")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(wa_id__isnull=False) | Q(user_id__isnull=False), name="contact_has_an_id"
            ),
            models.CheckConstraint(condition=~Q(wa_id="") & ~Q(user_id=""), name="contact_ids_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name or self.number

    @property
    def number(self) -> str:
        """How people write the number: `+593 99 123 4567`."""
        return phones.display(self.wa_id) if self.wa_id else (self.user_id or "")
