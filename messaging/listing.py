"""Asking a provider what it took, at the pace of its bot, and reading the answers as news."""

import functools
import json
import operator
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Q

from messaging import failures, pacing, phones
from messaging.content import unsaid
from messaging.events import News
from messaging.matching import Rivals, Spell
from messaging.models import Bot, Message, Source
from messaging.providers import PROVIDERS
from messaging.providers.base import Provider, ProviderError
from messaging.providers.evidence import LIST_TOO_LONG, Evidence
from messaging.statuses import Status

# Listed messages to the people asked about; more of them are no evidence.
MAX_LISTED = 5000


class OutOfTime(Exception):
    """The rest of this round belongs to the next one."""


# -- Whom to ask ---------------------------------------------------------------------------------


def is_listed(message: Message) -> bool:
    """Whether the provider tells about this kind of message after it took one."""
    return message.kind in PROVIDERS[message.bot.account.kind].listed_kinds


def listed() -> Q:
    """The rows for which `is_listed` is true."""
    kinds = [Q(bot__account__kind=name, kind__in=one.listed_kinds) for name, one in PROVIDERS.items()]
    return functools.reduce(operator.or_, kinds)


def askable_bots() -> list[int]:
    """Bots whose provider may be called: none that is off, paused or refused."""
    return [bot.pk for bot in Bot.objects.select_related("account") if not bot.obstacle]


def by_template(messages: Iterable[Message]) -> Iterator[tuple[Bot, str, list[Message]]]:
    """The rows of each bot and element name, whatever the language: the list does not tell it."""
    groups: dict[tuple[int, str], list[Message]] = defaultdict(list)
    for message in messages:
        groups[message.bot_id, message.template.element_name if message.template else ""].append(message)
    for (_bot, element_name), rows in groups.items():
        yield rows[0].bot, element_name, rows


# -- Asking --------------------------------------------------------------------------------------


def take_turn(bot: Bot, ends: float) -> None:
    """Wait for a slot of the bot's rate, by which the provider counts all calls. Raises OutOfTime.

    A bot that is meant to be slow gives none of its few slots away.
    """
    while time.monotonic() < ends:
        wait = pacing.reserve(bot, 1, campaign=True) if bot.rate >= 1 else 1.0
        time.sleep(0.05 if wait is None else wait)
        if wait is not None:
            return
    raise OutOfTime


@dataclass
class Listing:
    """What a provider lists for some people. `is_whole` is False if more may be there than was read."""

    is_whole: bool = True
    rows: dict[tuple[str, str], Evidence] = field(default_factory=dict)

    def add(self, page: Iterable[Evidence], people: set[str]) -> None:
        """Keep what concerns `people`. A row may come twice, when others move it to the next page."""
        for evidence in page:
            person = phones.canonical(evidence.to)
            if not person or len(self.rows) >= MAX_LISTED:
                self.is_whole = False
            elif person in people:
                self.rows[person, evidence.provider_id or f"#{len(self.rows)}"] = evidence

    def of(self, rivals: Rivals) -> list[Evidence]:
        """What any of these rows may be."""
        mine = [one for (person, _id), one in self.rows.items() if person == rivals[0].person]
        return [one for one in mine if any(rival.may_be(one) for rival in rivals)]


def read(bot: Bot, element_name: str, spell: Spell, ends: float) -> Listing:
    """What is listed for the people of a spell.

    Raises ProviderError if the list cannot be read, and OutOfTime if it was not even begun.
    """
    listing = Listing()
    pages = bot.account.provider.find(
        bot.provider_id, since=spell.since, until=spell.until, element_name=element_name
    )
    take_turn(bot, ends)
    try:
        for page in pages:
            listing.add(page, spell.people)
            take_turn(bot, ends)
    except OutOfTime:
        listing.is_whole = False
    except ProviderError as error:
        if error.code != LIST_TOO_LONG:
            raise
        listing.is_whole = False
    return listing


def unclaimed(bot: Bot, listing: Listing) -> Listing:
    """The same without the messages that rows of ours have already."""
    ids = [one.provider_id for one in listing.rows.values()]
    ours = set(Message.objects.filter(bot=bot, provider_id__in=ids).values_list("provider_id", flat=True))
    rows = {key: one for key, one in listing.rows.items() if one.provider_id not in ours}
    return Listing(listing.is_whole, rows)


# -- Reading -------------------------------------------------------------------------------------


def news_of(message: Message, evidence: Evidence, provider: Provider) -> News:
    """What the list says, without secrets and without the one-time code that a row may repeat."""
    detail = unsaid(message.loaded, provider.redact(evidence.detail))
    written = json.dumps(evidence.raw, ensure_ascii=False)
    is_harmless = unsaid(message.loaded, provider.redact(written)) == written
    is_failed = evidence.status == Status.FAILED
    return News(
        evidence.status,
        Source.RECONCILE,
        word=evidence.word,
        provider_id=message.provider_id or evidence.provider_id,
        at=evidence.at,
        reason=failures.reason_for(evidence.code, detail) if is_failed else "",
        code=evidence.code,
        detail=detail,
        raw=dict(evidence.raw) if is_harmless else {},
    )
