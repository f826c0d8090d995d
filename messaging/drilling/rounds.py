"""What the schedule does every minute, done every few seconds: leases are short here, too."""

import logging
import threading
from types import TracebackType

from django.db import Error, connection

from messaging import reconciling, sweeping

logger = logging.getLogger(__name__)

MINUTE = 3


class Rounds:
    """A thread that sweeps and reconciles, as long as the context lasts."""

    def __init__(self) -> None:
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rounds", daemon=True)

    def __enter__(self) -> "Rounds":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ends.wait(MINUTE):
            try:
                sweeping.sweep()
                reconciling.reconcile()
            except Error as error:
                # The database is cut under everybody. The next round is a new try.
                logger.warning("The rounds ended early: %s", type(error).__name__)
                connection.close()
            except Exception:  # the books will tell; the drill goes on, as the product would
                logger.exception("The rounds broke")
        connection.close()
