"""History: a list that never counts, and a page that says everything about one message."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from messaging import explaining, paging, searching, statuses
from messaging.models import Contact, Direction, Message
from messaging.statuses import Status

from . import compose, exports, filters, message_page, outcomes, resends, saved_views, stopping
from .keyset import KeysetChangeList
from .scoped import ReadOnlyAdmin


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    change_list_template = "messaging/message_list.html"
    list_display = ("contact_name", "status_badge", "excerpt", "bot", "template_name", "created_at")
    list_display_links = ("contact_name",)
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("text",)
    search_help_text = _("Name, number written in any way, or words of the message")
    actions = (resends.resend_selected,)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return MessageChangeList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Message | None:
        """By its public id: links are permanent and tell nobody how many messages there are."""
        try:
            public_id = uuid.UUID(object_id)
        except ValueError:
            return None
        if not self.has_view_permission(request):
            return None
        rows = self.model.objects.for_user(request.user)
        related = ("bot__account", "contact", "template", "version", "created_by", "resend_of", "answers")
        return rows.select_related(*related).filter(public_id=public_id).first()

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Who may use the action that sends again; Django asks by this name."""
        return bool(request.user.has_perm("messaging.add_message"))

    # -- Pages ---------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        ours = [
            path("compose/", view(compose.compose), name="compose"),
            path("compose/preview/", view(compose.preview), name="compose_preview"),
            path("compose/contacts/", view(compose.contacts), name="compose_contacts"),
            path("views/", view(saved_views.save), name="saved_view_save"),
            path("views/<int:key>/rename/", view(saved_views.rename), name="saved_view_rename"),
            path("views/<int:key>/delete/", view(saved_views.delete), name="saved_view_delete"),
            path("exports/", view(exports.page), name="exports"),
            path("exports/news/", view(exports.news), name="exports_news"),
            path("exports/start/", view(exports.start), name="export_start"),
            path("exports/<uuid:public_id>/", view(exports.download), name="export_download"),
            path("batch/<uuid:batch>/", view(self.batch_view), name="messaging_message_batch"),
            path("resend/", view(resends.resend), name="messaging_message_resend"),
            path("<uuid:public_id>/cancel/", view(stopping.cancel), name="messaging_message_cancel"),
            path("<uuid:public_id>/settle/", view(outcomes.settle), name="messaging_message_settle"),
            path("<uuid:public_id>/delivery/", view(self.delivery_view), name="messaging_message_delivery"),
            path("<uuid:public_id>/news/", view(self.news_view), name="messaging_message_news"),
        ]
        return ours + super().get_urls()

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:compose"))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        message = self.get_object(request, object_id)
        if message is None:
            raise Http404
        context = self.admin_site.each_context(request) | message_page.context(request, message)
        return TemplateResponse(request, "messaging/message.html", context)

    def news_view(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The part of a message's page that changes while it travels."""
        message = self.get_object(request, str(public_id))
        if message is None:
            raise Http404
        context = message_page.context(request, message)
        return TemplateResponse(request, "messaging/message_news.html", context)

    def delivery_view(self, request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
        """The webhook that brought a message of a contact, as it came: looked for when it is asked for."""
        message = self.get_object(request, str(public_id))
        if message is None or message.direction != Direction.IN:
            raise Http404
        if not request.user.has_perm(message_page.SEE_RAW):
            raise PermissionDenied
        context = message_page.delivery_context(message)
        return TemplateResponse(request, "messaging/message_delivery.html", context)

    def batch_view(self, request: HttpRequest, batch: uuid.UUID) -> HttpResponse:
        """How far the messages of one press of Send have come."""
        context = batch_context(request, batch)
        if not context or not self.has_view_permission(request):
            raise Http404
        return TemplateResponse(request, "messaging/batch.html", context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if any(not request.GET.get(name, "-") for name in ("q", *filters.FIELDS)):
            # A form sends its empty fields too, and an address that is kept should be a short one.
            given = {name: value for name, value in request.GET.items() if value}
            return HttpResponseRedirect(f"?{urlencode(given)}")
        extra = dict(extra_context or {}) | {"title": _("Messages")}
        batch = request.GET.get("batch", "")
        if batch and (context := batch_context(request, batch)):
            extra |= context
        return super().changelist_view(request, extra)

    # -- Columns -------------------------------------------------------------------------------

    @admin.display(description=_("contact"))
    def contact_name(self, message: Message) -> SafeString:
        return contact_cell(message.contact)

    @admin.display(description=_("status"))
    def status_badge(self, message: Message) -> SafeString:
        return status_cell(message)

    @admin.display(description=_("message"))
    def excerpt(self, message: Message) -> str:
        return message.text if len(message.text) <= 120 else message.text[:119] + "…"

    @admin.display(description=_("template"))
    def template_name(self, message: Message) -> str:
        return message.template.element_name if message.template else "–"


class MessageChangeList(KeysetChangeList):
    """Its filters are read by `searching`, as those of views and exports are."""

    def get_filters(self, request: HttpRequest) -> tuple[list[Any], bool, dict[str, Any], bool, bool]:
        return [], False, {}, False, False

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        self.search = searching.read(request.GET.dict(), request.user)
        self.has_active_filters = bool(self.search.params)
        self.tools = filters.context(request, self.search)
        rows = Message.objects.select_related("contact", "bot__account", "template")
        # Deciphering an account's credentials takes longer than everything else on the page.
        unread = ("bot__account__credentials", "bot__account__spare_credentials")
        return rows.defer("content", *unread)

    def _page(self, queryset: QuerySet) -> tuple[list[Any], bool]:
        place = paging.Place(self.after or self.before or 0, is_newer=bool(self.after))
        found = paging.page(self.search, queryset, place, self.list_per_page)
        ours = explaining.our_entries(found.rows)
        for row in found.rows:
            vars(row)["why"] = explaining.why(row, ours)
        return found.rows, found.has_more

    def url_for_result(self, result: Any) -> str:
        return reverse("admin:messaging_message_change", args=[result.public_id])


def contact_cell(contact: Contact) -> SafeString:
    return render_to_string("messaging/contact_cell.html", {"contact": contact})


def status_cell(message: Message) -> SafeString:
    return render_to_string("messaging/status_cell.html", {"message": message})


def batch_context(request: HttpRequest, batch: uuid.UUID | str) -> dict[str, Any]:
    """Counts by status of one press of Send; empty for a batch this person does not see."""
    try:
        rows = Message.objects.for_user(request.user).filter(batch=uuid.UUID(str(batch)))
    except ValueError:
        return {}
    counts = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    if not counts:
        return {}
    return {
        "batch": batch,
        "batch_total": sum(counts.values()),
        "batch_counts": [(status, counts[status]) for status in Status if status in counts],
        "batch_is_live": any(status not in statuses.FINAL for status in counts),
    }
