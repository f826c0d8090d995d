"""Read stored history again with today's code. Says what would change, and changes it only with --apply."""

import datetime as dt
import time
import uuid
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from messaging import replaying
from messaging.models import Bot
from messaging.replaying import Difference, Selection

# Rows that are named one by one; the rest is counted.
SHOWN = 20
SECONDS_BETWEEN_PROGRESS = 2


class Command(BaseCommand):
    help = "Rebuild what messages say from their stored history; without --apply it only says what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--apply", action="store_true", help="change the rows that differ")
        parser.add_argument("--deliveries", action="store_true", help="webhooks not applied, instead")
        parser.add_argument("--bot", type=int, help="the number of one bot, as in the address of its page")
        parser.add_argument("--since", help="written at this time or later: 2026-01-31 or 2026-01-31T12:00")
        parser.add_argument("--until", help="written before this time")
        parser.add_argument("--message", help="the id of one message, as in the address of its page")

    def handle(self, *args: Any, **options: Any) -> None:
        selection = Selection(
            bot=_bot(options["bot"]),
            since=_time(options["since"], "--since"),
            until=_time(options["until"], "--until"),
            message=_message(options["message"]),
        )
        self.told_at = time.monotonic()
        if not options["deliveries"]:
            self.messages(selection, options["apply"])
        elif selection.message:
            raise CommandError("--deliveries are no messages; leave --message out.")
        else:
            self.deliveries(selection, options["apply"])

    # -- Messages ------------------------------------------------------------------------------

    def messages(self, selection: Selection, apply: bool) -> None:
        counts: Counter[str] = Counter()
        moves: Counter[str] = Counter()
        for found in replaying.review(selection):
            for one in found.differences:
                moves[_move(one)] += 1
                if sum(moves.values()) <= SHOWN:
                    self.stdout.write(_line(one))
            counts["looked"] += found.looked
            counts["unproven"] += len(found.unproven)
            counts["silent"] += found.without_history
            counts["changed"] += replaying.mend(found) if apply else 0
            self.tell(f"{counts['looked']:,} messages looked at, {sum(moves.values()):,} differ")
        self.conclude(counts, moves, apply)

    def conclude(self, counts: Counter[str], moves: Counter[str], apply: bool) -> None:
        differ = sum(moves.values())
        self.stdout.write(f"{counts['looked']:,} messages looked at, {differ:,} differ from their history.")
        for move, count in moves.most_common():
            self.stdout.write(f"{count:>10,}  {move}")
        if counts["silent"]:
            self.stdout.write(f"{counts['silent']:,} have no history, and were left alone.")
        if counts["unproven"]:
            self.stdout.write(f"{counts['unproven']:,} are further than their history proves: left alone.")
        if apply:
            self.stdout.write(self.style.SUCCESS(f"{counts['changed']:,} were changed."))
        elif differ:
            self.stdout.write("Nothing was changed. Run it again with --apply to change them.")

    # -- Webhooks ------------------------------------------------------------------------------

    def deliveries(self, selection: Selection, apply: bool) -> None:
        if not apply:
            count = replaying.deliveries(selection).count()
            self.stdout.write(f"{count:,} webhooks can be applied again. Nothing was done; add --apply.")
            return
        moves: Counter[str] = Counter()
        for before, after in replaying.apply_again(selection):
            moves[f"{before} → {after}"] += 1
            self.tell(f"{sum(moves.values()):,} webhooks applied again")
        self.stdout.write(self.style.SUCCESS(f"{sum(moves.values()):,} webhooks were applied again."))
        for move, count in moves.most_common():
            self.stdout.write(f"{count:>10,}  {move}")

    def tell(self, progress: str) -> None:
        """Every now and then, where it does not get into what the command says."""
        if time.monotonic() - self.told_at >= SECONDS_BETWEEN_PROGRESS:
            self.told_at = time.monotonic()
            self.stderr.write(progress)


def _move(one: Difference) -> str:
    """What kind of difference it is, for counting: the step of the status, or else the columns."""
    if one.before.status != one.after.status:
        return f"{one.before.status} → {one.after.status}"
    return f"{one.after.status}: {', '.join(one.changed)}"


def _line(one: Difference) -> str:
    changes = [f"{name} {_text(old)} → {_text(new)}" for name, (old, new) in one.changed.items()]
    return f"{one.public_id}  {'; '.join(changes)}"


def _text(value: Any) -> str:
    """A column's value in a line; what a provider wrote may be long, or secret, and is not repeated."""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    text = str(value or "–")
    return text if len(text) <= 40 else f"{len(text)} characters"


def _bot(key: int | None) -> int | None:
    if key is not None and not Bot.objects.filter(pk=key).exists():
        raise CommandError(f"There is no bot with the number {key}.")
    return key


def _message(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        raise CommandError("--message wants the id that stands in the address of a message's page.") from None


def _time(text: str | None, option: str) -> dt.datetime | None:
    """A date is its midnight; without a zone it is that of the server."""
    if not text:
        return None
    try:
        day = parse_date(text)
        moment = dt.datetime.combine(day, dt.time()) if day else parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(f"{option} wants a day or a time, such as 2026-01-31 or 2026-01-31T12:00.")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
