"""What every admin page of ours shares: it shows a person the rows of the bots they may use."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models.fields.related import ForeignKey, ManyToManyField
from django.http import HttpRequest

# Secrets, and bytes, which no address can spell.
UNASKED = frozenset(
    {"webhook_token", "webhook_secret", "credentials", "spare_credentials", "password", "body"}
)


class ScopedAdmin(admin.ModelAdmin):
    """Lists, objects, searches, autocompletes and actions all start from `get_queryset`."""

    save_on_top = False
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows = self.model._default_manager.for_user(request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What is not shown is not asked for either: letter by letter, a filter would tell it."""
        is_unasked = bool(UNASKED & set(lookup.split("__")))
        return not is_unasked and super().lookup_allowed(lookup, value, request)

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_foreignkey(db_field, request, **_scoped(db_field, request, kwargs))

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **_scoped(db_field, request, kwargs))


class ReadOnlyAdmin(ScopedAdmin):
    """Rows that the product writes and people only look at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _scoped(field: models.Field, request: HttpRequest, kwargs: dict[str, Any]) -> dict[str, Any]:
    manager = getattr(field.related_model, "_default_manager", None)
    if manager is not None and "queryset" not in kwargs and hasattr(manager, "for_user"):
        kwargs["queryset"] = manager.for_user(request.user)
    return kwargs
