"""What becomes of a message after it was taken: it travels, arrives, is opened, is answered.

    CREATED ─► DELIVERED_CHANNEL ─► DELIVERED_USER ─► READ ─► REPLY
       └─────────────► FAILED

Each step changes the notification row and posts a webhook. The words are Jelou's:
https://docs.jelou.ai/en/api/campanas/notificaciones
"""

import time
from functools import partial

from messaging.simulator import callbacks
from messaging.simulator.callbacks import SCHEDULE, VOICES
from messaging.simulator.rows import Json, Message
from messaging.simulator.world import WORLD

JOURNEY = ("DELIVERED_CHANNEL", "DELIVERED_USER", "READ")

# Numbers that end so never get anything.
FATES = {
    "0404": "(#131026) Message undeliverable.",
    "0429": "(#131049) This message was not delivered to maintain healthy ecosystem engagement.",
}


def send(message: Message) -> Message:
    """Takes the message and sets it on its way."""
    message.started = time.monotonic()
    WORLD.accept(message)
    message.fate = _fate(message)
    _travel(message)
    return message


def receive(bot_id: str, number: str, bubble: Json, name: str = "", answers: str | None = None) -> Message:
    """A person writes. It answers the message with that id, or else the last template on the phone."""
    message = Message("inbound", bot_id, number, bubble, WORLD.now(), answers=answers)
    WORLD.receive(message, name)
    answered = WORLD.messages.get(answers) if answers else WORLD.last_template_on(bot_id, number)
    if answered and answered.kind != "inbound":
        _answer(answered, bubble.get("text", ""))
    bot = WORLD.bots[bot_id]
    content = VOICES[bot.provider].inbound(message, WORLD.phone(bot_id, number).name or number)
    callbacks.post(bot, bot.inbound_url, number, "inbound", content)
    return message


def look_at(bot_id: str, number: str) -> None:
    """Somebody has the chat open."""
    phone = WORLD.phone(bot_id, number)
    phone.unread = 0
    if WORLD.switches.read == "opened":
        for message in [row for row in phone.messages if row.status == "DELIVERED_USER"]:
            reach(message, "READ")


def reach(message: Message, status: str) -> bool:
    """Moves the message to `status`, unless it is there or further already; says whether it moved."""
    with WORLD.lock:
        if message.passed(status) or WORLD.messages.get(message.id) is not message:
            return False
        message.status = status
        message.times[status] = WORLD.now()
        _tell(message, status)
    return True


def _travel(message: Message) -> None:
    """Plans the next step, at its own distance from the moment of acceptance."""
    status = _next_step(message)
    if status is None or (status == "READ" and WORLD.switches.read != "auto"):
        return
    delay = WORLD.switches.delays["delivered_channel" if status == "FAILED" else status.lower()]
    elapsed = time.monotonic() - message.started
    SCHEDULE.after(max(0.0, delay - elapsed), partial(_step, message, status))


def _step(message: Message, status: str) -> None:
    if reach(message, status):
        _travel(message)


def _next_step(message: Message) -> str | None:
    if message.fate and message.status == "CREATED":
        return "FAILED"
    return next((status for status in JOURNEY if not message.passed(status)), None)


def _fate(message: Message) -> str | None:
    if WORLD.switches.failing and WORLD.dice.random() < WORLD.switches.failing:
        return FATES["0404"]
    return FATES.get(message.number[-4:])


def _answer(message: Message, text: str) -> None:
    """A person can only answer what arrived and was opened."""
    message.answer = text
    for status in (*JOURNEY, "REPLY"):
        reach(message, status)


def _tell(message: Message, status: str) -> None:
    if message.kind != "hsm" and not WORLD.switches.session_statuses:
        return
    bot = WORLD.bots[message.bot]
    voice = VOICES[bot.provider]
    event = voice.NAMES[status]
    content = voice.status(message, event, WORLD.now())
    callbacks.post(bot, bot.subscriptions.get(event, ""), message.number, event, content, _shuffle(status))


def _shuffle(status: str) -> float:
    """How long to hold a webhook back so that it arrives out of order."""
    if WORLD.switches.order == "natural" or status not in JOURNEY:
        return 0.0
    delays = WORLD.switches.delays
    span = max(delays.values()) - delays[status.lower()]
    if WORLD.switches.order == "random":
        return span + WORLD.dice.random() * 0.3
    return span + 0.1 * (len(JOURNEY) - JOURNEY.index(status))
