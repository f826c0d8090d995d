"""Doors of saved views: save what the list shows, rename, delete. All by POST, and back to the list."""

from urllib.parse import parse_qsl

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from messaging import address_parts, searching
from messaging.models import SavedView

from .stopping import person_of

SHARE = "messaging.share_savedview"
# More of them are no help to anybody.
MOST_OF_ONE = 50


def save(request: HttpRequest) -> HttpResponse:
    """What is shown now, under a name; the view that has this name already becomes it."""
    if refused := _refused(request):
        return refused
    query = query_of(request)
    name = _name(request)
    own = SavedView.objects.filter(owner=request.user.pk)
    if not name:
        return _back(query)
    if own.count() >= MOST_OF_ONE and not own.filter(name=name).exists():
        text = _("You have %(most)s saved views. Delete one of them first.")
        messages.error(request, text % {"most": MOST_OF_ONE})
        return _back(query)
    is_shared = bool(request.POST.get("is_shared")) and request.user.has_perm(SHARE)
    found = {"query": query, "is_shared": is_shared}
    own.update_or_create(name=name, defaults=found, create_defaults=found | {"owner": person_of(request)})
    messages.success(request, _("“%(name)s” is saved.") % {"name": name})
    return _back(query)


def rename(request: HttpRequest, key: int) -> HttpResponse:
    if refused := _refused(request):
        return refused
    view = _view(key, SavedView.objects.filter(owner=request.user.pk))
    name = _name(request)
    if name and SavedView.objects.filter(owner=view.owner_id, name=name).exclude(pk=view.pk).exists():
        messages.error(
            request, _("Name: you have a view called “%(name)s”. Choose another.") % {"name": name}
        )
    elif name:
        SavedView.objects.filter(pk=view.pk).update(name=name)
        messages.success(request, _("The view is now called “%(name)s”.") % {"name": name})
    return _back(query_of(request))


def delete(request: HttpRequest, key: int) -> HttpResponse:
    """One's own; and a shared one of anybody, for those who look after what everybody sees."""
    if refused := _refused(request):
        return refused
    view = _view(key, SavedView.objects.for_user(request.user))
    if view.owner_id != request.user.pk and not request.user.has_perm(SHARE):
        raise PermissionDenied
    view.delete()
    messages.success(
        request, _("“%(name)s” is deleted. Its messages are where they were.") % {"name": view.name}
    )
    return _back(query_of(request))


def query_of(request: HttpRequest) -> str:
    """What the list shows, as a form posts it; only what a list understands."""
    given = dict(parse_qsl(request.POST.get("query", "")[:4000]))
    return searching.Search(address_parts.kept(given)).query


def _refused(request: HttpRequest) -> HttpResponse | None:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("messaging.view_message"):
        raise PermissionDenied
    return None


def _name(request: HttpRequest) -> str:
    name = " ".join(request.POST.get("name", "").replace("\0", "").split())
    if not 0 < len(name) <= 60:
        messages.error(request, _("Name: write 1 to 60 characters."))
        return ""
    return name


def _view(key: int, among: QuerySet[SavedView]) -> SavedView:
    if (view := among.filter(pk=key).first()) is None:
        raise Http404
    return view


def _back(query: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('admin:messaging_message_changelist')}?{query}".rstrip("?"))
