"""Jelou's addresses, with and without a slash at the end exactly as documented."""

from django.urls import path

from messaging.simulator.jelou import hooks, listing, notices, sending
from messaging.simulator.jelou.gate import endpoint

urlpatterns = [
    path("v2/whatsapp/<str:bot_id>/hsm", endpoint("send", POST=sending.send_template)),
    path("v1/bots/<str:bot_id>/messages", endpoint("send", POST=sending.send_session)),
    path("v1/whatsapp/messages", endpoint("send", POST=sending.send_legacy)),
    path("v1/bots/<str:bot_id>/templates", endpoint("templates", GET=listing.list_templates)),
    path("v1/external/bots/<str:bot_id>/notifications", endpoint("notifications", GET=notices.list_current)),
    path("v1/bots/<str:bot_id>/notifications", endpoint("notifications", GET=notices.list_older)),
    path(
        "v1/bots/<str:bot_id>/notifications/<str:notification_id>",
        endpoint("notifications", GET=notices.one_older),
    ),
    path(
        "v1/bots/<str:bot_id>/events/webhook",
        endpoint("webhooks", GET=hooks.subscriptions, POST=hooks.subscribe),
    ),
    path("v1/bots/<str:bot_id>/webhook/", endpoint("webhooks", POST=hooks.set_inbound)),
]
