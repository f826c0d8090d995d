"""People who take back what has not left: single rows while workers claim them, and one bot's whole queue.

Whom they mean and when is drawn from the seed before anything leaves; whether they come in time is decided by
the rows. Some of what they mean is held back still, so some of them always do.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils.translation import gettext as _

from messaging import canceling, connecting, queueing
from messaging.drilling.world import STOPPED
from messaging.models import Bot, Message, Stop

# The share of the rows that somebody wants back.
REGRETTED = 0.04


@dataclass(frozen=True)
class Turn:
    """What they do in one portion of the rows; `share` says how much of it workers have begun with then."""

    share: float
    wanted: tuple[int, ...]
    stops_bot: bool


def plan(keys: Sequence[int], turns: int, seed: int) -> list[Turn]:
    """Dice of their own, so that what they choose depends on nothing that happens."""
    chance = random.Random(f"people {seed}")  # noqa: S311 - the same choices again, no secret
    stops_at = chance.randint(turns // 3, turns * 2 // 3)
    return [
        Turn(chance.uniform(0, 0.6), _wanted(keys, turn, turns, chance), turn == stops_at)
        for turn in range(turns)
    ]


def _wanted(keys: Sequence[int], turn: int, turns: int, chance: random.Random) -> tuple[int, ...]:
    """Rows of about this portion and the next one, which is held back."""
    size = max(1, len(keys) // (turns + 1))
    near = keys[turn * size : (turn + 2) * size]
    return tuple(chance.sample(near, min(len(near), max(1, round(len(keys) * REGRETTED / turns)))))


class People:
    def __init__(self) -> None:
        self.actor = User.objects.create_user("drill")
        self._single = 0

    @property
    def canceled(self) -> int:
        """Of how many rows they were told, or can read on the bot's page, that they are taken back."""
        return self._single + (Stop.objects.aggregate(rows=Sum("canceled"))["rows"] or 0)

    def take(self, turn: Turn) -> str:
        """Returns what they did."""
        rows = Message.objects.filter(pk__in=turn.wanted)
        done = sum(canceling.cancel(row, self.actor) for row in rows)
        self._single += done
        text = _("people canceled %(done)s of %(wanted)s messages in time")
        said = text % {"done": done, "wanted": len(turn.wanted)}
        return f"{said}; {self._stop()}" if turn.stops_bot else said

    def _stop(self) -> str:
        """As the button does."""
        pressed = canceling.stop(Bot.objects.get(name=STOPPED), self.actor)
        return _("somebody stopped a bot; messages canceled: %(count)s") % {"count": pressed.waiting}

    def resume(self) -> None:
        """What joined the stopped bot's queue since may leave."""
        connecting.resume(Bot.objects.get(name=STOPPED))
        queueing.wake()
