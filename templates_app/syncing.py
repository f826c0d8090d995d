"""Bringing a bot's templates here: every page, nothing deleted, and a version for every change."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from messaging.providers.base import ListedTemplate

from .models import Template, TemplateVersion

# What the provider says about a template, besides its content.
LISTED = (
    "category",
    "status",
    "display_name",
    "provider_id",
    "parameter_count",
    "gone_at",
    "synced_at",
)


@dataclass(frozen=True)
class SyncResult:
    listed: int
    created: int
    changed: int
    gone: int


@transaction.atomic
def store_templates(bot_id: int, listed: Iterable[ListedTemplate]) -> SyncResult:
    """Make a bot's templates equal to a complete list of the provider's.

    What is no longer listed is marked as gone, because messages still point at it. To be called with the
    whole list only: a part of it would make the rest look gone.
    """
    known = {
        (template.element_name, template.language): template
        for template in Template.objects.filter(bot_id=bot_id).select_related("version")
    }
    seen, created, changed = set(), 0, 0
    for item in listed:
        key = (item.element_name, item.language)
        if not item.element_name or key in seen:
            continue
        seen.add(key)
        created += key not in known
        template = known.get(key) or Template(
            bot_id=bot_id, element_name=item.element_name, language=item.language
        )
        changed += _store(template, item)
    gone = [template.pk for key, template in known.items() if key not in seen and template.gone_at is None]
    Template.objects.filter(pk__in=gone).update(gone_at=timezone.now())
    return SyncResult(len(seen), created, changed, len(gone))


def _store(template: Template, item: ListedTemplate) -> bool:
    """Write what the provider says now. Returns whether the content is new."""
    template.category, template.status = item.category[:40], item.status[:40]
    template.display_name, template.provider_id = item.display_name[:256], item.provider_id[:100]
    template.parameter_count = item.parameter_count
    template.gone_at, template.synced_at = None, timezone.now()
    # Not the labels: a person may be writing them this very moment.
    template.save(update_fields=LISTED if template.pk else None)
    return _store_version(template, item)


def _store_version(template: Template, item: ListedTemplate) -> bool:
    digest = item.components.digest()
    if template.version is not None and template.version.digest == digest:
        return False
    template.version = TemplateVersion.objects.create(
        template=template,
        number=template.version.number + 1 if template.version else 1,
        data=item.components.model_dump(mode="json"),
        digest=digest,
    )
    template.save(update_fields=["version"])
    return True
