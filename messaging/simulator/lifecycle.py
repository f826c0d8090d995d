"""What becomes of a message after it was taken: it travels, arrives, is opened, is answered.

    SCHEDULED ─► CREATED ─► PROCESSING ─► DELIVERED_CHANNEL ─► DELIVERED_USER ─► READ ─► REPLY
                    └─────────────► FAILED

Each step changes the row and posts webhooks. The words are Jelou's, who skips the first and the third:
https://docs.jelou.ai/en/api/campanas/notificaciones. Other providers have words of their own for them.
"""

import time
from functools import partial

from messaging.simulator import callbacks
from messaging.simulator.callbacks import SCHEDULE, VOICES, Action
from messaging.simulator.letters import Letter
from messaging.simulator.rows import Json, Message
from messaging.simulator.world import WORLD

# Numbers that end so never get anything.
FATES = {
    "0404": "(#131026) Message undeliverable.",
    "0429": "(#131049) This message was not delivered to maintain healthy ecosystem engagement.",
}


def send(message: Message) -> Message:
    """Takes the message and sets it on its way, now or when it is due."""
    WORLD.accept(message)
    if message.due > WORLD.now():
        message.status = "SCHEDULED"
        _tell(message, "SCHEDULED")
        SCHEDULE.after(message.due - WORLD.now(), partial(_release, message))
    else:
        _tell(message, "CREATED")
        _leave(message)
    return message


def release_due() -> None:
    """The clock was moved: what is due by now leaves."""
    with WORLD.lock:
        waiting = [row for row in WORLD.messages.values() if row.status == "SCHEDULED"]
    for message in waiting:
        _release(message)


def receive(
    bot_id: str,
    number: str,
    text: str,
    name: str = "",
    answers: str | None = None,
    body: Json | None = None,
) -> Message:
    """A person writes a text, or sends another `body`, in the provider's words.

    It answers the message with that id, by pressing what reads so, or else the last template on the phone.
    """
    bot = WORLD.bots[bot_id]
    voice = VOICES[bot.provider]
    message = Message("inbound", bot_id, number, body or voice.said(text), WORLD.now(), answers=answers)
    WORLD.receive(message, name)
    answered = WORLD.messages.get(answers) if answers else WORLD.last_template_on(bot_id, number)
    if answered and answered.kind != "inbound":
        _answer(answered, text, pressed=bool(answers))
    _post(message, voice.inbound(message))
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


def _release(message: Message) -> None:
    if message.due <= WORLD.now() and reach(message, "CREATED"):
        _leave(message)


def _leave(message: Message) -> None:
    message.started = time.monotonic()
    message.fate = message.fate or VOICES[WORLD.bots[message.bot].provider].fate(message) or _fate(message)
    WORLD.show(message)
    _travel(message)


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
    return next((status for status in _journey(message) if not message.passed(status)), None)


def _fate(message: Message) -> str | None:
    if WORLD.switches.failing and WORLD.dice.random() < WORLD.switches.failing:
        return FATES["0404"]
    return FATES.get(message.number[-4:])


def _answer(message: Message, text: str, *, pressed: bool) -> None:
    """A person can only answer what arrived and was opened."""
    message.answer = text
    for status in (*_journey(message), "REPLY"):
        reach(message, status)
    if pressed:
        _press(message, text)


def _press(message: Message, text: str) -> None:
    with WORLD.lock:
        message.presses.append((WORLD.now(), text))
    _post(message, VOICES[WORLD.bots[message.bot].provider].pressed(message, text, WORLD.now()))


def _tell(message: Message, status: str) -> None:
    voice = VOICES[WORLD.bots[message.bot].provider]
    letters = voice.status(message, status, WORLD.now())
    _post(message, letters, _shuffle(message, status), partial(_note, message, status))


def _note(message: Message, status: str) -> None:
    with WORLD.lock:
        message.heard.add(status)


def _post(message: Message, letters: list[Letter], wait: float = 0.0, heard: Action | None = None) -> None:
    for letter in letters:
        callbacks.post(WORLD.bots[message.bot], message.number, letter, wait, heard)


def _journey(message: Message) -> tuple[str, ...]:
    return VOICES[WORLD.bots[message.bot].provider].JOURNEY


def _shuffle(message: Message, status: str) -> float:
    """How long to hold a webhook back so that it arrives out of order."""
    journey = _journey(message)
    if WORLD.switches.order == "natural" or status not in journey:
        return 0.0
    delays = WORLD.switches.delays
    span = max(delays.values()) - delays[status.lower()]
    if WORLD.switches.order == "random":
        return span + WORLD.dice.random() * 0.3
    return span + 0.1 * (len(journey) - journey.index(status))
