"""What an admin writes about something that a provider said and no catalogue lists."""

import uuid
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from messaging import explaining
from messaging.models import Message, ReasonEntry


@admin.register(ReasonEntry)
class ReasonEntryAdmin(admin.ModelAdmin):
    list_display = ("said", "provider", "sentence", "retry", "created_by")
    list_filter = ("provider",)
    list_select_related = ("created_by",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("said", "sentence")
    search_help_text = _("Code, or words of the explanation")
    fieldsets: ClassVar = [
        (None, {"fields": ("provider", "said", "sentence")}),
        (_("What helps"), {"fields": ("side", "retry", "wait_minutes", "action", "step")}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """`?message=` names the row that is to be explained: what it says must not stand in an address."""
        message = _message(request)
        if message is None:
            return {}
        return {"provider": message.bot.account.kind, "said": explaining.said(message)}

    def save_model(self, request: HttpRequest, obj: ReasonEntry, form: Any, change: bool) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


def _message(request: HttpRequest) -> Message | None:
    try:
        public_id = uuid.UUID(request.GET.get("message", ""))
    except ValueError:
        return None
    rows = Message.objects.for_user(request.user).select_related("bot__account")
    return rows.filter(public_id=public_id).first()
