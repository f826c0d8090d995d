"""What the web process does in a round, on the contestant's settings: queue rows, click, keep the books.

Told what to do by `bench.rounds`, a line of JSON at a time.
"""

import datetime as dt
import time
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django_q.models import Schedule

from messaging import queueing
from messaging.models import Attempt, Bot, Message
from messaging.models.messages import Lane
from messaging.statuses import Status

from . import launching, seeding
from .contestants import PUMPING
from .processes import answer_lines

# Seconds between two looks at whether everything is settled: each takes time that the workers then lack.
LOOK = 0.05
# Rows taken back in one transaction.
CHUNK = 5000
# Should the product's engine run after all, it finds none of a peer's rows due.
FAR_AWAY = dt.timedelta(days=1)

Answer = dict[str, Any]


class Desk:
    def __init__(self, contestant: str) -> None:
        self.contestant = contestant
        # The campaign has all the numbers of the other country.
        self.clicks = count()
        if contestant != "ours":
            Schedule.objects.all().delete()
        launching.greet(contestant)

    def ready(self) -> Answer:
        return {"ready": launching.is_ready(self.contestant)}

    def launch(self, rows: int) -> Answer:
        """Queue planned rows, then tell the workers. Says when the rows were committed."""
        planned = Message.objects.filter(status=Status.PLANNED).order_by("pk")
        keys = list(planned.values_list("pk", flat=True)[:rows])
        due_at = timezone.now() + (dt.timedelta() if self.contestant == "ours" else FAR_AWAY)
        chosen = Message.objects.filter(pk__gte=keys[0], pk__lte=keys[-1], status=Status.PLANNED)
        chosen.update(status=Status.QUEUED, due_at=due_at)
        at = time.time()
        launching.LAUNCHERS[self.contestant](keys)
        return {"at": at, "rows": len(keys)}

    def withdraw(self) -> Answer:
        """Take back what no worker has claimed, from the end of the queue.

        In chunks and past locked rows: one UPDATE of all of them can deadlock with the workers' own.
        """
        waiting = Message.objects.filter(status=Status.QUEUED, lane=Lane.CAMPAIGN).order_by("-pk")
        taken = 0
        while waiting.exists():
            with transaction.atomic():
                chunk = waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)
                taken += waiting.filter(pk__in=list(chunk[:CHUNK])).order_by().update(status=Status.PLANNED)
        return {"rows": taken}

    def waiting(self) -> Answer:
        return {"rows": Message.objects.filter(status=Status.QUEUED, lane=Lane.CAMPAIGN).count()}

    def finish(self, seconds: float) -> Answer:
        """Wait until no row is on its way. Says when that was seen, and whether it was."""
        under_way = Message.objects.filter(status__in=[Status.QUEUED, Status.SENDING])
        ends = time.time() + seconds
        while under_way.exists() and time.time() < ends:
            time.sleep(LOOK)
        return {"at": time.time(), "finished": not under_way.exists()}

    def click(self, bot: str) -> Answer:
        """Send one message to one person. Says to whom, when Send was pressed, and when the row was there."""
        template = Bot.objects.get(provider_id=bot).templates.select_related("version", "bot").get()
        committed: list[float] = []
        pressed = time.time()
        with transaction.atomic():
            transaction.on_commit(lambda: committed.append(time.time()))
            contact = seeding.contact("MX", next(self.clicks))
            contact.save()
            row = seeding.message(template, contact, status=Status.QUEUED, lane=Lane.INTERACTIVE)
            row.save()
            queueing.wake()
        return {"to": contact.wa_id, "pressed": pressed, "at": committed[0]}

    def books(self) -> Answer:
        """What became of the rows that are no longer planned."""
        figures = Message.objects.exclude(status=Status.PLANNED).aggregate(
            rows=Count("pk"),
            accepted=Count("pk", filter=Q(status=Status.ACCEPTED)),
            ids=Count("provider_id", distinct=True),
        )
        return figures | {"attempts": Attempt.objects.count()}

    def stored(self, since: float) -> Answer:
        """How many answers were stored after the first of each process, and in how many seconds.

        What a process stores first was under way before the clock starts, and there are hundreds of it.
        """
        accepted = Message.objects.filter(accepted_at__gte=dt.datetime.fromtimestamp(since, dt.UTC))
        moments = accepted.order_by("accepted_at").values_list("accepted_at", flat=True).distinct()
        *_, begin = moments[:PUMPING]
        last = accepted.aggregate(last=Max("accepted_at"))["last"]
        later = accepted.filter(accepted_at__gt=begin).count()
        return {"seconds": (last - begin).total_seconds(), "rows": later}


def main(arguments: Sequence[str]) -> None:
    desk = Desk(*arguments)
    verbs = ("ready", "launch", "withdraw", "waiting", "finish", "click", "books", "stored")
    answer_lines({verb: getattr(desk, verb) for verb in verbs})
