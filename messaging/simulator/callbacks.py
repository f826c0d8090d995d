"""What happens later, and the webhooks that leave.

One thread holds a heap of what is due; a few couriers post. All webhooks about one number go through
the same courier, so that they arrive in order unless a switch says otherwise.
"""

import heapq
import http.client
import itertools
import json
import logging
import queue
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from messaging.simulator.bird import events as bird
from messaging.simulator.jelou import events as jelou
from messaging.simulator.letters import Letter, Voice
from messaging.simulator.rows import Bot, iso
from messaging.simulator.world import WORLD

logger = logging.getLogger(__name__)

# Whose words a webhook is said in, by the bot's provider.
VOICES: dict[str, Voice] = {"jelou": jelou, "bird": bird}

COURIERS = 8
TIMEOUT = 10.0
Action = Callable[[], object]


class Tally:
    """How much is still to come. What follows from something is added before that is taken off, so the
    count is 0 only when all is over."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def add(self, number: int) -> None:
        with self._lock:
            self.count += number


PENDING = Tally()


class Schedule:
    """Runs actions when they are due, in a thread of its own."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Action]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()

    def after(self, seconds: float, action: Action) -> None:
        PENDING.add(1)
        with self._changed:
            heapq.heappush(self._heap, (time.monotonic() + seconds, next(self._count), action))
            self._changed.notify()

    def clear(self) -> None:
        with self._changed:
            PENDING.add(-len(self._heap))
            self._heap.clear()

    def run(self) -> None:
        """For ever; one action that goes wrong takes no other with it."""
        while True:
            action = self._next()
            try:
                action()
            except Exception:
                logger.exception("Something planned went wrong")
            finally:
                PENDING.add(-1)

    def _next(self) -> Action:
        with self._changed:
            while True:
                wait = self._heap[0][0] - time.monotonic() if self._heap else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(wait)


@dataclass
class Delivery:
    """One webhook on its way; `attempt` counts from 1. `heard` is called when the other side has taken it."""

    url: str
    event: str
    bot: str
    number: str
    content: bytes
    headers: dict[str, str]
    era: int
    taken: range
    heard: Action | None
    attempt: int = 1
    key: int = field(init=False)

    def __post_init__(self) -> None:
        self.key = zlib.crc32(f"{self.bot}/{self.number}".encode()) % COURIERS


SCHEDULE = Schedule()
BAGS: list[queue.SimpleQueue[Delivery]] = [queue.SimpleQueue() for _ in range(COURIERS)]
# Held by a courier while it is on its way.
ERRANDS = [threading.Lock() for _ in range(COURIERS)]


def start() -> None:
    """Starts the threads; once, in the process that serves."""
    threading.Thread(target=SCHEDULE.run, name="schedule", daemon=True).start()
    for bag, errand in zip(BAGS, ERRANDS, strict=True):
        threading.Thread(target=_carry, args=(bag, errand), name="courier", daemon=True).start()


def come_home() -> None:
    """Returns once no courier is on its way with a webhook of an era that has ended."""
    for errand in ERRANDS:
        with errand:
            pass


def post(bot: Bot, number: str, letter: Letter, wait: float = 0.0, heard: Action | None = None) -> None:
    """Sends it after `wait` seconds, as late, as often or as rarely as the switches say."""
    content = json.dumps(letter.body, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "simulator", **letter.sign(content)}
    delivery = Delivery(
        letter.url, letter.event, bot.id, number, content, headers, WORLD.era, letter.taken, heard
    )
    if WORLD.dice.random() < WORLD.switches.drop:
        _log(delivery, "dropped")
        return
    for _ in range(1 + WORLD.switches.duplicates):
        SCHEDULE.after(wait + WORLD.switches.late, _dispatch(replace(delivery)))


def _dispatch(delivery: Delivery) -> Action:
    def put() -> None:
        PENDING.add(1)
        BAGS[delivery.key].put(delivery)

    return put


def _carry(bag: "queue.SimpleQueue[Delivery]", errand: threading.Lock) -> None:
    while True:
        delivery = bag.get()
        try:
            with errand:
                if delivery.era == WORLD.era:
                    _deliver(delivery)
        except Exception:
            logger.exception("A webhook went wrong")
        finally:
            PENDING.add(-1)


def _deliver(delivery: Delivery) -> None:
    outcome = _attempt(delivery)
    _log(delivery, outcome)
    if outcome in delivery.taken and delivery.heard:
        delivery.heard()
    delays = WORLD.switches.retry_delays
    if outcome not in delivery.taken and delivery.attempt <= len(delays):
        wait = delays[delivery.attempt - 1]
        delivery.attempt += 1
        SCHEDULE.after(wait, _dispatch(delivery))


def _attempt(delivery: Delivery) -> int | str:
    """The answer's status, or what went wrong."""
    address = urlsplit(delivery.url)
    secure = address.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(address.netloc, timeout=TIMEOUT)
    try:
        target = address.path + (f"?{address.query}" if address.query else "")
        connection.request("POST", target or "/", delivery.content, delivery.headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def _log(delivery: Delivery, outcome: Any) -> None:
    with WORLD.lock:
        WORLD.deliveries.append(
            {
                "at": iso(WORLD.now()),
                "url": delivery.url,
                "event": delivery.event,
                "bot": delivery.bot,
                "destination": delivery.number,
                "attempt": delivery.attempt,
                "outcome": outcome,
                "body": json.loads(delivery.content),
            }
        )
