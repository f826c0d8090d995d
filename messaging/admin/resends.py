"""Sending again: the button of a message's page, the action of the list, and the page that asks before."""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from messaging import resending
from messaging.models import Message

from .compose import DOUBLE_CLICK
from .stopping import person_of


@admin.action(description=_("Send again"), permissions=["resend"])
def resend_selected(model_admin: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
    """Show what would be sent again of the chosen rows; nothing is sent before the next button."""
    chosen = queryset.values_list("public_id", flat=True)[: settings.COMPOSE_MAX_RECIPIENTS]
    return _page(request, list(resending.rows(chosen, person_of(request))), uuid.uuid4())


def resend(request: HttpRequest) -> HttpResponse:
    """A GET says what would be sent again, a POST sends it; what may have arrived, only if confirmed."""
    if not request.user.has_perms(["messaging.view_message", "messaging.add_message"]):
        raise PermissionDenied
    data = request.POST if request.method == "POST" else request.GET
    keys = [key for text in data.getlist("message") if (key := _uuid(text))]
    found = list(resending.rows(keys[: settings.COMPOSE_MAX_RECIPIENTS], person_of(request)))
    if not found:
        raise Http404
    token = _uuid(data.get("token", "")) or uuid.uuid4()
    if request.method == "POST" and data.get("do") == "send":
        return _send(request, found, token)
    return _page(request, found, token)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _send(request: HttpRequest, found: Sequence[Message], token: uuid.UUID) -> HttpResponse:
    confirmed = request.POST.get("confirmed") == "yes"
    copies = resending.resend(found, person_of(request), _batch(token, found, confirmed), confirmed=confirmed)
    if not copies:
        return _page(request, found, token, status=422 if request.POST.get("asked") else 200)
    return _landed(request, copies, len(found) - len(copies))


def _batch(token: uuid.UUID, found: Sequence[Message], confirmed: bool) -> uuid.UUID:
    """Equal for a double click and a reload; new for other rows, or once doubtful ones are confirmed."""
    return uuid.uuid5(token, " ".join([str(confirmed), *(str(row.public_id) for row in found)]))


def _landed(request: HttpRequest, copies: Sequence[Message], left_out: int) -> HttpResponse:
    """One message has a page; several have the list of their batch."""
    _say_what_happened(request, copies, left_out)
    if len(copies) == 1:
        page = reverse("admin:messaging_message_change", args=[copies[0].public_id])
        return HttpResponseRedirect(page)
    return HttpResponseRedirect(f"{reverse('admin:messaging_message_changelist')}?batch={copies[0].batch}")


def _say_what_happened(request: HttpRequest, copies: Sequence[Message], left_out: int) -> None:
    """Somebody who presses again much later must not believe that another one left."""
    if timezone.now() - copies[0].created_at > DOUBLE_CLICK:
        messages.warning(request, _("It was sent again before; this is what became of it."))
        return
    if left_out:
        text = ngettext("%(count)s was left out.", "%(count)s were left out.", left_out)
        messages.warning(request, text % {"count": left_out})
    if len(copies) == 1:
        messages.success(request, _("The message is sent again; this is the page of the new one."))
        return
    text = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", len(copies))
    messages.success(request, text % {"count": len(copies)})


def _page(
    request: HttpRequest, found: Sequence[Message], token: uuid.UUID, status: int = 200
) -> HttpResponse:
    """What would be sent, what needs a word first, and what is refused and why."""
    context = admin.site.each_context(request) | {
        "title": _("Send again"),
        "plan": resending.plan(found, person_of(request)),
        "messages_chosen": found,
        "token": token,
        "is_unconfirmed": status == 422,
    }
    return TemplateResponse(request, "messaging/resend.html", context, status=status)
