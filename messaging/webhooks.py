"""Where providers report: keep the raw body first, answer, and apply what it says.

wrong address                404        nobody's business, and not kept
wrong signature              400        nothing is believed; the refusal is kept
too large                    413        the refusal is kept, the body is not read
our secret is unreadable     503        nothing is believed until FIELD_ENCRYPTION_KEYS is whole again
anything else                200        kept, even if unreadable or about nothing we know
our own bug                  500        kept, so that it can be applied again
"""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.intake import apply_delivery
from messaging.models import Bot, DeliveryState, WebhookDelivery
from messaging.models.encryption import Undecryptable
from messaging.providers import PROVIDERS
from messaging.providers.base import WebhookRejected

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, kind: str, token: str) -> HttpResponse:
    bot = Bot.objects.select_related("account").filter(webhook_token=token, account__kind=kind).first()
    if bot is None or not constant_time_compare(bot.webhook_token, token):
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
    return _answer(200, apply_delivery(delivery))


def _refuse(bot: Bot, status: int, why: str, size: int) -> HttpResponse:
    logger.warning("Webhook of bot %s refused: %s", bot.pk, why)
    WebhookDelivery.objects.create(bot=bot, body=b"", size=size, state=DeliveryState.REFUSED, error=why)
    return _answer(status, why)


def _answer(status: int, result: str) -> JsonResponse:
    return JsonResponse({"result": result}, status=status)


def _length(request: HttpRequest) -> int:
    declared = request.headers.get("Content-Length", "")
    return min(int(declared), 2**31 - 1) if declared.isdecimal() else 0
