"""What the web process's database says before and after calls came in. Told what to do by `bench.webhook`."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Count, F, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.utils import timezone

from messaging.models import Bot, Conversation, DeliveryState, Message, WebhookDelivery
from messaging.models.conversations import WINDOW
from messaging.statuses import Status

from .cast import CAMPAIGN_BOT
from .processes import answer_lines

Answer = dict[str, Any]


def prepare() -> Answer:
    """The provider has taken every message of the campaign, and told us the id `bench-` and its key."""
    bot = Bot.objects.get(provider_id=CAMPAIGN_BOT)
    provider_id = Concat(Value("bench-"), Cast(F("pk"), CharField()))
    rows = Message.objects.filter(bot=bot)
    rows.update(provider_id=provider_id, status=Status.ACCEPTED, accepted_at=timezone.now())
    keys = rows.order_by("pk").values_list("pk", flat=True)
    return {"token": bot.webhook_token, "first": keys[0], "rows": len(keys)}


def books() -> Answer:
    """How many calls are stored, in which state, and how many messages they moved."""
    states = WebhookDelivery.objects.order_by().values_list("state").annotate(Count("pk"))
    moved = Message.objects.filter(status=Status.DELIVERED).count()
    return {"stored": sum(count for _state, count in states), "states": dict(states), "moved": moved}


def waiting() -> Answer:
    return {"waiting": WebhookDelivery.objects.filter(state=DeliveryState.RECEIVED).count()}


def open_conversations(count: int) -> Answer:
    """People have written a moment ago, and somebody who may see all of it is logged in."""
    now = timezone.now()
    keys = list(Conversation.objects.order_by("pk").values_list("pk", flat=True)[:1000])
    Conversation.objects.filter(pk__in=keys).update(last_inbound_at=now, window_ends_at=now + WINDOW)
    person = User.objects.create_user("bench", is_staff=True)
    person.groups.add(Group.objects.get(name="Supervisors"))
    client = Client()
    client.force_login(person)
    return {"session": client.cookies["sessionid"].value, "keys": keys[:count]}


def main(_arguments: Sequence[str]) -> None:
    answer_lines(
        {"prepare": prepare, "books": books, "waiting": waiting, "open_conversations": open_conversations}
    )
