"""Rows whose outcome nobody knows, settled by the provider's own list of what it took.

    due      unknown rows to ask about now: 1, 2, 4 … minutes after the last time, at most an hour
    list     one listing for the rows of one bot and template that lie close in time
    match    which is which: by our reference where the provider keeps it (`matching.named`), else by person
             and time (`matching.pairs`); a match that is not certain is none
    settle   the provider's id and the listed status, as if the answer had come after all

What the list cannot settle is noted in the row's history, for the person who decides: `deciding`. Nothing
is ever sent here. Running it twice at once settles nothing twice.
"""

import datetime as dt
import functools
import logging
import operator
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from messaging import events, listing, matching, phones, polling, silence
from messaging.events import News, record_status
from messaging.listing import Listing, OutOfTime, news_of
from messaging.matching import Doubt, Rivals, Spell
from messaging.models import Attempt, Bot, Contact, Direction, Message, MessageEvent, Outcome, Source
from messaging.providers.base import Provider, ProviderError
from messaging.providers.evidence import Evidence
from messaging.statuses import Status

logger = logging.getLogger(__name__)

# A round takes no longer; the next minute goes on.
SLICE_SECONDS = 20
BATCH = 300
# Asked so often, some six hours have passed, and whatever was taken is listed.
MAX_CHECKS = 12
MAX_WAIT_MINUTES = 60

# What the list said, as a word in the history of a row that it did not settle.
NOT_LISTED = "NOT_LISTED"
CANDIDATES = "CANDIDATES"
TOO_LONG = "TOO_LONG"
# Listed messages kept as evidence.
MAX_EVIDENCE = 20


def reconcile() -> None:
    """Once a minute: ask the providers about what nobody knows, what they do not call about, and what
    they have fallen silent on.

    A provider that cannot be asked leaves its rows as they are; they are asked about later.
    """
    ends = time.monotonic() + SLICE_SECONDS
    stuck: set[int] = set()
    try:
        for bot in polling.unheard():
            _unless_stuck(bot, stuck, functools.partial(polling.read_inbox, bot, ends))
        for ask, due in ((_ask, _due), (silence.ask, silence.due), (polling.ask, polling.due)):
            for bot, element_name, messages in listing.by_template(due()):
                _unless_stuck(bot, stuck, functools.partial(ask, bot, element_name, messages, ends))
    except OutOfTime:
        return


def _unless_stuck(bot: Bot, stuck: set[int], ask: Callable[[], None]) -> None:
    """A provider that gave trouble once in this round is left alone until the next one."""
    if bot.pk in stuck:
        return
    try:
        ask()
    except ProviderError as error:
        logger.warning("Bot %s could not be asked what became of messages: %s", bot.pk, error.code)
        stuck.add(bot.pk)


def _due() -> list[Message]:
    """What to ask about now, first what nobody has asked about for longest."""
    rows = Message.objects.filter(_is_time(), listing.listed(), status=Status.UNKNOWN)
    rows = rows.filter(bot__in=listing.askable_bots())
    rows = rows.select_related("bot__account", "template").defer("content", "text")
    return list(rows.order_by(F("checked_at").asc(nulls_first=True), "pk")[:BATCH])


def _is_time() -> Q:
    now = timezone.now()
    waits = [dt.timedelta(minutes=min(2 ** max(n - 1, 0), MAX_WAIT_MINUTES)) for n in range(MAX_CHECKS)]
    again = [Q(checks=n, checked_at__lte=now - wait) for n, wait in enumerate(waits)]
    return functools.reduce(operator.or_, again, Q(checks=0, checked_at=None))


# -- Ask -----------------------------------------------------------------------------------------


def _ask(bot: Bot, element_name: str, messages: Sequence[Message], ends: float) -> None:
    """One listing for each spell. That it was tried is written first, so that trouble does not repeat it."""
    asked = {message.pk for message in messages}
    Message.objects.filter(pk__in=asked).update(checked_at=timezone.now())
    groups = [rivals for rivals in _rivalries(bot, element_name, messages) if _keys(rivals) & asked]
    # What was never tried has no time to look for it at.
    _count(asked.difference(*map(_keys, groups)))
    for spell in matching.spells(groups):
        found = listing.unclaimed(bot, listing.read(bot, element_name, spell, ends))
        _conclude_all(bot, element_name, spell, found, asked)


