"""Everything that is true, in memory, behind one lock. One process has one world: `WORLD`."""

import hmac
import random
import threading
import time
from collections import defaultdict, deque
from typing import Any

from messaging.simulator.counters import Counters
from messaging.simulator.rows import Bot, Company, Json, Message, Phone, Template, iso
from messaging.simulator.switches import Switches
from messaging.simulator.template_rows import completed

STATUSES = ("PENDING", "DELETED", "REJECTED", "APPROVED", "DISABLED")


class World:
    """Raises KeyError for a bot, company or template that is not there, unless it says `find`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.era = 0
        self.reset()

    def reset(self) -> None:
        """Forgets everything. What was under way for the old era is not carried out any more."""
        with self.lock:
            self.era += 1
            self.companies: dict[str, Company] = {}
            self.bots: dict[str, Bot] = {}
            self.templates: dict[str, list[Template]] = defaultdict(list)
            self.messages: dict[str, Message] = {}
            self.log: dict[str, list[Message]] = defaultdict(list)
            self.phones: dict[tuple[str, str], Phone] = {}
            # Of Bird's workspaces: who a contact's id is, and where their webhooks go.
            self.contacts: dict[tuple[str, str], str] = {}
            self.hooks: dict[str, list[Json]] = defaultdict(list)
            self.deliveries: deque[Json] = deque(maxlen=20_000)
            self.recent: dict[str, deque[float]] = defaultdict(deque)
            self.counters = Counters()
            self.switches = Switches()
            # The same run twice misbehaves the same way.
            self.dice = random.Random(7)  # noqa: S311
            self.clock_offset = 0.0
            self._template_ids = 0

    def now(self) -> float:
        """Seconds since 1970, moved by whatever the clock was advanced."""
        return time.time() + self.clock_offset

    # -- Who and what there is -----------------------------------------------------------------

    def add_company(self, name: str, client_id: str, client_secret: str, provider: str = "jelou") -> Company:
        with self.lock:
            company = Company(name, client_id, client_secret, len(self.companies) + 1, provider)
            self.companies[name] = company
            return company

    def add_bot(self, id: str, company: str, name: str = "", **more: Any) -> Bot:
        with self.lock:
            owner = self.companies[company]
            self.bots[id] = Bot(id=id, company=owner.name, name=name or id, **more)
            return self.bots[id]

    def add_template(self, bot_id: str, given: Json) -> Template:
        """Completes `given` to the listed object; replaces one of the same name and language."""
        with self.lock:
            self._template_ids += 1
            bot = self.bots[bot_id]
            owner = self.companies[bot.company]
            template = completed(given, self._template_ids, bot, owner, iso(self.now()))
            same = self._same(template)
            others = [row for row in self.templates[bot_id] if self._same(row) != same]
            self.templates[bot_id] = [*others, template]
            return template

    def set_template_status(self, bot_id: str, name: str, status: str, language: str = "") -> Template:
        if status not in STATUSES:
            raise ValueError(f"status is one of {', '.join(STATUSES)}.")
        with self.lock:
            template = self.find_template(bot_id, name, language)
            if template is None:
                raise KeyError(name)
            template.update(status=status, updatedAt=iso(self.now()))
            return template

    def find_company(self, client_id: str, client_secret: str) -> Company | None:
        for company in self.companies.values():
            if company.client_id == client_id and company.provider == "jelou":
                same = hmac.compare_digest(company.client_secret.encode(), client_secret.encode())
                return company if same else None
        return None

    def find_template(self, bot_id: str, name: str, language: str = "") -> Template | None:
        """Exactly that language first; then `pt` also means pt_BR, and none means the only one or es."""
        named = [row for row in self.templates[bot_id] if row["elementName"] == name]
        wanted = language.lower()
        exact = [row for row in named if row["language"].lower() == (wanted or "es")]
        if exact or len(wanted) > 2:
            return exact[0] if exact else None
        near = [row for row in named if row["language"].lower().startswith(wanted)]
        return near[0] if len(near) == 1 else None

    @staticmethod
    def _same(template: Template) -> tuple[str, str]:
        return template["elementName"], template["language"].lower()

    # -- Messages and phones -------------------------------------------------------------------

    def accept(self, message: Message) -> Message:
        """Takes a message of a bot: it is counted here and nowhere else."""
        with self.lock:
            self.messages[message.id] = message
            self.log[message.bot].append(message)
            self.counters.accept(message)
            return message

    def show(self, message: Message) -> None:
        """Puts it on the phone; what is scheduled is not there yet."""
        with self.lock:
            phone = self.phone(message.bot, message.number)
            phone.messages.append(message)
            phone.unread += 1

    def receive(self, message: Message, name: str = "") -> Message:
        """Takes a message of a person, which opens the window."""
        with self.lock:
            self.messages[message.id] = message
            self.log[message.bot].append(message)
            phone = self.phone(message.bot, message.number)
            phone.messages.append(message)
            phone.name = name or phone.name
            phone.last_inbound = message.created
            return message

    def window_end(self, bot_id: str, number: str) -> float | None:
        """24 hours from the last inbound, which may be over; None for who never wrote."""
        phone = self.phones.get((bot_id, number))
        if phone is None or phone.last_inbound is None:
            return None
        return phone.last_inbound + self.switches.window_hours * 3600

    def phone(self, bot_id: str, number: str) -> Phone:
        return self.phones.setdefault((bot_id, number), Phone(bot_id, number))

    def window_open(self, bot_id: str, number: str) -> bool:
        """https://docs.jelou.ai/en/api/envia-mensajes/introduccion: 24 hours from the last inbound."""
        end = self.window_end(bot_id, number)
        return end is not None and self.now() < end

    def last_template_on(self, bot_id: str, number: str) -> Message | None:
        phone = self.phones.get((bot_id, number))
        sent = (row for row in reversed(phone.messages if phone else []) if row.kind == "hsm")
        return next(sent, None)

    def newest(self, bot_id: str) -> list[Message]:
        """Both directions."""
        with self.lock:
            return self.log[bot_id][::-1]

    # -- Pace ----------------------------------------------------------------------------------

    def take_turn(self, key: str, rate: int) -> bool:
        """Whether this request still fits into so many a second, 0 for any; counts it in any case."""
        with self.lock:
            now = time.monotonic()
            self.counters.seconds[key, int(now)] += 1
            if not rate:
                return True
            turns = self.recent[key]
            while turns and now - turns[0] >= 1:
                turns.popleft()
            if len(turns) >= rate:
                return False
            turns.append(now)
            return True


WORLD = World()
