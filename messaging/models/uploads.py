import secrets
import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.core.files.storage.base import Storage
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_token() -> str:
    return secrets.token_urlsafe(24)


def place() -> str:
    """Where a file lies: a name that says nothing, for the one it came with may say anything."""
    return f"uploads/{uuid.uuid4().hex}"


def storage() -> Storage:
    return storages["default"]


class UploadQuerySet(models.QuerySet["Upload"]):
    def store(self, file: File, *, digest: str, **fields: Any) -> "Upload":
        """The file and its row; the row that is there if somebody brings the same bytes at the same time."""
        stored = storage().save(place(), file)
        try:
            with transaction.atomic():
                return self.create(digest=digest, file=stored, **fields)
        except IntegrityError:
            storage().delete(stored)
            return self.get(digest=digest)


class Upload(models.Model):
    """A file that people sent from here. Whoever has its address may fetch it: WhatsApp has to.

    The same bytes are kept once, whoever brings them and under whatever name.
    """

    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    file = models.FileField(_("file"), storage=storage)
    name = models.CharField(_("name"), max_length=100)
    mime = models.CharField(_("type"), max_length=100)
    size = models.PositiveBigIntegerField(_("bytes"))
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        default_permissions: ClassVar = ()

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        """The address that goes into messages."""
        return settings.SITE_URL + reverse("upload", args=[self.token, self.name])
