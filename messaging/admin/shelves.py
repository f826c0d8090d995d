"""The list of conversations: whom to answer next, and who is looked for."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from messaging import conversing
from messaging.conversing import Search, Shelf
from messaging.forms.keys import as_key
from messaging.models import Bot

# Seconds between two questions for news of the list.
LIST_SECONDS = 10
NOTHING_NEW = 204


def person_of(request: HttpRequest) -> User:
    """Whoever asks; the admin lets nobody else through."""
    return cast(User, request.user)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list; beside it, on a wide screen, the room for a thread."""
    _refuse_strangers(request)
    return page(request, {})


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The list alone, or nothing if it is what the page shows already."""
    _refuse_strangers(request)
    context = _list_context(request)
    if request.GET.get("seen") == context["list_version"]:
        return HttpResponse(status=NOTHING_NEW)
    return TemplateResponse(request, "messaging/conversation_list.html", context)


def _refuse_strangers(request: HttpRequest) -> None:
    if not request.user.has_perm("messaging.view_conversation"):
        raise PermissionDenied


def _search(request: HttpRequest) -> Search:
    """What was chosen; what nobody can choose counts as no choice."""
    shelf = request.GET.get("show", "")
    person = request.GET.get("q", "").strip()[:100]
    return Search(shelf if shelf in Shelf.values else Shelf.ALL, as_key(request.GET.get("bot")), person)


def _list_context(request: HttpRequest) -> dict[str, Any]:
    search, user = _search(request), person_of(request)
    page = conversing.page_of(conversing.found(user, search), request.GET.get("older", ""))
    newest = conversing.newest_inbound(user)
    return {
        "page": page,
        "search": search,
        "shelves": [(one.value, one.label, one.value == search.shelf) for one in Shelf],
        "bots": Bot.objects.for_user(user).only("name"),
        "chosen": _query(search),
        "older": request.GET.get("older", ""),
        "list_version": f"{page.version}{newest}",
        "list_seconds": LIST_SECONDS,
        "newest": newest,
        "unread": conversing.badge(user),
        "open_pk": as_key(request.GET.get("open")),
    }


def _query(search: Search) -> str:
    """The choice as it stands in addresses."""
    query = QueryDict(mutable=True)
    for name, value in (("show", search.shelf), ("bot", search.bot), ("q", search.person)):
        if value and value != Shelf.ALL:
            query[name] = str(value)
    return query.urlencode()


def page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    shell = admin.site.each_context(request) | {"title": _("Conversations")}
    context = shell | _list_context(request) | context
    return TemplateResponse(request, "messaging/conversations.html", context, status=status)
