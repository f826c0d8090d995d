"""Doors of exports: ask for a file, see how far it is, fetch it. Each is its owner's alone."""

import uuid
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging import exporting
from messaging.models import Export

from .saved_views import query_of
from .stopping import person_of

PERMISSIONS = ["messaging.view_message", "messaging.export_message"]
SHOWN = 20
ERRORS = {
    "too_many_starts": gettext_lazy("Its process died several times. Narrow the search, or ask an admin."),
    "not_allowed": gettext_lazy("You may not export messages any more."),
    "broken": gettext_lazy("It broke off. An admin finds the cause in the log."),
}


def start(request: HttpRequest) -> HttpResponse:
    """The button of the list: what it shows, as a file."""
    _check(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    params = dict(parse_qsl(query_of(request)))
    file_format = request.POST.get("format", "")
    if file_format not in Export.Format.values:
        raise Http404
    try:
        exporting.ask(person_of(request), params, file_format)
    except exporting.TooMany:
        text = _("%(most)s of your files are being written. Wait for one of them.")
        messages.error(request, text % {"most": exporting.MAX_WAITING})
    return HttpResponseRedirect(reverse("admin:exports"))


def page(request: HttpRequest) -> HttpResponse:
    return _answer(request, "messaging/exports.html")


def news(request: HttpRequest) -> HttpResponse:
    """The part that changes."""
    return _answer(request, "messaging/exports_news.html")


def download(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse | FileResponse:
    _check(request)
    export = Export.objects.filter(
        owner=request.user.pk, public_id=public_id, state=Export.State.DONE
    ).first()
    if export is None or export.created_at < _oldest():
        raise Http404
    try:
        file = exporting.path_of(export).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"messages-{localtime(export.created_at):%Y-%m-%d-%H%M}.{export.format}"
    return FileResponse(file, as_attachment=True, filename=name)


def _oldest() -> Any:
    return localtime() - exporting.KEPT


def _check(request: HttpRequest) -> None:
    if not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied


def _answer(request: HttpRequest, template: str) -> HttpResponse:
    _check(request)
    rows = list(Export.objects.filter(owner=request.user.pk, created_at__gte=_oldest())[:SHOWN])
    exports = [{"row": row, "error": ERRORS.get(row.error, row.error)} for row in rows]
    context = admin.site.each_context(request) | {
        "title": _("Exports"),
        "exports": exports,
        "is_live": any(not row.is_over for row in rows),
    }
    return TemplateResponse(request, template, context)
