"""Open the list of messages in many ways, and say how long the server took for each.

Each way finds a full page in a short history and in a long one, or no row in either, so that what is drawn is
the same and only the finding differs.
"""

import datetime as dt
import json
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from messaging.models import Bot, Message

TIMES = 7
PAGE = "/admin/messaging/message/"


def main(_arguments: Sequence[str]) -> None:
    person = User.objects.get(username="bench")
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    client.get(PAGE)
    found = {name: _times(client, query) for name, query in _queries(person).items()}
    sys.stdout.write(json.dumps(found) + "\n")


def _queries(person: User) -> dict[str, dict[str, str]]:
    top = Message.objects.order_by("-pk").values_list("pk", flat=True)[0]
    deep = {"before": str(top // 3)}
    month = (timezone.now() - dt.timedelta(days=90)).date().isoformat()
    filters = _filters(person, month)
    far = {f"{name}, deep": query | deep for name, query in filters.items() if name in DEEP}
    return {"first": {}, "deep": deep, "newer": {"after": str(top // 3)}} | filters | far


# Those whose rows lie everywhere in history.
DEEP = ("status", "two statuses", "bot", "template", "agent", "reason", "word")


def _filters(person: User, month: str) -> dict[str, dict[str, str]]:
    return {
        "status": {"status": "failed"},
        "two statuses": {"status__in": "delivered,read"},
        "bot": {"bot": str(Bot.objects.order_by("pk")[1].pk)},
        "template": {"template": "aviso_pedido"},
        "agent": {"created_by": str(person.pk)},
        "send": {"batch": "00000000-0000-0000-0000-000000000005"},
        "received": {"direction": "in"},
        "sent": {"direction": "out"},
        "kind": {"kind": "text"},
        "no such kind": {"kind": "video"},
        "reason": {"reason": "undeliverable"},
        "code": {"provider_code": "133"},
        "silent": {"news": "none"},
        "last week": {"since": "7"},
        "until": {"to": month},
        "until, status": {"to": month, "status": "failed"},
        "number": {"person": "+593 99 000 0123"},
        "name": {"person": "Persona 12"},
        "word": {"q": "pedido"},
        "every message's word": {"q": "hola"},
        "rare word": {"q": "urgente"},
        "no such word": {"q": "zzz"},
        "word, status": {"q": "pedido", "status": "sent"},
        "bot, status": {"status": "failed", "bot": str(Bot.objects.order_by("pk")[1].pk)},
    }


def _times(client: Client, query: dict[str, str]) -> list[float]:
    address = f"{PAGE}?{urlencode(query)}"
    client.get(address)
    return [_milliseconds(client, address) for _ in range(TIMES)]


def _milliseconds(client: Client, address: str) -> float:
    began = time.perf_counter()
    response = client.get(address)
    took = (time.perf_counter() - began) * 1000
    if response.status_code != 200 or b"alert--bad" in response.content:
        raise ValueError(f"{address} answered {response.status_code}")
    return took
