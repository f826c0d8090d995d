"""What the queue runs. Each task fetches nothing and decides nothing: it calls one verb."""

from messaging import health, sending, sweeping


def pump(bot_id: int) -> int:
    return sending.pump(bot_id)


def sweep() -> None:
    health.beat()
    sweeping.sweep()
