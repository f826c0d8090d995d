"""The admin site: its name and its navigation. Wiring: it may name every door, and nothing imports it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import BadRequest
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import include, path, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from jelouadmin.dashboard import dashboard_context
from messaging import conversing
from templates_app.scoping import User


@dataclass(frozen=True)
class Page:
    """A line of the navigation. Without a permission everybody who may log in sees it."""

    label: Promise
    icon: str
    url_name: str
    permission: str = ""
    badge: Callable[[User], str] | None = None


# The first section is the tab bar of a phone; the others are behind its last tab.
NAVIGATION = (
    (
        _("Messaging"),
        (
            Page(_("Dashboard"), "dashboard", "admin:index"),
            Page(_("Compose"), "compose", "admin:compose", "messaging.add_message"),
            Page(
                _("Conversations"),
                "conversations",
                "admin:conversations",
                "messaging.view_conversation",
                badge=conversing.badge,
            ),
            Page(_("Messages"), "messages", "admin:messaging_message_changelist", "messaging.view_message"),
            Page(_("Contacts"), "contacts", "admin:messaging_contact_changelist", "messaging.view_contact"),
        ),
    ),
    (
        _("Setup"),
        (
            Page(
                _("Templates"),
                "templates",
                "admin:templates_app_template_changelist",
                "templates_app.view_template",
            ),
            Page(_("Bots"), "bots", "admin:messaging_bot_changelist", "messaging.view_bot"),
            Page(_("Accounts"), "accounts", "admin:messaging_account_changelist", "messaging.view_account"),
            Page(
                _("Webhooks"),
                "bolt",
                "admin:messaging_webhookdelivery_changelist",
                "messaging.view_webhookdelivery",
            ),
            Page(
                _("Explanations"),
                "question",
                "admin:messaging_reasonentry_changelist",
                "messaging.view_reasonentry",
            ),
            Page(_("Operations"), "pulse", "admin:operations", "messaging.view_workerbeat"),
            Page(_("Users"), "users", "admin:auth_user_changelist", "auth.view_user"),
        ),
    ),
)


def again_if_another_was_first(view: Callable[..., Any]) -> Callable[..., Any]:
    """A form that was valid until somebody else saved the same, or the same press came twice.

    Nothing of it is stored then. Asked again, it says at its field what there is already.
    """

    @wraps(view)
    def patient(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except IntegrityError:
            name = getattr(request.resolver_match, "url_name", None) or ""
            if request.method != "POST" or not name.endswith(("_add", "_change", "_rename")):
                raise
            return view(request, *args, **kwargs)

    return patient


class LoginForm(AdminAuthenticationForm):
    """Stock tells browsers how long a name is, and believes them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["username"]
        name.validators.append(MaxLengthValidator(name.widget.attrs["maxlength"]))


class ConsoleSite(AdminSite):
    login_form = LoginForm
    site_header = site_title = "Jelou Admin"
    index_title = _("Dashboard")
    site_url = None
    enable_nav_sidebar = False

    index_template = "messaging/dashboard.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, (extra_context or {}) | dashboard_context(request))

    def get_urls(self) -> list[Any]:
        """The pages of models, and those of none. Named, not imported: their modules need this site."""
        ours = [
            path("operations/", include("messaging.admin.operations")),
            path("conversations/", include("messaging.admin.conversations")),
        ]
        return ours + super().get_urls()

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Stock, and what no date or column can hold is a bad request.

        Django's own lists and pickers ask the database for whatever was posted as a key.
        """
        inner = again_if_another_was_first(super().admin_view(view, cacheable))

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            try:
                response = inner(request, *args, **kwargs)
                if request.method == "POST" and isinstance(response, TemplateResponse):
                    response.render()
                return response
            except OverflowError as error:
                raise BadRequest("A number in this address is too large.") from error
            except ValueError as error:
                if "expected a number but got" not in str(error):
                    raise
                raise BadRequest("A key that is none.") from error

        return guarded

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        nav = navigation(request) if context["has_permission"] else []
        return context | {"nav": nav, "demo": settings.DEMO}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sections this person may use, each with its items: label, icon, url, active, external."""
    sections: list[dict[str, Any]] = [
        {"label": label, "items": items_for(request, pages)} for label, pages in NAVIGATION
    ]
    if settings.SIMULATOR_URL:
        sections.append({"label": _("Demo"), "items": [simulator()]})
    mark_active([item for section in sections for item in section["items"]], request.path)
    return [section for section in sections if section["items"]]


def items_for(request: HttpRequest, pages: tuple[Page, ...]) -> list[dict[str, Any]]:
    return [
        {
            "label": page.label,
            "icon": page.icon,
            "url": reverse(page.url_name),
            # Counted only where it is drawn: parts of pages have no navigation.
            "badge": SimpleLazyObject(partial(page.badge, request.user)) if page.badge else "",
            "has_badge": page.badge is not None,
        }
        for page in pages
        if not page.permission or request.user.has_perm(page.permission)
    ]


def simulator() -> dict[str, Any]:
    label = _("Simulator's phones")
    return {"label": label, "icon": "phone", "url": settings.SIMULATOR_URL, "external": True}


def mark_active(items: list[dict[str, Any]], path: str) -> None:
    """Mark the item whose address is the longest beginning of `path`.

    The dashboard's address begins every other, so it has to be the page itself.
    """
    home = reverse("admin:index")
    here = [item for item in items if item["url"] == path]
    around = [item for item in items if item["url"] != home and path.startswith(item["url"])]
    if here or around:
        max(here + around, key=lambda item: len(item["url"]))["active"] = True
