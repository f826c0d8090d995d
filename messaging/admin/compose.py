"""The compose page. One form and one plan serve the first look, every keystroke, and Send."""

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.middleware import HtmxDetails

from messaging import composing, phones, windows
from messaging.admin.compose_page import page_context
from messaging.forms.compose import ComposeForm
from messaging.forms.keys import as_key
from messaging.models import Bot, Contact, Message

SEARCH_LIMIT = 8
# A second press of Send that comes this soon is the same press.
DOUBLE_CLICK = dt.timedelta(seconds=10)
LAST_BOT = "last_bot"


class HtmxRequest(HttpRequest):
    """A request as the htmx middleware leaves it."""

    htmx: HtmxDetails


may_compose = permission_required("messaging.add_message", raise_exception=True)


@may_compose
def compose(request: HtmxRequest) -> HttpResponse:
    """The page; posted, it sends if the button was Send and nothing is wrong, and else shows itself again."""
    form = ComposeForm(request.user, _posted(request), request.FILES)
    wants_to_send = request.POST.get("do") == "send"
    if form.draft:
        windows.refresh(form.draft.bot, form.audience.contacts)
    if wants_to_send and _may_leave(form):
        return _send(request, form)
    if name := request.POST.get("try", ""):
        form.attachments.try_one(name)
    context = page_context(request, form, strict=wants_to_send)
    template = "messaging/compose_workspace.html" if request.htmx else "messaging/compose.html"
    return TemplateResponse(request, template, context, status=422 if wants_to_send else 200)


def _may_leave(form: ComposeForm) -> bool:
    """Whether nothing is wrong, also with the files that WhatsApp will fetch."""
    if form.plan is None or not form.plan.can_send or form.attachments.problems:
        return False
    form.attachments.try_all(although_unknown=bool(form.data.get("untried")))
    return not form.attachments.problems


@may_compose
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What a keystroke changes: the bubble, the problems at their fields, and who gets it. Always 200."""
    form = ComposeForm(request.user, request.POST)
    context = page_context(request, form, strict=False)
    return TemplateResponse(request, "messaging/compose_preview.html", context)


@may_compose
@require_GET
def contacts(request: HttpRequest) -> HttpResponse:
    """Contacts whose name or number matches what is being typed."""
    term = request.GET.get("q", "").strip()
    people = Contact.objects.for_user(request.user).matching(term) if term else Contact.objects.none()
    found = list(people[: SEARCH_LIMIT + 1])
    context = {"found": found[:SEARCH_LIMIT], "term": term, "has_more": len(found) > SEARCH_LIMIT}
    context["new_number"] = "" if found else _as_number(request, term)
    return TemplateResponse(request, "messaging/compose_contacts.html", context)


def _as_number(request: HttpRequest, term: str) -> str:
    """How a number that nobody has yet would be written; empty for anything that cannot be one."""
    bots = Bot.objects.for_user(request.user).filter(pk=as_key(request.GET.get("bot")) or 0)
    country = bots.values_list("country", flat=True).first() or ""
    try:
        return phones.display(phones.normalise(term, country))
    except phones.InvalidPhone:
        return ""


def _send(request: HttpRequest, form: ComposeForm) -> HttpResponse:
    assert form.draft and form.plan and request.user.is_authenticated
    request.session[LAST_BOT] = form.draft.bot.pk
    sent = composing.send(form.draft, form.plan, sender=request.user, batch=form.batch)
    _say_what_happened(request, sent)
    return HttpResponseRedirect(_after(sent))


def _say_what_happened(request: HttpRequest, sent: list[Message]) -> None:
    """Somebody who went back to a page and changed it must not believe that the change was sent."""
    if timezone.now() - sent[0].created_at > DOUBLE_CLICK:
        messages.warning(request, _("This page was sent before. For another message, open Compose again."))
        return
    note = ngettext("%(count)s message queued.", "%(count)s messages queued.", len(sent))
    messages.success(request, note % {"count": len(sent)})


def _posted(request: HttpRequest) -> QueryDict:
    """What was posted or linked to; a page opened for nothing in particular starts with the last bot used."""
    if request.method == "POST":
        return request.POST
    data = request.GET.copy()
    last = request.session.get(LAST_BOT, 0)
    if "bot" not in data and Bot.objects.for_user(request.user).filter(pk=last).exists():
        data["bot"] = str(last)
    return data


def _after(sent: list[Message]) -> str:
    """One message has a page; several have the list of their batch."""
    if len(sent) == 1:
        return reverse("admin:messaging_message_change", args=[sent[0].public_id])
    return f"{reverse('admin:messaging_message_changelist')}?batch={sent[0].batch}"
