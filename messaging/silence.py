"""Messages that the provider took and has said nothing about since: it is asked, and people are told.

Only kinds that the provider reports on can be silent. About others no news is expected at all.
"""

import datetime as dt
import functools
import operator
from collections.abc import Iterable, Sequence

from django.db.models import F, Q
from django.utils import timezone

from messaging import listing, matching
from messaging.events import record_status
from messaging.listing import news_of, take_turn
from messaging.matching import Doubt, Spell
from messaging.models import Bot, Message
from messaging.providers.evidence import Evidence
from messaging.statuses import Status

# After so long without news the provider is asked, each time once.
WAITS = (dt.timedelta(hours=1), dt.timedelta(hours=6), dt.timedelta(hours=24))
# And again after this if it could not be asked.
PAUSE = dt.timedelta(minutes=10)
BATCH = 300
# So many rows are looked up one by one; for more of them the whole list costs fewer calls.
FEW = 5
# Rows that need no asking, taken out of its way at once.
CHUNK = 5000


def is_silent(message: Message) -> bool:
    """Whether news of it should have come by now."""
    since = message.accepted_at
    is_waiting = message.status == Status.ACCEPTED and bool(message.provider_id) and since is not None
    return is_waiting and listing.is_listed(message) and bool(since and since <= timezone.now() - WAITS[0])


def silent() -> Q:
    """The rows for which `is_silent` is true."""
    old = Q(status=Status.ACCEPTED, accepted_at__lte=timezone.now() - WAITS[0])
    return old & ~Q(provider_id="") & listing.listed()


def due() -> list[Message]:
    """What to ask about now, the oldest first."""
    now = timezone.now()
    times = [Q(checks=n, accepted_at__lte=now - wait) for n, wait in enumerate(WAITS)]
    rows = Message.objects.filter(status=Status.ACCEPTED, checks__lt=len(WAITS))
    rows = rows.filter(functools.reduce(operator.or_, times), accepted_at__lte=now - WAITS[0])
    _set_aside(rows.exclude(silent()).values_list("pk", flat=True)[:CHUNK])
    rows = rows.filter(silent(), Q(checked_at=None) | Q(checked_at__lte=now - PAUSE))
    rows = rows.filter(bot__in=listing.askable_bots()).select_related("bot__account", "template")
    return list(rows.defer("content", "text").order_by("accepted_at")[:BATCH])


def _set_aside(keys: Iterable[int]) -> None:
    """No news of these is expected, so they must not be found again every minute."""
    Message.objects.filter(pk__in=list(keys)).update(checks=len(WAITS))


def ask(bot: Bot, element_name: str, messages: Sequence[Message], ends: float) -> None:
    """Ask about rows of one bot and template. Raises ProviderError, and OutOfTime when the round is over."""
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(checked_at=timezone.now())
    if len(messages) <= FEW:
        for message in messages:
            take_turn(bot, ends)
            _apply(bot, message, bot.account.provider.look_up(bot.provider_id, message.provider_id))
    else:
        for spell in matching.spells([[_around(message)] for message in messages]):
            _ask_together(bot, element_name, spell, ends)


def _around(message: Message) -> Doubt:
    """When the provider took it: about when it answered."""
    assert message.accepted_at is not None
    return Doubt(message, message.accepted_at - matching.TOLERANCE, message.accepted_at + matching.TOLERANCE)


def _ask_together(bot: Bot, element_name: str, spell: Spell, ends: float) -> None:
    found = listing.read(bot, element_name, spell, ends)
    by_id = {one.provider_id: one for one in found.rows.values()}
    for message in (one.message for rivals in spell.rivalries for one in rivals):
        _apply(bot, message, by_id.get(message.provider_id))


def _apply(bot: Bot, message: Message, evidence: Evidence | None) -> None:
    if evidence is not None and evidence.status != Status.ACCEPTED:
        record_status(message, news_of(message, evidence, bot.account.provider))
    Message.objects.filter(pk=message.pk, status=Status.ACCEPTED).update(checks=F("checks") + 1)
