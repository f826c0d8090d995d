"""Accounts of people. Whoever manages them cannot give anybody, or take, more than a group holds."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

admin.site.unregister(User)


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Stock, but rights come from groups alone, and only a superuser touches superusers."""

    list_display = ("username", "first_name", "last_name", "group_names", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    filter_horizontal = ("groups",)
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Rights"), {"fields": ("is_active", "groups")}),
    ]
    add_fieldsets = [
        (None, {"classes": ("wide",), "fields": ("username", "password1", "password2", "groups")}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Everybody here works in the console, and `is_staff` is what lets people in."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Somebody who has sent stays, inactive: history says who it was."""
        return _may_touch(request, obj) and super().has_delete_permission(request, obj)

    @admin.display(description=_("groups"))
    def group_names(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all()) or "–"


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    return person is None or not person.is_superuser or bool(request.user.is_superuser)
