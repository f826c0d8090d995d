"""Where providers report: keep the raw body first, answer, and apply what it says after that.

wrong address                404        nobody's business, and not kept
wrong signature              400        nothing is believed; the refusal is kept
too large                    413        the refusal is kept, the body is not read
our secret is unreadable     503        nothing is believed until FIELD_ENCRYPTION_KEYS is whole again
anything else                200        kept, even if unreadable or about nothing we know
our own bug                  500        not kept, so that the provider says it again

A bug in applying it comes after the answer: the call is then kept as failed, and can be applied again.
"""

import logging
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging import applying
from messaging.models import Bot, DeliveryState, WebhookDelivery
from messaging.models.encryption import Undecryptable
from messaging.providers import PROVIDERS
from messaging.providers.base import WebhookRejected

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    bot = _bot(kind, token)
    if bot is None:
        return _answer(404, "no_such_webhook")
    body = request.read(settings.WEBHOOK_MAX_BYTES + 1)
    if len(body) > settings.WEBHOOK_MAX_BYTES:
        return _refuse(bot, 413, f"larger than {settings.WEBHOOK_MAX_BYTES} bytes", _length(request))
    if isinstance(bot.webhook_secret, Undecryptable):
        return _refuse(bot, 503, "the secret of the signature cannot be read", len(body))
    try:
        secret = (bot.webhook_secret or {}).get("secret", "")
        PROVIDERS[kind].verify(request.headers, body, secret, url=settings.SITE_URL + request.path)
    except WebhookRejected:
        return _refuse(bot, 400, "wrong signature", len(body))
    delivery = WebhookDelivery.objects.create(bot=bot, body=body, size=len(body))
    applying.soon(delivery)
    return _answer(200, delivery.state)


# Bots by their address, and until when that is believed. Only those that are there get in.
_known: dict[tuple[str, str], tuple[Bot, float]] = {}
# So many seconds a changed address or secret of a signature may still be taken.
BELIEVED = 5.0


def _bot(kind: str, token: str) -> Bot | None:
    """Whose address this is. The account is left out: its credentials take long to decipher."""
    bot, until = _known.get((kind, token), (None, 0.0))
    if bot is None or until < time.monotonic():
        bots = Bot.objects.filter(webhook_token=token, account__kind=kind)
        bot = bots.only("webhook_token", "webhook_secret").first()
        if bot is None or not constant_time_compare(bot.webhook_token, token):
            return None
        _known[kind, token] = bot, time.monotonic() + BELIEVED
    return bot


def _refuse(bot: Bot, status: int, why: str, size: int) -> HttpResponse:
    logger.warning("Webhook of bot %s refused: %s", bot.pk, why)
    WebhookDelivery.objects.create(bot=bot, body=b"", size=size, state=DeliveryState.REFUSED, error=why)
    return _answer(status, why)


def _answer(status: int, result: str) -> JsonResponse:
    return JsonResponse({"result": result}, status=status)


def _length(request: HttpRequest) -> int:
    declared = request.headers.get("Content-Length", "")
    return min(int(declared), 2**31 - 1) if declared.isdecimal() else 0
