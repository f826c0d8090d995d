from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localtime

from messaging import summaries
from messaging.counting import COUNTERS
from messaging.models import SummaryMark
from messaging.periods import quarter_start
from messaging.summaries import Difference


class Command(BaseCommand):
    help = "Counts what changed since the last round, or everything; tells which sums are wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="count everything again")
        parser.add_argument(
            "--check",
            action="store_true",
            help="compare with the rows; exit 1 if they differ",
        )

    def handle(self, *args: Any, rebuild: bool, check: bool, **options: Any) -> None:
        if rebuild or not check:
            self._count(rebuild=rebuild)
        if check:
            self._check()

    def _count(self, *, rebuild: bool) -> None:
        if not (summaries.rebuild() if rebuild else summaries.refresh()):
            raise CommandError("Another round is under way, or has just ended. Try again in a few minutes.")
        self.stdout.write(f"Counted in {SummaryMark.objects.get(pk=1).seconds:.1f} s.")

    def _check(self) -> None:
        wrong = 0
        for difference in summaries.check():
            self.stdout.write(_sentence(difference))
            wrong += 1
        if wrong:
            raise CommandError(f"{wrong} sums differ from their rows. Run manage.py summaries --rebuild.")
        self.stdout.write("Every sum is what its rows say.")


def _sentence(one: Difference) -> str:
    when = localtime(quarter_start(one.start)).isoformat(" ", "minutes")
    parts = [
        f"{name} {kept} instead of {counted}"
        for name, kept, counted in zip(COUNTERS, one.kept, one.counted, strict=True)
        if kept != counted
    ]
    length = "quarter of an hour" if one.span == 1 else "day"
    return f"{one.facet} {one.key} of bot {one.bot}, {length} from {when}: {', '.join(parts)}"
