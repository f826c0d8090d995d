"""The Operations page: what moves, what does not and why, and the buttons that stop and start.

Its addresses hang in the site itself, which includes this module by its name: they belong to no model.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from messaging import drilling, operations
from messaging.headlines import headline
from messaging.models import Drill

from . import stopping


def page(request: HttpRequest) -> HttpResponse:
    """All of it. What changes is asked for again by the page itself."""
    return _answer(request, "messaging/operations.html")


def news(request: HttpRequest) -> HttpResponse:
    """The part that changes."""
    return _answer(request, "messaging/operations_news.html")


def _answer(request: HttpRequest, template: str) -> HttpResponse:
    if not request.user.has_perm("messaging.view_workerbeat"):
        raise PermissionDenied
    context = admin.site.each_context(request) | {"title": _("Operations")}
    return TemplateResponse(request, template, context | _context(request))


def _context(request: HttpRequest) -> dict[str, Any]:
    overview = operations.look(request.user)
    context: dict[str, Any] = {
        "overview": overview,
        "headline": headline(overview),
        "latest_calls": operations.LATEST_CALLS,
        "may_pause": request.user.has_perm("messaging.pause_bot"),
    }
    if settings.DEMO:
        drill = Drill.objects.select_related("started_by").first()
        context |= {"has_drill": True, "drill": drill, "figures": _figures(drill)}
    return context


# -- The drill -------------------------------------------------------------------------------------

# What the drill counts, in the order in which people ask.
FIGURES = {
    "planned": _("Messages planned"),
    "accepted": _("Taken by the provider"),
    "failed": _("Failed, with a reason"),
    "skipped": _("Skipped by a rule"),
    "canceled": _("Canceled"),
    "unknown": _("Unknown, left to a person"),
    "waiting": _("Still waiting"),
    "lost": _("Lost"),
    "doubled": _("Sent twice"),
    "behind": _("Behind what a webhook reported"),
    "kills": _("Workers killed"),
    "in_flight_at_kills": _("On their way when a worker was killed"),
    "restarts": _("Restarts"),
    "uncertain": _("Answers that did not say whether it was taken"),
    "seconds": _("Seconds it took"),
}
# There must be none of these.
FORBIDDEN = frozenset({"lost", "doubled", "behind", "waiting"})


def _figures(drill: Drill | None) -> list[dict[str, Any]]:
    """The figures that we have words for; a drill may keep more of them, for machines."""
    found = drill.figures if drill and isinstance(drill.figures, dict) else {}
    return [
        {"label": label, "value": found[key], "verdict": _verdict(key, found[key])}
        for key, label in FIGURES.items()
        if key in found
    ]


def _verdict(key: str, value: Any) -> str:
    if key not in FORBIDDEN:
        return ""
    return "bad" if value else "ok"


def run_drill(request: HttpRequest) -> HttpResponse:
    """The button. In the demo only: the drill works beside the product, but takes a machine's breath."""
    if not settings.DEMO or not request.user.has_perm("messaging.add_drill"):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        drilling.start(stopping.person_of(request))
    except ValueError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The drill has begun. Its progress is shown at the end of this page."))
    return HttpResponseRedirect(reverse("admin:operations"))


_view = admin.site.admin_view
urlpatterns = [
    path("", _view(page), name="operations"),
    path("news/", _view(news), name="operations_news"),
    path("drill/", _view(run_drill), name="drill"),
    path("bots/<int:bot_id>/pause/", _view(stopping.pause), name="bot_pause"),
    path("bots/<int:bot_id>/resume/", _view(stopping.resume), name="bot_resume"),
    path("bots/<int:bot_id>/stop/", _view(stopping.stop), name="bot_stop"),
]
