"""What nobody knows about a message: the evidence on its page, the decision, and a filter for the list."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from messaging import deciding, listing, reconciling, silence
from messaging.deciding import ASSUMED, Undecidable
from messaging.models import Attempt, Direction, Message, Source
from messaging.statuses import Status

# -- What the page shows -------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A listed message that may be the one in question."""

    provider_id: str
    word: str
    at: dt.datetime | None


@dataclass(frozen=True)
class Question:
    """An unknown outcome: what is known, what was asked, and what a person may do about it from when on.

    `finding` is what the provider's list said last, a word of `reconciling`. `again` is the row that was
    sent in its place.
    """

    attempt: Attempt | None
    is_listed: bool
    finding: str
    candidates: list[Candidate]
    offered_at: dt.datetime
    refusal: str
    again: Message | None

    @property
    def is_open(self) -> bool:
        return self.again is None

    @property
    def is_offered(self) -> bool:
        return self.is_open and self.offered_at <= timezone.now()


def context(message: Message) -> dict[str, Any]:
    """What a message's page says about an outcome that is unknown, or about news that do not come."""
    if message.direction == Direction.IN:
        return {}
    if message.status == Status.UNKNOWN:
        return {"question": question(message)}
    if message.status == Status.ACCEPTED:
        return {
            "assumed": message.events.filter(word=ASSUMED, source=Source.PERSON).first(),
            "is_reported": listing.is_listed(message),
            "is_silent": silence.is_silent(message),
        }
    return {}


def question(message: Message) -> Question:
    finding = reconciling.finding(message)
    return Question(
        attempt=deciding.uncertain_attempt(message),
        is_listed=listing.is_listed(message),
        finding=finding.word if finding else "",
        candidates=[_candidate(one) for one in finding.raw.get("candidates", ())] if finding else [],
        offered_at=deciding.offered_at(message),
        refusal=deciding.refusal(message),
        again=message.resends.select_related("created_by").first(),
    )


def _candidate(kept: Mapping[str, str]) -> Candidate:
    return Candidate(kept["id"], kept["word"], parse_datetime(kept["at"]) if kept["at"] else None)


# -- The decision --------------------------------------------------------------------------------


def assume_sent(request: HttpRequest, message: Message) -> Message:
    assert request.user.is_authenticated
    deciding.assume_sent(message, request.user)
    messages.success(request, _("Recorded: the message is taken for sent."))
    return message


def send_again(request: HttpRequest, message: Message) -> Message:
    assert request.user.is_authenticated
    again = deciding.send_again(message, request.user)
    messages.success(request, _("The message is sent again; this is the page of the new one."))
    return again


Decision = Callable[[HttpRequest, Message], Message]
DECISIONS: dict[str, Decision] = {"assume_sent": assume_sent, "send_again": send_again}


def settle(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A button of the page, POST only. Afterwards the page of the message that the decision leads to."""
    message = Message.objects.for_user(request.user).filter(public_id=public_id).first()
    decide = DECISIONS.get(request.POST.get("decision", ""))
    if message is None or decide is None:
        raise Http404
    if not request.user.has_perms(["messaging.view_message", "messaging.settle_message"]):
        raise PermissionDenied
    try:
        message = decide(request, message)
    except Undecidable as error:
        messages.error(request, error.sentence)
    return HttpResponseRedirect(reverse("admin:messaging_message_change", args=[message.public_id]))
