"""When webhooks are applied: soon after they were answered, by a thread of the web process that took them.

No provider waits for it, and no worker is needed. While more calls come than it could keep up with, the
thread gives way to them: it rests nine times as long as it works, and catches up when the rush is over. What
a process leaves behind when it ends is still in the table as received; the sweeper applies it.
"""

import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from messaging.intake import apply_delivery
from messaging.models import DeliveryState, WebhookDelivery

logger = logging.getLogger(__name__)

BATCH = 20
# Seconds.
IDLE = 1.0
# Calls a second, taken by one process, that are a rush; and how much longer than it works the thread rests
# then.
RUSH = 100
REST = 9.0
# More of them waiting than this are left to the sweeper: a list in memory must end somewhere.
MAX_WAITING = 100_000
# What was received so long ago and is not applied yet was left behind.
PATIENCE = dt.timedelta(minutes=1)
SWEPT = 2000


class Applier:
    """A queue of keys and the thread that empties it; it begins with the first key, so after any fork."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._calls = 0

    def take(self, key: int) -> None:
        self._calls += 1
        if self._waiting.qsize() < MAX_WAITING:
            self._waiting.put(key)
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="applier", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            keys = self._some()
            began, self._calls = time.monotonic(), 0
            try:
                close_old_connections()
                apply_all(keys)
            except Exception:  # the database is away; the sweeper finds them
                logger.exception("%s webhook deliveries are left to the sweeper", len(keys))
            worked = time.monotonic() - began
            if self._calls > RUSH * worked:
                time.sleep(REST * worked)  # the calls that come in need the interpreter more

    def _some(self) -> list[int]:
        """Waits for the first, and takes whatever else is there. An idle thread needs no connection."""
        try:
            keys = [self._waiting.get(timeout=IDLE)]
        except queue.Empty:
            connection.close()
            keys = [self._waiting.get()]
        with suppress(queue.Empty):
            while len(keys) < BATCH:
                keys.append(self._waiting.get_nowait())
        return keys


_applier = Applier()


def soon(delivery: WebhookDelivery) -> None:
    """Have it applied once it is committed, or at once where WEBHOOKS_APPLIED_AFTER says so."""
    if settings.WEBHOOKS_APPLIED_AFTER:
        transaction.on_commit(partial(_applier.take, delivery.pk))
    else:
        apply_delivery(delivery)


def apply_all(keys: Iterable[int]) -> int:
    """Apply these again or for the first time; changes nothing that was applied before.

    Returns how many. What meets a bug of ours is marked as failed, and the others go on.
    """
    rows = WebhookDelivery.objects.filter(pk__in=list(keys)).exclude(state=DeliveryState.REFUSED)
    applied = 0
    for delivery in rows.select_related("bot__account").defer(*SECRETS).order_by("pk"):
        try:
            apply_delivery(delivery)
            applied += 1
        except Exception:  # a bug of ours, met by this one alone: it is marked as failed already
            logger.exception("Webhook delivery %s could not be applied", delivery.pk)
    return applied


# Deciphering them takes longer than everything else here, and nobody asks for them.
SECRETS = ("bot__webhook_secret", "bot__account__credentials", "bot__account__spare_credentials")


def apply_left_behind() -> int:
    """What a process that ended has received and not applied. Returns how many."""
    left = WebhookDelivery.objects.filter(state=DeliveryState.RECEIVED)
    late = left.filter(received_at__lt=timezone.now() - PATIENCE).order_by("pk")
    return apply_all(late.values_list("pk", flat=True)[:SWEPT])
