"""The compose page. One form and one plan serve the first look, every keystroke, and Send."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django_htmx.middleware import HtmxDetails

from messaging import composing, phones, windows
from messaging.forms.compose import VALUE_PREFIX, ComposeForm
from messaging.forms.keys import as_key
from messaging.models import Bot, Contact, Conversation, Message, Tag
from templates_app.components import Variable
from templates_app.rendering import bubble_html
from templates_app.rules import Problem

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
    form = ComposeForm(request.user, _posted(request))
    wants_to_send = request.POST.get("do") == "send"
    if form.draft:
        windows.refresh(form.draft.bot, form.audience.contacts)
    if wants_to_send and form.plan and form.plan.can_send:
        return _send(request, form)
    context = _context(request, form, strict=wants_to_send)
    template = "messaging/compose_workspace.html" if request.htmx else "messaging/compose.html"
    return TemplateResponse(request, template, context, status=422 if wants_to_send else 200)


@may_compose
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What a keystroke changes: the bubble, the problems at their fields, and who gets it. Always 200."""
    form = ComposeForm(request.user, request.POST)
    return TemplateResponse(request, "messaging/compose_preview.html", _context(request, form, strict=False))


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


# -- What the templates show ---------------------------------------------------------------------


def _context(request: HttpRequest, form: ComposeForm, *, strict: bool) -> dict[str, Any]:
    """`strict` also shows problems of fields nobody has touched yet: after Send, not while typing."""
    problems = _by_field(form, strict=strict)
    return {
        "title": _("Compose"),
        "form": form,
        "plan": form.plan,
        "problems": problems,
        "other_problems": _elsewhere(form, problems),
        "kinds": _kinds(form),
        "fields": _value_fields(form, problems),
        "bubble": _bubble(form),
        "window": _window(form),
        "media_format": form.chosen_template.components.media_format if form.chosen_template else "",
        "tags": Tag.objects.all(),
        "templates": form.templates,
        "kept": _kept(form),
        "strict": strict,
        **admin.site.each_context(request),
    }


def _elsewhere(form: ComposeForm, problems: dict[str, list[Problem]]) -> list[Problem]:
    """Problems of the whole message, which stand at no field: its length, parts that nobody here knows."""
    at_fields = {*form.fields, "recipients", "header_media"}
    at_fields |= {variable.key for variable in form.draft.variables} if form.draft else set()
    return [problem for name, found in problems.items() if name not in at_fields for problem in found]


def _kept(form: ComposeForm) -> list[tuple[str, str]]:
    """What was filled in for a template, carried along while the person looks at another kind."""
    return [
        *((VALUE_PREFIX + key, text) for key, text in form.typed.items()),
        *((name, form.data.get(name, "")) for name in ("media_url", "filename")),
    ]


def _by_field(form: ComposeForm, *, strict: bool) -> dict[str, list[Problem]]:
    """Problems under the name of the field they stand at."""
    found: dict[str, list[Problem]] = {}
    for problem in form.plan.problems if form.plan else ():
        if strict or _is_touched(form, problem):
            found.setdefault(problem.field, []).append(problem)
    return found


def _is_touched(form: ComposeForm, problem: Problem) -> bool:
    """A page nobody has filled yet is not wrong, it is empty."""
    name = {"header_media": "media_url"}.get(problem.field, problem.field)
    if name == "recipients":
        return bool(form.audience.contacts or form.audience.refused)
    if name in form.fields or name in form.typed:
        return bool((form.typed.get(name) or form.data.get(name, "")).strip())
    return not any(name == variable.key for variable in form.draft.variables) if form.draft else True


def _value_fields(form: ComposeForm, problems: dict[str, list[Problem]]) -> list[dict[str, Any]]:
    """One input for each blank of the template: what was typed, and what fills it if nothing was."""
    if form.draft is None or form.plan is None:
        return []
    contact = form.plan.sample_contact
    return [_value_field(form, variable, contact, problems) for variable in form.draft.variables]


def _value_field(
    form: ComposeForm, variable: Variable, contact: Contact | None, problems: dict[str, list[Problem]]
) -> dict[str, Any]:
    assert form.draft
    typed = form.typed.get(variable.key, "")
    filled = form.draft.value(variable, contact)
    return {
        "variable": variable,
        "label": form.draft.template.components.caption(variable) if form.draft.template else "",
        "name": VALUE_PREFIX + variable.key,
        "id": VALUE_PREFIX + variable.key.replace(".", "-"),
        "typed": typed,
        "filled": filled if filled.source else None,
        "problems": problems.get(variable.key, []),
        "is_many": len(form.audience.contacts) > 1,
    }


def _bubble(form: ComposeForm) -> str:
    if form.plan is None or (form.chosen_kind == "template" and form.chosen_template is None):
        return ""
    return bubble_html(form.plan.sample.bubble(), time=timezone.now(), show_media_from=settings.MEDIA_HOSTS)


def _window(form: ComposeForm) -> dict[str, Any]:
    """Whether the chosen people may get free text, and the sentence that says so."""
    people = [contact for contact in form.audience.contacts if contact.pk]
    if form.chosen_bot is None or not form.audience.contacts:
        return {"state": "nobody", "sentence": _("Choose a contact to see whether free text can be sent.")}
    conversations = Conversation.objects.filter(bot=form.chosen_bot, contact__in=people)
    ends = [row.window_ends_at for row in conversations if row.is_window_open and row.window_ends_at]
    if len(form.audience.contacts) == 1:
        return _single_window(ends, list(conversations))
    if ends:
        sentence = _("%(open)s of %(all)s people wrote in the last 24 hours and can get free text.")
        return {
            "state": "open",
            "sentence": sentence % {"open": len(ends), "all": len(form.audience.contacts)},
            "ends_at": min(ends),
        }
    return {"state": "closed", "sentence": _("None of them wrote in the last 24 hours. Use a template.")}


def _single_window(ends: list[Any], conversations: list[Conversation]) -> dict[str, Any]:
    if ends:
        return {"state": "open", "sentence": _("The 24-hour window is open."), "ends_at": ends[0]}
    if conversations and (last := conversations[0].last_inbound_at):
        sentence = _("The 24-hour window is closed: this contact last wrote %(ago)s ago. Use a template.")
        return {"state": "closed", "sentence": sentence % {"ago": timesince(last)}}
    sentence = _("We do not know that this contact ever wrote to this bot, so only a template can be sent.")
    return {"state": "unknown", "sentence": sentence}


def _kinds(form: ComposeForm) -> list[dict[str, Any]]:
    """The kinds of message, those that cannot be sent now with the reason."""
    can_text = _window(form)["state"] == "open"
    return [
        {
            "value": "template",
            "label": _("Template"),
            "disabled": False,
            "checked": form.chosen_kind == "template",
        },
        {
            "value": "text",
            "label": _("Text"),
            "disabled": not can_text and form.chosen_kind != "text",
            "checked": form.chosen_kind == "text",
        },
    ]