def _rivalries(bot: Bot, element_name: str, messages: Iterable[Message]) -> list[Rivals]:
    """All rows without an id that a listed message to the people of these may belong to."""
    messages = list(messages)
    forms = {form for message in messages for form in phones.variants(message.to)}
    people = {message.contact_id for message in messages}
    people |= set(Contact.objects.filter(wa_id__in=forms).values_list("pk", flat=True))
    rows = Message.objects.filter(bot=bot, contact__in=people, direction=Direction.OUT, provider_id="")
    rows = rows.filter(status__in=(Status.SENDING, Status.UNKNOWN, Status.ACCEPTED))
    if element_name:
        rows = rows.filter(template__element_name=element_name)
    attempts = Attempt.objects.filter(outcome__in=(Outcome.STARTED, Outcome.UNKNOWN), message__in=rows)
    attempts = attempts.select_related("message").defer("message__content", "request", "answer")
    latest = {attempt.message_id: attempt for attempt in attempts.order_by("number")}
    return matching.rivalries(matching.doubt(attempt.message, attempt) for attempt in latest.values())


def _keys(rivals: Rivals) -> set[int]:
    return {one.message.pk for one in rivals}


def _count(keys: Iterable[int]) -> None:
    Message.objects.filter(pk__in=keys, status=Status.UNKNOWN).update(checks=F("checks") + 1)


# -- Conclude ------------------------------------------------------------------------------------


def _conclude_all(bot: Bot, element_name: str, spell: Spell, found: Listing, asked: set[int]) -> None:
    """The rows are read anew: what was sent while the list was read may be in it, and is not meant."""
    known = [one.message for rivals in spell.rivalries for one in rivals]
    keys = {message.pk for message in known}
    for rivals in _rivalries(bot, element_name, known):
        if _keys(rivals) & keys:
            _conclude(bot, rivals, found, asked)
    _count(keys & asked)


def _conclude(bot: Bot, rivals: Rivals, found: Listing, asked: set[int]) -> None:
    listed = found.of(rivals)
    pairs = matching.named(rivals, listed)
    if not pairs and found.is_whole:
        pairs = matching.pairs(rivals, listed)
    for one, evidence in pairs:
        settle(one.message, evidence, bot.account.provider)
    settled = {one.message.pk for one, _evidence in pairs}
    for one in rivals:
        if one.message.pk in asked - settled:
            _note(one, [evidence for evidence in listed if one.may_be(evidence)], found.is_whole)


def _note(one: Doubt, listed: Sequence[Evidence], is_whole: bool) -> None:
    """Keep what the list said as evidence, as often as it says something else than before."""
    candidates = [_excerpt(evidence) for evidence in listed[:MAX_EVIDENCE]]
    word = CANDIDATES if listed else NOT_LISTED if is_whole else TOO_LONG
    if word == NOT_LISTED and timezone.now() < one.until - matching.TOLERANCE + grace():
        return  # that nothing is there yet says nothing
    last = finding(one.message)
    if last is None or (last.word, last.raw.get("candidates")) != (word, candidates):
        raw = {"candidates": candidates, "check": one.message.checks + 1}
        record_status(one.message, News(None, Source.RECONCILE, word=word, raw=raw))


def finding(message: Message) -> MessageEvent | None:
    """What the list said last of a row that it did not settle."""
    return message.events.filter(source=Source.RECONCILE, status="").order_by("-pk").first()


def grace() -> dt.timedelta:
    """How late a provider may list what it took."""
    return dt.timedelta(seconds=settings.RECONCILE_GRACE_SECONDS)


def _excerpt(evidence: Evidence) -> dict[str, Any]:
    at = evidence.taken_at.isoformat() if evidence.taken_at else ""
    return {"id": evidence.provider_id, "word": evidence.word, "at": at}


def settle(message: Message, evidence: Evidence, provider: Provider) -> bool:
    """The provider took it: store its id and what became of it. Returns False if that is known already."""
    rows = Message.objects.filter(pk=message.pk, status__in=(Status.UNKNOWN, Status.ACCEPTED), provider_id="")
    try:
        with transaction.atomic():
            if not rows.update(provider_id=evidence.provider_id, checks=0, checked_at=None):
                return False
            for news in _story(news_of(message, evidence, provider), evidence):
                record_status(message, news)
    except IntegrityError:  # another row was faster in getting this id
        return False
    message.provider_id = evidence.provider_id
    events.adopt(message)
    return True


def _story(news: News, evidence: Evidence) -> list[News]:
    """That it was taken, and then what the list says."""
    if news.status == Status.ACCEPTED:
        return [replace(news, at=evidence.taken_at)]
    taken = News(Status.ACCEPTED, news.source, provider_id=news.provider_id, at=evidence.taken_at)
    return [taken, news]
