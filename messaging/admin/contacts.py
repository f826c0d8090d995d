from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from messaging import phones
from messaging.forms.contacts import ContactForm
from messaging.forms.keys import as_key
from messaging.models import Bot, Contact, Conversation, Message, Tag

from .scoped import ScopedAdmin

RECENT = 10


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    search_fields = ("name",)


@admin.register(Contact)
class ContactAdmin(ScopedAdmin):
    form = ContactForm
    list_display = ("person", "number_column", "tag_names", "blocked_badge", "created_at")
    list_display_links = ("person",)
    list_filter = ("is_blocked", "tags")
    list_per_page = 50
    search_fields = ("name", "wa_id")
    search_help_text = _("Name, or number written in any way")
    autocomplete_fields = ("tags",)
    change_form_template = "messaging/contact_form.html"
    fieldsets: ClassVar = [
        (None, {"fields": ("number", "name", "is_blocked", "tags")}),
        (_("More about this person"), {"fields": ("attributes", "language")}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("tags")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        return queryset & Contact.objects.matching(term), False

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.country = country_for(request)
        return form

    def has_delete_permission(self, request: HttpRequest, obj: Contact | None = None) -> bool:
        """Somebody we wrote to stays: history points at the contact."""
        has_history = obj is not None and Message.objects.filter(contact=obj).exists()
        return not has_history and super().has_delete_permission(request, obj)

    # -- Pages ---------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        check = path("number/", self.admin_site.admin_view(self.number_view), name="messaging_contact_number")
        return [check, *super().get_urls()]

    def number_view(self, request: HttpRequest) -> HttpResponse:
        """What a number that is being typed would be stored as, or why it cannot be one. Always 200."""
        typed = request.GET.get("number", "").strip()
        context: dict[str, Any] = {"typed": typed}
        try:
            wa_id = phones.normalise(typed, country_for(request)) if typed else ""
            context |= (
                {"display": phones.display(wa_id), "country": phones.country_of(wa_id)} if wa_id else {}
            )
        except phones.InvalidPhone as error:
            context["problem"] = str(error)
        return TemplateResponse(request, "messaging/contact_number.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        extra = dict(extra_context or {}) | _history(request, object_id)
        return super().change_view(request, object_id, form_url, extra)

    # -- Columns -------------------------------------------------------------------------------

    @admin.display(description=_("name"), ordering="name")
    def person(self, contact: Contact) -> SafeString:
        return render_to_string("messaging/contact_cell.html", {"contact": contact, "name_only": True})

    @admin.display(description=_("number"), ordering="wa_id")
    def number_column(self, contact: Contact) -> str:
        return contact.number

    @admin.display(description=_("blocked"), ordering="is_blocked")
    def blocked_badge(self, contact: Contact) -> SafeString | str:
        return render_to_string("messaging/blocked_cell.html") if contact.is_blocked else "–"

    @admin.display(description=_("tags"))
    def tag_names(self, contact: Contact) -> str:
        return ", ".join(tag.name for tag in contact.tags.all()) or "–"


def country_for(request: HttpRequest) -> str:
    """Numbers typed without a country belong to that of the person's bots, if they all have the same."""
    countries = Bot.objects.for_user(request.user).order_by().values_list("country", flat=True).distinct()[:2]
    return countries[0] if len(countries) == 1 else ""


def _history(request: HttpRequest, object_id: str) -> dict[str, Any]:
    """The latest messages with this contact, of the bots this person may use, and the open windows."""
    key = as_key(object_id)
    messages = Message.objects.for_user(request.user).filter(contact=key)
    conversations = Conversation.objects.for_user(request.user).filter(contact=key)
    return {
        "recent": messages.select_related("bot").defer("content").order_by("-pk")[:RECENT],
        "windows": [row for row in conversations.select_related("bot") if row.is_window_open],
    }
