"""What Bird's answers and failures say: https://docs.bird.com/api/channels-api/api-reference/messaging

Documented are the envelopes and the statuses 400, 404, 409 and 422. Of the words in `code` only those of
`KNOWN_CODES` were ever seen, so the others give way to the HTTP status.
"""

from django.utils.translation import gettext_lazy as _

from .base import Answer, Kind, ProviderError, Scope
from .fields import Fields, first, mapping

KNOWN_CODES = frozenset({"InvalidPayload", "NotInDraft"})
# What a 404 about the address itself is about; a template that is not there concerns one message only.
PLACES = ("channel not found", "workspace not found")
# A message that was taken and refused at once: the answer is then a success with one of these.
REFUSED = frozenset({"rejected", "sending_failed", "delivery_failed", "skipped", "deleted"})
MAX_REASONS = 20


def raise_for(answer: Answer) -> None:
    """Raise ProviderError for everything but success."""
    if answer.status < 300:
        return
    data = mapping(answer.data)
    text = _text(data)
    kind, scope = _conclusion(answer.status, text)
    raise ProviderError(
        text or _("Bird answered with HTTP status %(status)s.") % {"status": answer.status},
        kind=kind,
        scope=scope,
        code=_code(answer.status, data, text),
        retry_after=answer.retry_after,
        answer=answer,
    )


def raise_if_refused(answer: Answer) -> None:
    """Raise ProviderError for a message that Bird took and refused in one breath."""
    message = mapping(answer.data)
    word = first(message, "status")
    if word not in REFUSED:
        return
    code, detail = failure(message)
    raise ProviderError(
        detail or _("Bird refused the message at once (%(word)s).") % {"word": word},
        kind=Kind.REFUSED,
        code=code or "rejected_by_provider",
        answer=answer,
    )


def failure(message: Fields) -> tuple[str, str]:
    """Code and text of a message that failed: WhatsApp's own code where it is the source, else Bird's.

    https://docs.bird.com/api/channels-api/message-status-and-interactions/message-failure-sources
    """
    told = mapping(message.get("failure"))
    source = mapping(told.get("source"))
    code = first(source, "code") if first(source, "name") == "whatsapp" else ""
    texts = (first(told, "description"), first(message, "reason"), first(message, "details"))
    return (code or first(told, "code"))[:100], " · ".join(dict.fromkeys(filter(None, texts)))[:2000]


def _conclusion(status: int, text: str) -> tuple[Kind, Scope]:
    """What an answer that is no success says about the request.

    A server error is said to be safe to repeat, but nothing says that the message was not taken.
    """
    if status in (401, 403, 429) or 300 <= status < 400 or (status == 404 and _is_place(text)):
        return Kind.NOT_SENT, Scope.BOT
    return (Kind.UNKNOWN if status >= 500 else Kind.REFUSED), Scope.MESSAGE


def _code(status: int, data: Fields, text: str) -> str:
    if status == 404 and _is_place(text):
        return "bot_not_found"
    code = first(data, "code")
    return code if code in KNOWN_CODES else f"http_{status}"


def _is_place(text: str) -> bool:
    return any(place in text.casefold() for place in PLACES)


def _text(data: Fields) -> str:
    """The sentence, and what a validation error says about each field."""
    sentences = [first(data, "message")]
    for path, reasons in list(mapping(data.get("details")).items())[:MAX_REASONS]:
        said = reasons if isinstance(reasons, list) else [reasons]
        sentences.append(f"{path.lstrip('.')}: {', '.join(str(reason) for reason in said)}")
    return " · ".join(filter(None, sentences))[:1000]
