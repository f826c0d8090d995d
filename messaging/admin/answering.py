"""What people do in a conversation: answer, leave a note, hand it over, close it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from messaging import composing, conversing
from messaging.forms.compose import ComposeForm
from messaging.forms.keys import as_key
from messaging.models import Conversation
from templates_app.rules import Problem

from .shelves import person_of
from .threads import composer, may_act, may_answer, thread_page


@require_POST
@may_answer
def answer(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """A text, sent as Compose sends it: the same checks, and the same page posted twice sends once."""
    form = ComposeForm(request.user, _as_compose(request, conversation))
    if form.draft and form.plan and form.plan.can_send:
        composing.send(form.draft, form.plan, sender=person_of(request), batch=form.batch)
        return _done(request, conversation, note_text=request.POST.get("note", ""))
    return _failed(request, conversation, problems=_problems(form), token=form.page_token)


def _as_compose(request: HttpRequest, conversation: Conversation) -> QueryDict:
    data = QueryDict(mutable=True)
    posted = {name: request.POST.get(name, "") for name in ("text", "token")}
    to = {"bot": str(conversation.bot_id), "contact": str(conversation.contact.public_id)}
    data.update({"kind": "text"} | to | posted)
    return data


def _problems(form: ComposeForm) -> list[Problem]:
    """Why it cannot be sent: what is wrong with the text or the bot, and why this person gets nothing."""
    if form.plan is None:
        return [Problem("bot", _("You may not send from this bot."))]
    refused = [Problem("recipients", str(one.why)) for one in form.plan.refused]
    return refused or [problem for problem in form.plan.problems if problem.hard]


def _done(request: HttpRequest, conversation: Conversation, **kept: Any) -> HttpResponse:
    """The composer anew, and a sign for the page to ask for news; without htmx, the page itself."""
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(reverse("admin:conversation", args=[conversation.pk]))
    return _composer_again(request, conversation, kept, {"HX-Trigger": "news"})


def _failed(request: HttpRequest, conversation: Conversation, **why: Any) -> HttpResponse:
    """With all that was typed."""
    kept = {"text": request.POST.get("text", ""), "note_text": request.POST.get("note", "")} | why
    if not getattr(request, "htmx", False):
        return thread_page(request, conversation, status=422, **kept)
    return _composer_again(request, conversation, kept, {})


def _composer_again(
    request: HttpRequest, conversation: Conversation, kept: dict[str, Any], headers: dict[str, str]
) -> HttpResponse:
    context = {"conversation": conversation} | composer(request, conversation) | kept
    return TemplateResponse(request, "messaging/conversation_composer.html", context, headers=headers)


@require_POST
@may_act
def note(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    try:
        conversing.leave_note(conversation, person_of(request), request.POST.get("note", ""))
    except ValueError as error:
        return _failed(request, conversation, note_problem=str(error))
    return _done(request, conversation, text=request.POST.get("text", ""))


@require_POST
@may_act
def assign(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """To a colleague, to oneself, or to nobody."""
    key = as_key(request.POST.get("to"))
    candidates = conversing.colleagues(conversation.bot)
    person = person_of(request) if key == request.user.pk else candidates.filter(pk=key or 0).first()
    if key and person is None:
        raise Http404
    conversing.assign(conversation, person)
    return _back(conversation)


@require_POST
@may_act
def set_state(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """Close it, open it again, or put it back among the unread ones."""
    state = request.POST.get("state", "")
    if state == "unread":
        conversing.mark_unread(conversation)
        return HttpResponseRedirect(reverse("admin:conversations"))
    if state not in Conversation.State.values:
        raise Http404
    conversing.set_state(conversation, state)
    return _back(conversation)


def _back(conversation: Conversation) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:conversation", args=[conversation.pk]))
