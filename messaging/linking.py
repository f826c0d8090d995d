"""Which message an inbound one answers, and how sure that is.

quoted   the contact swiped it, and the provider names its id
button   the text is that of a button of it: a press is posted back as the button's words
latest   it was the last one to leave before, and the 24 hours after it had not passed
"""

import datetime as dt
from collections.abc import Sequence

from messaging.models import Bot, Contact, Direction, Link, Message
from messaging.models.conversations import WINDOW
from messaging.providers.base import InboundMessage

# Buttons stay on the phone, and people press old ones; an "OK" typed much later is none.
BUTTONS_LIVE = dt.timedelta(days=7)
# Messages whose buttons are looked at.
RECENT = 20


def answered(
    bot: Bot, contact: Contact, inbound: InboundMessage, at: dt.datetime
) -> tuple[Message | None, str]:
    """The message it answers and how we know, or None and an empty string."""
    if quoted := _quoted(bot, contact, inbound.quotes):
        return quoted, Link.QUOTED
    recent = _recent(bot, contact, at)
    said = {_plain(inbound.pressed), _plain(inbound.content.text())} - {""}
    for message in recent:
        if said & _buttons(message):
            return message, Link.BUTTON
    if recent and recent[0].created_at >= at - WINDOW:
        return recent[0], Link.LATEST
    return None, ""


def _quoted(bot: Bot, contact: Contact, provider_id: str) -> Message | None:
    if not provider_id:
        return None
    return Message.objects.filter(bot=bot, contact=contact, provider_id=provider_id).first()


def _recent(bot: Bot, contact: Contact, at: dt.datetime) -> Sequence[Message]:
    """What had left for this contact, the latest first."""
    rows = Message.objects.filter(bot=bot, contact=contact, direction=Direction.OUT)
    rows = rows.filter(created_at__range=(at - BUTTONS_LIVE, at)).exclude(provider_id="")
    return list(rows.select_related("version").order_by("-pk")[:RECENT])


def _buttons(message: Message) -> set[str]:
    """The words of the buttons that answer, and not of those that lead elsewhere."""
    return {_plain(button.label) for button in message.bubble.buttons if button.kind == "quick_reply"}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
