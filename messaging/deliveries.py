"""Which stored webhook a message of a contact came in: found when somebody asks, not kept on the row.

Deliveries are numbered in the order in which they came, so the first of a time is found by halving.
"""

import datetime as dt

from django.db.models import Max, Min

from messaging import intake
from messaging.models import Message, WebhookDelivery
from messaging.providers.base import InboundMessage

# By how much a provider's clock may be ahead of ours.
TOLERANCE = dt.timedelta(minutes=5)
# So many calls of the bot after that time are looked through.
MOST = 500


def about(message: Message) -> WebhookDelivery | None:
    """The first webhook that brought this inbound message; None if it is not kept or none did."""
    start = _first_since(message.created_at - TOLERANCE)
    if start is None:
        return None
    rows = WebhookDelivery.objects.filter(bot=message.bot_id, pk__gte=start).select_related("bot__account")
    return next((row for row in rows.order_by("pk")[:MOST] if _brought(row, message)), None)


def _brought(delivery: WebhookDelivery, message: Message) -> bool:
    events = intake.parsed(delivery)
    return any(
        isinstance(event, InboundMessage) and intake.identity_of(event) == message.provider_id
        for event in events
    )


def _first_since(at: dt.datetime) -> int | None:
    """The key of the first delivery that came since then; a step for each doubling of their number."""
    ends = WebhookDelivery.objects.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return None
    low, high = ends["low"], ends["high"]
    while low < high:
        middle = (low + high) // 2
        came = WebhookDelivery.objects.filter(pk__gte=middle).order_by("pk").values_list("received_at", "pk")
        received_at, key = came[0]
        if received_at < at:
            low = max(middle, key) + 1
        else:
            high = middle
    return int(low)
