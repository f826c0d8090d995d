"""What the queue runs. Each task fetches nothing and decides nothing: it calls one verb."""

from messaging import canceling, exporting, health, reconciling, seats, sending, summaries, sweeping
from messaging.cores import on_one_core


def pump() -> int:
    """Returns how many calls were made; none if this cluster has pumps enough."""
    pump = sending.Pump()
    try:
        with seats.take() as seat:
            if not seat:
                return 0
            with health.pumping(), on_one_core(seat):
                pump.work()
        # The place is free, so that answers which are slow to come hold up nobody.
        sending.wake_if_due()
    finally:
        pump.drain()
    return pump.made


def sweep() -> None:
    sweeping.sweep()
    health.mark_sweep()


def export() -> None:
    exporting.launch()


def cancel() -> None:
    canceling.go_on()


def reconcile() -> None:
    reconciling.reconcile()


def summarize() -> None:
    summaries.refresh()
