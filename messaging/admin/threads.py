"""One conversation: what was said, noted, and is new. Whoever asks for news gets a 204 when there is none."""

import uuid
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from messaging import conversing, explaining
from messaging.conversing import Entry
from messaging.forms.keys import as_key
from messaging.models import Conversation, Message
from messaging.providers import PROVIDERS
from templates_app.rendering import bubble_html

from .shelves import NOTHING_NEW, page

# Seconds between two questions for news of an open thread.
THREAD_SECONDS = 4

View = Callable[..., HttpResponse]


def _with_conversation(permission: str) -> Callable[[View], View]:
    """Hands the view the conversation, if this person may see it and has the permission."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, pk: int, **more: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            rows = Conversation.objects.for_user(request.user).select_related(
                "bot__account", "contact", "assignee"
            )
            # Deciphered they take long, and nobody needs them here.
            secrets = ("webhook_secret", "account__credentials", "account__spare_credentials")
            conversation = rows.defer(*(f"bot__{name}" for name in secrets)).filter(pk=pk).first()
            if conversation is None:
                raise Http404
            return view(request, conversation, **more)

        return guarded

    return decorate


may_look = _with_conversation("messaging.view_conversation")
may_act = _with_conversation("messaging.change_conversation")
may_answer = _with_conversation("messaging.add_message")


@require_GET
@may_look
def thread(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """All of it, or a part of the past; looking at it marks it as read."""
    _mark_read(request, conversation)
    before = as_key(request.GET.get("before"))
    if request.GET.get("part") == "older":
        context = {"conversation": conversation} | _thread_context(conversation, before)
        return TemplateResponse(request, "messaging/conversation_older.html", context)
    return thread_page(request, conversation, before=before)


def thread_page(
    request: HttpRequest,
    conversation: Conversation,
    *,
    before: int | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = _thread_context(conversation, before) | composer(request, conversation) | more
    return page(request, context | {"open_pk": conversation.pk}, status)


def _mark_read(request: HttpRequest, conversation: Conversation) -> None:
    """Whoever only watches leaves it as it is."""
    if request.user.has_perm("messaging.change_conversation"):
        conversing.mark_read(conversation)


def _thread_context(conversation: Conversation, before: int | None = None) -> dict[str, Any]:
    part = conversing.thread(conversation, before)
    return {
        "conversation": conversation,
        "entries": _drawn(conversation, part.entries),
        "older_than": part.older,
        "is_past": before is not None,
        **_marks(conversation, part.entries),
    }


def _marks(conversation: Conversation, entries: Sequence[Entry]) -> dict[str, Any]:
    """What the page knows, so that it can ask for what is newer."""
    return {
        "version": conversing.version(conversation),
        "last_message": max((one.message.pk for one in entries if one.message), default=0),
        "last_note": max((one.note.pk for one in entries if one.note), default=0),
        "thread_seconds": THREAD_SECONDS,
    }


def _drawn(conversation: Conversation, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    messages = [entry.message for entry in entries if entry.message]
    for message in messages:
        message.bot = conversation.bot
    ours = explaining.our_entries(messages)
    return [
        {
            "entry": entry,
            "message": entry.message,
            "why": explaining.why(entry.message, ours) if entry.message else None,
            "note": entry.note,
            "bubble": _bubble(entry.message),
        }
        for entry in entries
    ]


def _bubble(message: Message | None) -> str:
    if message is None:
        return ""
    return bubble_html(
        message.bubble,
        inbound=message.direction == "in",
        time=message.created_at,
        status=message.status,
        show_media_from=settings.MEDIA_HOSTS,
    )


def composer(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    return {
        "token": uuid.uuid4(),
        "problems": [],
        "colleagues": conversing.colleagues(conversation.bot),
        "carries_quotes": PROVIDERS[conversation.bot.account.kind].carries_quotes,
        "last_inbound": conversing.last_inbound(conversation),
        "may_answer": request.user.has_perm("messaging.add_message"),
        "may_act": request.user.has_perm("messaging.change_conversation"),
    }


@require_GET
@may_look
def news(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    """What came since the page last knew; one cheap question if that is nothing."""
    if request.GET.get("seen") == conversing.version(conversation):
        return HttpResponse(status=NOTHING_NEW)
    after, after_note = as_key(request.GET.get("after")) or 0, as_key(request.GET.get("note")) or 0
    found = conversing.news(conversation, after, after_note)
    marks = _marks(conversation, found.entries)
    marks["last_message"] = max(marks["last_message"], after)
    marks["last_note"] = max(marks["last_note"], after_note)
    if request.GET.get("visible") == "true":
        _mark_read(request, conversation)
    context = {
        "conversation": conversation,
        "entries": _drawn(conversation, found.entries),
        "changed": _drawn(conversation, [Entry(one.created_at, message=one) for one in found.changed]),
        **marks,
        **composer(request, conversation),
    }
    return TemplateResponse(request, "messaging/conversation_news.html", context)
