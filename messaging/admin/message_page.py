"""The page of one message: what was sent, what became of it and why, what to do next, and the wire itself.

Whatever a provider wrote is shown without our credentials and without one-time codes. What went over the
wire is shown to those who may see it.
"""

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging import calls, deliveries, explaining, resending, statuses, waiting
from messaging.content import unsaid
from messaging.failures import UNLISTED
from messaging.models import Attempt, Direction, Message, MessageEvent, Source
from messaging.providers.base import ProviderError
from messaging.statuses import Status
from templates_app.rendering import bubble_html

from . import next_steps, outcomes

logger = logging.getLogger(__name__)

SEE_RAW = "messaging.view_raw"

# From a provider's text to what may be shown of it.
Veil = Callable[[str], str]


def context(request: HttpRequest, message: Message) -> dict[str, Any]:
    """Everything a message's page and its changing part show."""
    veil = _veil(message)
    sees_raw = request.user.has_perm(SEE_RAW)
    explanation = explaining.explain(message, request.user)
    is_out = message.direction == Direction.OUT
    title = _("Message to %(contact)s") if is_out else _("Message from %(contact)s")
    return {
        "title": title % {"contact": message.contact},
        "message": message,
        "state": explaining.STATES[message.status],
        "wait": waiting.explain(message) if message.status in statuses.WAITING else None,
        "explanation": explanation,
        "others_url": _others_url(message),
        "next_step": next_steps.step(request, message, explanation.failure) if explanation else None,
        "detail": veil(message.detail),
        "bubble": bubble_html(
            message.bubble,
            inbound=not is_out,
            time=message.created_at,
            status=message.status,
            show_media_from=settings.MEDIA_HOSTS,
        ),
        "sees_raw": sees_raw,
        "attempts": [_try(attempt, message, veil, sees_raw) for attempt in message.attempts.all()],
        "events": [_line(event, veil, sees_raw) for event in message.events.select_related("actor")],
        "again": message.resends.select_related("created_by").first(),
        "may_resend": is_out and message.status not in resending.NOT_LEFT | {Status.UNKNOWN},
        # A row is sent again once, so every look at the page by one person posts the same press.
        "token": uuid.uuid5(message.public_id, f"again {request.user.pk}"),
        "seconds_to_news": seconds_to_news(message),
        "simulator_phone": simulator_phone(message),
    } | outcomes.context(message)


def seconds_to_news(message: Message) -> int:
    """How soon a page should ask again: often while the message is young, later rarely, in the end never."""
    age = timezone.now() - message.created_at
    if message.is_final or (age > dt.timedelta(days=2) and message.status not in statuses.WAITING):
        return 0
    return 1 if age < dt.timedelta(minutes=2) else 20


def simulator_phone(message: Message) -> str:
    """Where the demo shows the phone that got this; empty outside the demo."""
    account = message.bot.account
    if not settings.SIMULATOR_URL or account.base_url != settings.SIMULATOR_URL or not message.contact.wa_id:
        return ""
    return f"{settings.SIMULATOR_URL}/phones/{message.bot.provider_id}/{message.contact.wa_id}/"


def _others_url(message: Message) -> str:
    """The list of those that ended for the same reason within the last 24 hours."""
    query = {"status__exact": message.status, "reason": message.reason, "since": "1"}
    if message.reason == UNLISTED and message.provider_code:
        query["provider_code"] = message.provider_code
    return f"{reverse('admin:messaging_message_changelist')}?{urlencode(query)}"


# -- What must not be shown ----------------------------------------------------------------------


def _veil(message: Message) -> Veil:
    try:
        provider = message.bot.account.provider
    except ProviderError:  # what cannot be read cannot be looked for in a text
        return lambda text: unsaid(message.loaded, text)
    return lambda text: unsaid(message.loaded, provider.redact(text))


def _veiled(value: Any, veil: Veil) -> Any:
    """JSON without what must not be shown, wherever in it; numbers too, for a code is one."""
    if isinstance(value, dict):
        return {veil(str(key)): _veiled(one, veil) for key, one in value.items()}
    if isinstance(value, list):
        return [_veiled(one, veil) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    text = veil(str(value))
    return value if text == str(value) else text


def _pretty(value: Any, veil: Veil) -> str:
    try:
        return json.dumps(_veiled(value, veil), indent=2, ensure_ascii=False) if value else ""
    except RecursionError:  # nested so deeply on purpose
        return str(_("It is nested too deeply to be shown."))


def _pretty_text(text: str, veil: Veil) -> str:
    try:
        return _pretty(json.loads(text), veil) or veil(text)
    except (ValueError, RecursionError):
        return veil(text)


# -- Attempts and events -------------------------------------------------------------------------


@dataclass(frozen=True)
class Try:
    """An attempt as the page shows it. `seconds` is how long the call took; `note` is about the request."""

    row: Attempt
    seconds: float | None
    error: str
    request: str = ""
    answer: str = ""
    note: str | Promise = ""


@dataclass(frozen=True)
class Line:
    """A line of history as the page shows it."""

    row: MessageEvent
    detail: str
    raw: str = ""


def _try(attempt: Attempt, message: Message, veil: Veil, sees_raw: bool) -> Try:
    attempt.message = message  # it is the same row, with all that its request was made from
    took = (attempt.ended_at - attempt.started_at).total_seconds() if attempt.ended_at else None
    error = veil(attempt.error)
    if not sees_raw:
        return Try(attempt, took, error)
    request, note = _request(attempt)
    return Try(attempt, took, error, _pretty(request, veil), _pretty_text(attempt.answer, veil), note)


def _request(attempt: Attempt) -> tuple[dict[str, Any], str | Promise]:
    """What was sent, or what today's code makes of it where that is not kept, and how the two compare."""
    try:
        today = calls.rebuilt(attempt)
    except Exception as error:  # a shape that today's code does not build any more; the page shows the rest
        # Its type alone: a text could hold what the message says.
        logger.warning("Attempt %s cannot be built again: %s", attempt.public_id, type(error).__name__)
        return attempt.request, _("Today's version cannot build this request.") if attempt.request else ""
    is_same = not attempt.request_digest or today.digest() == attempt.request_digest
    if attempt.request:
        return attempt.request, "" if is_same else _("Built by an older version, or with other settings.")
    if not attempt.request_digest:
        return {}, ""
    return json.loads(today.kept()), (
        _("Built again from the message; its digest is that of the request which was sent.")
        if is_same
        else _("Built again from the message. It differs from what was sent, which an older version built.")
    )


def delivery_context(message: Message) -> dict[str, Any]:
    delivery = deliveries.about(message)
    body = bytes(delivery.body).decode("utf-8", "replace") if delivery else ""
    return {"delivery": delivery, "body": _pretty_text(body, _veil(message))}


def _line(event: MessageEvent, veil: Veil, sees_raw: bool) -> Line:
    came = event.source in (Source.WEBHOOK, Source.RECONCILE)
    return Line(event, veil(event.detail), _pretty(event.raw, veil) if sees_raw and came else "")
