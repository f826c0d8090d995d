"""Bots whose provider tells us nothing: its list is read instead, every few minutes, to the same history.

A bot is deaf when its provider has taken a message since it last called, and has still not called two minutes
later. A call that comes ends that by itself, so nobody has to say which bots are to be polled.

    statuses       what the list says of each message, at the pace of `PACES`
    interactions   that it was read, where the provider lists that apart: one call for each message
    inbox          what people wrote, where the provider lists it: each minute, because somebody waits
"""

import datetime as dt
import functools
import operator
import random
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q
from django.utils import timezone

from messaging import listing, matching
from messaging.events import News, record_status
from messaging.intake import apply_event, open_window
from messaging.listing import news_of
from messaging.matching import Doubt
from messaging.models import Bot, DeliveryState, Direction, Message, Source
from messaging.providers import PROVIDERS
from messaging.providers.base import Event
from messaging.providers.evidence import Evidence
from messaging.statuses import Status

# How long after taking a message a provider may be silent and still be believed to call.
PATIENCE = dt.timedelta(minutes=2)
# Up to which age a message is asked about how often; older ones are left to `silence`.
PACES = (
    (dt.timedelta(hours=1), dt.timedelta(minutes=5)),
    (dt.timedelta(hours=6), dt.timedelta(minutes=30)),
    (dt.timedelta(hours=24), dt.timedelta(hours=3)),
)
# What may still become something else.
OPEN = (Status.ACCEPTED, Status.SENT, Status.DELIVERED)
# What may have been read already.
ON_THE_WAY = (Status.SENT, Status.DELIVERED)
BATCH = 300


def last_call(bot: Bot) -> dt.datetime | None:
    """When its provider last called and was believed."""
    calls = bot.deliveries.exclude(state=DeliveryState.REFUSED).order_by("-pk")
    return calls.values_list("received_at", flat=True).first()


def is_deaf(bot: Bot) -> bool:
    """Whether news that should have come by itself has not."""
    now = timezone.now()
    since = max(last_call(bot) or now - PACES[-1][0], now - PACES[-1][0])
    rows = Message.objects.filter(listing.listed(), bot=bot, created_at__gte=now - PACES[-1][0])
    return rows.filter(accepted_at__gt=since, accepted_at__lte=now - PATIENCE).exists()


def due() -> list[Message]:
    """What to look up now in the lists of providers that do not call, the oldest first."""
    askable = Bot.objects.filter(pk__in=listing.askable_bots()).select_related("account")
    deaf = [bot.pk for bot in askable if is_deaf(bot)]
    if not deaf:
        return []
    rows = Message.objects.filter(listing.listed(), _is_time(), bot__in=deaf, status__in=OPEN)
    rows = rows.exclude(provider_id="").select_related("bot__account", "template")
    return list(rows.defer("content", "text").order_by("created_at")[:BATCH])


def _is_time() -> Q:
    now = timezone.now()
    younger = now
    turns = []
    for age, pause in PACES:
        is_of_age = Q(accepted_at__gt=now - age, accepted_at__lte=younger)
        turns.append(is_of_age & (Q(checked_at=None) | Q(checked_at__lte=now - pause)))
        younger = now - age
    return functools.reduce(operator.or_, turns) & Q(created_at__gte=now - PACES[-1][0])


def ask(bot: Bot, element_name: str, messages: Sequence[Message], ends: float) -> None:
    """Ask about rows of one bot and template. Raises ProviderError, and OutOfTime when the round is over."""
    Message.objects.filter(pk__in=[one.pk for one in messages]).update(checked_at=timezone.now())
    for spell in matching.spells([[_around(one)] for one in messages]):
        found = {one.provider_id: one for one in listing.read(bot, element_name, spell, ends).rows.values()}
        for (doubt,) in spell.rivalries:
            if evidence := found.get(doubt.message.provider_id):
                _apply(bot, doubt.message, evidence)
    if bot.account.provider.lists_interactions:
        _ask_what_people_did(bot, messages, ends)


def _ask_what_people_did(bot: Bot, messages: Sequence[Message], ends: float) -> None:
    """In any order: when the time is over, it must not be over for the same ones each time."""
    there = Message.objects.filter(pk__in=[one.pk for one in messages], status__in=ON_THE_WAY)
    numbers = list(there.values_list("provider_id", flat=True))
    random.shuffle(numbers)
    for number in numbers:
        listing.take_turn(bot, ends)
        for event in bot.account.provider.interactions(bot.provider_id, number):
            apply_event(bot, event, Source.RECONCILE)


def _around(message: Message) -> Doubt:
    assert message.accepted_at is not None
    return Doubt(message, message.accepted_at - matching.TOLERANCE, message.accepted_at + matching.TOLERANCE)


def _apply(bot: Bot, message: Message, evidence: Evidence) -> None:
    """Every step that the list gives a time for, and then what it says of now."""
    news = news_of(message, evidence, bot.account.provider)
    for step in evidence.steps:
        record_status(message, _step(news, step.word, step.status, step.at))
    if evidence.status != Status.ACCEPTED and evidence.word not in {step.word for step in evidence.steps}:
        record_status(message, news)
    if evidence.is_reply and evidence.at:
        open_window(bot, message.contact, evidence.at, unread=0)


def _step(news: News, word: str, status: Status, at: dt.datetime) -> News:
    return replace(news, word=word, status=status, at=at, reason="", code="", detail="")


# -- What people wrote -----------------------------------------------------------------------------


def unheard() -> list[Bot]:
    """Bots whose provider does not call, or never has, and lists what people write."""
    bots = Bot.objects.filter(pk__in=listing.askable_bots()).select_related("account")
    able = [bot for bot in bots if PROVIDERS[bot.account.kind].lists_inbound]
    return [bot for bot in able if last_call(bot) is None or is_deaf(bot)]


def read_inbox(bot: Bot, ends: float) -> None:
    """What came since the last one we know of. Raises ProviderError, and OutOfTime before the first page.

    The oldest is applied first, as it was written, so that each is linked to what it answers.
    """
    found: list[Event] = []
    listing.take_turn(bot, ends)
    try:
        for page in bot.account.provider.inbox(bot.provider_id, _last_heard(bot)):
            found += page
            listing.take_turn(bot, ends)
    except listing.OutOfTime:
        pass  # what was read counts; the next round begins where this one ended
    for event in sorted(found, key=lambda event: event.at or timezone.now()):
        apply_event(bot, event, Source.RECONCILE)


def _last_heard(bot: Bot) -> dt.datetime:
    """At most a day ago: what is older opens no window any more."""
    oldest = timezone.now() - PACES[-1][0]
    rows = Message.objects.filter(bot=bot, direction=Direction.IN, created_at__gte=oldest)
    last = rows.order_by("-created_at").values_list("created_at", flat=True).first()
    return max(last - matching.TOLERANCE, oldest) if last else oldest
