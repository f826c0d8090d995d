"""What goes wrong: at random moments, to random victims, from a seed.

Whatever may leave a row unknown is done to processes that were stopped first, so that what was in flight at
that moment is known exactly, and nothing else has an excuse.
"""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from messaging import queueing
from messaging.drilling.crew import Crew, send_signal
from messaging.drilling.referee import Referee
from messaging.models import Message, Outcome
from messaging.statuses import Status

# By chance, all the time: the share of calls, and for some how many seconds it takes.
FAULTS = (
    ("reset_after", 0.004, 0.0),
    ("reset_before", 0.003, 0.0),
    ("not_json", 0.003, 0.0),
    ("502_html", 0.003, 0.0),
    ("500", 0.005, 0.0),
    ("timeout_after", 0.002, 1.5),
    ("timeout_before", 0.002, 1.5),
    ("slow", 0.01, 0.5),
    ("latency", 0.1, 0.4),
    ("latency", 0.5, 0.1),
)
# In which order webhooks come, by the simulator's word for it, and what is told then.
ORDERS = {
    "natural": gettext_noop("webhooks come %(late)s s late, in their order, and %(duplicates)s times more"),
    "reversed": gettext_noop("webhooks come %(late)s s late, the last first, and %(duplicates)s times more"),
    "random": gettext_noop("webhooks come %(late)s s late, in any order, and %(duplicates)s times more"),
}
# Of messages that are taken, those that never arrive.
FAILING = 0.01
# What a stopped process may still have under way at the database, in seconds.
BREATH = 0.05
# Kinds of mishaps that kill nobody.
OTHERS = 6
LOCKED_SECONDS = 2


def mishaps(kills: int) -> int:
    """How many things go wrong in all: as many others as kills, and each kind of them once."""
    return kills + max(kills, OTHERS)


@dataclass(frozen=True)
class Mishap:
    """`share` says how much of its portion workers have begun with when it happens."""

    share: float
    happen: Callable[[], str]


