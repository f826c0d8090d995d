"""A message as the phone shows it, whoever's it is."""

from collections.abc import Callable
from datetime import UTC, datetime

from messaging.simulator.bird import drawing as bird
from messaging.simulator.bubbles import Bubble
from messaging.simulator.jelou import drawing as jelou
from messaging.simulator.rows import Message, iso
from messaging.simulator.world import WORLD

DRAWERS: dict[str, Callable[[Message], Bubble]] = {"jelou": jelou.draw, "bird": bird.draw}
TICKS = {
    "SCHEDULED": ("◷", "scheduled"),
    "CREATED": ("○", "on its way"),
    "PROCESSING": ("○", "on its way"),
    "DELIVERED_CHANNEL": ("✓", "sent"),
    "DELIVERED_USER": ("✓✓", "delivered"),
    "READ": ("✓✓", "read"),
    "REPLY": ("✓✓", "answered"),
    "FAILED": ("✕", "failed"),
}


def bubble(message: Message, quoted: Message | None = None) -> Bubble:
    """Seen from the phone: what the person wrote is `mine`, and may quote another message."""
    drawn = DRAWERS[WORLD.bots[message.bot].provider](message)
    drawn.id = message.id
    drawn.mine = message.kind == "inbound"
    drawn.quote = summary(quoted) if quoted else ""
    drawn.moment = iso(message.created) or ""
    drawn.time = datetime.fromtimestamp(message.created, UTC).strftime("%H:%M")
    if not drawn.mine:
        drawn.tick, drawn.status = TICKS[message.status]
        drawn.error = message.error or ""
    return drawn


def summary(message: Message) -> str:
    """One line for the list of phones."""
    drawn = bubble(message)
    text = "".join(span.text for span in drawn.body) or drawn.media or "…"
    return text.replace("\n", " ")[:80]
