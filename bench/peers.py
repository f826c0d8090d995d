"""What the peers run: one task for each message, which stores the answer the simple way."""

import base64
import os
from functools import cache
from typing import Any

import requests
from django.utils import timezone

from messaging.models import Message
from messaging.statuses import Status

from .cast import CAMPAIGN_BOT, CREDENTIALS

_SECONDS = 30


def send_plainly(pk: int) -> None:
    """As the first tutorial does it."""
    message = Message.objects.get(pk=pk)
    response = requests.post(_url(), json=_body(message), headers=_headers(), timeout=_SECONDS)
    _store(message, response)


def send_over_session(pk: int) -> None:
    """With one keep-alive session for each process."""
    message = Message.objects.get(pk=pk)
    _store(message, _session().post(_url(), json=_body(message), timeout=_SECONDS))


@cache
def _session() -> requests.Session:
    session = requests.Session()
    session.headers.update(_headers())
    return session


@cache
def _url() -> str:
    return f"{os.environ['BENCH_STUB']}/v2/whatsapp/{CAMPAIGN_BOT}/hsm"


@cache
def _headers() -> dict[str, str]:
    pair = f"{CREDENTIALS['client_id']}:{CREDENTIALS['client_secret']}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _body(message: Message) -> dict[str, Any]:
    return {
        "elementName": message.content["element_name"],
        "destinations": [message.to],
        "language": message.content["language"],
        "type": "text",
        "parameters": list(message.content["values"].values()),
    }


def _store(message: Message, response: requests.Response) -> None:
    response.raise_for_status()
    message.provider_id = response.json()[0]["id"]
    message.status = Status.ACCEPTED
    message.accepted_at = timezone.now()
    message.save()