class Disturber:
    """`in_flight` holds the rows that were being sent whenever something was killed, cut or stopped."""

    def __init__(
        self, crew: Crew, referee: Referee, chance: random.Random, kills: int, say: Callable[[str], None]
    ) -> None:
        self.crew, self.referee, self.chance, self.say = crew, referee, chance, say
        self.in_flight: set[int] = set()
        self.done: Counter[str] = Counter()
        self._sleepers: list[tuple[float, int]] = []
        self.plan = self._planned(kills)

    def _planned(self, kills: int) -> list[Mishap]:
        killings = (self._worker, self._parent, self._cluster, self._worker, self._sentinel, self._cluster)
        others = (self._cut, self._stop, self._lose_tasks, self._repeat_tasks, self._shuffle, self._throttle)
        what = [killings[number % len(killings)] for number in range(kills)]
        what += [others[number % len(others)] for number in range(mishaps(kills) - kills)]
        self.chance.shuffle(what)
        return [Mishap(self.chance.uniform(0.05, 0.7), action) for action in what]

    def begin(self, rows: int) -> None:
        """The faults that are there all the time; a short run has each of them, too."""
        for kind, share, seconds in FAULTS:
            held = seconds * sum(settings.PROVIDER_TIMEOUT) if kind.startswith("timeout") else seconds
            self.referee.tell("faults", kind=kind, probability=max(share, 2 / rows), seconds=held)
        self.referee.tell("switches", failing=FAILING)
        self._shuffle()

    def do(self, mishap: Mishap) -> None:
        self.say(mishap.happen())
        self.done[mishap.happen.__name__.strip("_")] += 1

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.referee.clear_faults()
        self.referee.tell("switches", late=0, order="natural", duplicates=0)

    def wake_sleepers(self) -> None:
        """Those whose time has come."""
        now = time.monotonic()
        send_signal([pid for moment, pid in self._sleepers if moment <= now], signal.SIGCONT)
        self._sleepers = [(moment, pid) for moment, pid in self._sleepers if moment > now]

    @property
    def has_sleepers(self) -> bool:
        return bool(self._sleepers)

    @property
    def kills(self) -> int:
        return sum(self.done[name] for name in ("worker", "parent", "sentinel", "cluster"))

    # -- Processes -----------------------------------------------------------------------------------

    def _worker(self) -> str:
        """One of the sentinel's children, busy or not."""
        return self._kill(_("killed a worker, with %(count)s in flight"), self._any(self.crew.workers()))

    def _parent(self) -> str:
        """Its sentinel and its workers go on; another cluster starts beside them."""
        parent = self.chance.choice(self.crew.clusters).parent
        return self._kill(_("killed a cluster's parent, with %(count)s in flight"), [parent])

    def _sentinel(self) -> str:
        """Its workers go on without anybody who watches over them."""
        return self._kill(_("killed a sentinel, with %(count)s in flight"), self._any(self.crew.sentinels()))

    def _cluster(self) -> str:
        """All of it at once, as when the power goes; what an earlier kill left goes first."""
        members = self.crew.everybody()[0].members()
        return self._kill(_("killed a whole cluster, with %(count)s in flight"), [one.pid for one in members])

    def _kill(self, text: str, pids: list[int]) -> str:
        count = self._freeze(pids)
        send_signal(pids, signal.SIGKILL)
        return text % {"count": count}

    def _stop(self) -> str:
        """A worker stands still for longer than its lease, and then goes on as if nothing had been."""
        pids = self._any(self.crew.workers())
        count = self._freeze(pids)
        until = time.monotonic() + settings.SEND_LEASE_SECONDS + 1
        self._sleepers += [(until, pid) for pid in pids]
        return _("stopped a worker for longer than its lease, with %(count)s in flight") % {"count": count}

    def _any(self, pids: list[int]) -> list[int]:
        return self.chance.sample(pids, min(1, len(pids)))

    def _freeze(self, pids: list[int]) -> int:
        send_signal(pids, signal.SIGSTOP)
        time.sleep(BREATH)
        return self._note()

    def _note(self) -> int:
        """Remember what is being sent right now. Returns how many rows that are."""
        started = Message.objects.filter(status=Status.SENDING, attempts__outcome=Outcome.STARTED)
        now = set(started.values_list("pk", flat=True))
        self.in_flight |= now
        return len(now)

    # -- The database --------------------------------------------------------------------------------

    def _cut(self) -> str:
        if connection.vendor == "sqlite":
            threading.Thread(target=self._lock, daemon=True).start()
            return _("locked the database for %(seconds)s s") % {"seconds": LOCKED_SECONDS}
        return self._terminate()

    def _lock(self) -> None:
        """Nobody else can write meanwhile."""
        with transaction.atomic():
            self._note()
            time.sleep(LOCKED_SECONDS)
        connection.close()

    def _terminate(self) -> str:
        """Every second connection of this database but our own ends, in workers and the web alike."""
        workers = self.crew.workers()
        count = self._freeze(workers)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5"
            )
            cut = len(cursor.fetchall())
        send_signal(workers, signal.SIGCONT)
        text = _("cut %(connections)s database connections, with %(count)s in flight")
        return text % {"connections": cut, "count": count}

    # -- The queue -----------------------------------------------------------------------------------

    def _lose_tasks(self) -> str:
        count, _by_model = _tasks().objects.all().delete()
        return _("lost %(count)s tasks of the queue") % {"count": count}

    def _repeat_tasks(self) -> str:
        """Every task twice, and somebody woken once more, whether there is something to do or not."""
        tasks = list(_tasks().objects.all())
        for task in tasks:
            task.pk = None
        _tasks().objects.bulk_create(tasks)
        queueing.wake()
        return _("repeated %(count)s tasks of the queue, and woke somebody") % {"count": len(tasks)}

    # -- The provider --------------------------------------------------------------------------------

    def _shuffle(self) -> str:
        """Webhooks late, repeated and out of order, in another way than before."""
        order = self.chance.choice(tuple(ORDERS))
        switches = {
            "late": round(self.chance.uniform(0, 2), 1),
            "order": order,
            "duplicates": self.chance.choice((0, 1, 1, 2)),
        }
        self.referee.tell("switches", **switches)
        return _(ORDERS[order]) % switches

    def _throttle(self) -> str:
        self.referee.tell("faults", kind="429", next=3, retry_after=1)
        return _("the provider asks for a pause")


def _tasks() -> Any:
    """The table itself: what happens to it here is nothing that the queue offers."""
    return apps.get_model("django_q", "OrmQ")
