"""What Jelou's answers say when they are no success, in every shape seen: docs/providers.md lists them.

https://docs.jelou.ai/en/api/introduction
"""

from django.utils.translation import gettext_lazy as _

from .base import JSON, Answer, Kind, ProviderError, Scope


def raise_for(answer: Answer) -> None:
    """Raise ProviderError for everything but success. Bodies: https://docs.jelou.ai/en/api/introduction"""
    if answer.status < 300 and not _says_failed(answer.data):
        return
    code, text = _code(answer.data), _text(answer.data)
    kind, scope = _conclusion(answer)
    raise ProviderError(
        text or _("Jelou answered with HTTP status %(status)s.") % {"status": answer.status},
        kind=kind,
        scope=scope,
        code=code or f"http_{answer.status}",
        retry_after=answer.retry_after,
        answer=answer,
    )


def _conclusion(answer: Answer) -> tuple[Kind, Scope]:
    """What an answer that is no success says about the request.

    Assumed: a server error whose JSON says "failed" was not taken. Any other server error proves nothing.
    """
    if answer.status in (401, 403) or _code(answer.data) in ("E1019", "BOT_NOT_FOUND", "bot_not_found"):
        return Kind.NOT_SENT, Scope.BOT
    if answer.status == 429:
        return Kind.NOT_SENT, Scope.BOT
    if answer.status >= 500:
        return (Kind.NOT_SENT if _says_failed(answer.data) else Kind.UNKNOWN), Scope.MESSAGE
    if 300 <= answer.status < 400:
        return Kind.NOT_SENT, Scope.BOT
    return Kind.REFUSED, Scope.MESSAGE


def _says_failed(data: JSON) -> bool:
    if not isinstance(data, dict):
        return False
    return "failed" in (data.get("status"), data.get("statusMessage")) or data.get("success") is False


def _code(data: JSON) -> str:
    """The most telling code of a body: the envelope's key, its number, or the plain `code`."""
    if not isinstance(data, dict):
        return ""
    error = data.get("error")
    candidates = [error.get("key"), error.get("code")] if isinstance(error, dict) else []
    return next((str(code) for code in [*candidates, data.get("code")] if code), "")


def _text(data: JSON) -> str:
    """The sentence of a body, with the fields that a validation error names."""
    if not isinstance(data, dict):
        return ""
    message = data.get("message") or data.get("description") or ""
    sentences = [str(part) for part in message] if isinstance(message, list) else [str(message)]
    invalid = data.get("validationError")
    for name, reasons in invalid.items() if isinstance(invalid, dict) else ():
        sentences.append(f"{name}: {_localised(reasons)}")
    return " ".join(filter(None, sentences))[:1000]


def _localised(reasons: JSON) -> str:
    reason = reasons[0] if isinstance(reasons, list) and reasons else reasons
    return (
        str(reason.get("en") or next(iter(reason.values()), "")) if isinstance(reason, dict) else str(reason)
    )
