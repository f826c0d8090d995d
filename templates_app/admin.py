"""Templates are written at the provider; here they are found, looked at, and given names for their blanks."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet, TextChoices
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from .components import CardValues
from .forms import LabelsForm
from .models import Category, Template, TemplateStatus
from .rendering import bubble_html, template_bubble


class ChoiceFilter(admin.SimpleListFilter):
    """Words of the provider, in ours where we have one."""

    words: ClassVar[type[TextChoices]]
    parameter_name: str

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return list(self.words.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


class StatusFilter(ChoiceFilter):
    title, parameter_name, words = _("status"), "status", TemplateStatus


class CategoryFilter(ChoiceFilter):
    title, parameter_name, words = _("category"), "category", Category


class BotFilter(admin.SimpleListFilter):
    """Only the bots whose templates this person sees."""

    title = _("bot")
    parameter_name = "bot"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        rows = model_admin.get_queryset(request).order_by("bot__name").values_list("bot", "bot__name")
        return [(str(pk), name) for pk, name in rows.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        # More digits than a key has are no bot's.
        return queryset.filter(bot=int(value)) if value.isdecimal() and len(value) < 19 else queryset


class Gallery(ChangeList):
    """The list as pictures: what each template looks like on a phone."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.cards = [
            {"template": template, "bubble": sample_html(template)} for template in self.result_list
        ]


@admin.register(Template)
class TemplateAdmin(admin.ModelAdmin):
    change_list_template = "templates_app/gallery.html"
    list_display = ("element_name", "language", "category", "status", "bot")
    list_filter = (BotFilter, StatusFilter, CategoryFilter, "language")
    list_select_related = ("bot", "version")
    list_per_page = 24
    search_fields = ("element_name", "display_name", "version__data")
    search_help_text = _("Name, or words of the body")
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model.objects.for_user(request.user).order_by("element_name", "language", "pk")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Gallery]:
        return Gallery

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Template | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, dict(extra_context or {}) | {"title": _("Templates")})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        template = self.get_object(request, object_id)
        if template is None or not self.has_view_permission(request, template):
            raise Http404
        may_change = self.has_change_permission(request, template)
        form = LabelsForm(request.POST if request.method == "POST" else None, instance=template)
        if request.method == "POST" and may_change and form.is_valid():
            self.log_change(request, form.save(), [{"changed": {"fields": ["labels"]}}])
            messages.success(request, _("The names of the variables are saved."))
            return HttpResponseRedirect(request.path)
        context = self.admin_site.each_context(request) | _page(template, form, may_change=may_change)
        return TemplateResponse(request, "templates_app/template.html", context)


def _page(template: Template, form: LabelsForm, *, may_change: bool) -> dict[str, Any]:
    return {
        "title": template.display_name or template.element_name,
        "template": template,
        "form": form,
        "may_change": may_change,
        "bubble": sample_html(template),
        "versions": template.versions.all()[:20],
    }


def sample_html(template: Template) -> str:
    """How the template looks with its own examples in its blanks."""
    if template.version is None:
        return ""
    components = template.components
    examples = {variable.key: variable.example for variable in components.variables if variable.example}
    sample_url = components.header.sample_url if components.header else ""
    cards = tuple(CardValues(media_url=card.header.sample_url) for card in components.cards)
    bubble = template_bubble(components, examples, media_url=sample_url, cards=cards)
    return bubble_html(bubble, show_media_from=settings.MEDIA_HOSTS)
