"""The simulator for the other tests: a real process, asked and told over HTTP."""

import atexit
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from messaging.simulator import serving

Json = dict[str, Any]

CLIENT = ("test-client", "test-secret")
BOT = "test-bot"
TEMPLATES: list[Json] = [
    {"elementName": "bienvenida", "template": "¡Hola! Bienvenido."},
    {
        "elementName": "aviso_pedido",
        "template": "Hola {{1}}, tu pedido {{2}} está confirmado.",
        "params": [
            {"param": "1", "label": "Nombre", "example": "María"},
            {"param": "2", "label": "Pedido", "example": "ORD-1234"},
        ],
    },
    {
        "elementName": "promo_imagen",
        "template": "Hola {{1}}, mira la promoción.",
        "category": "MARKETING",
        "type": "IMAGE",
        "mediaUrl": "https://cdn.example.com/promo.png",
    },
]

# The ids of Bird's examples, see tests/simulator/bird_examples.json.
WORKSPACE = "11111111-1111-4111-8111-111111111111"
CHANNEL = "22222222-2222-4222-8222-222222222222"
PROJECT = "66666666-6666-4666-8666-666666666666"
VERSION = "77777777-7777-4777-8777-777777777777"
BIRD_KEY = "test-key"
GREETING: Json = {
    "id": VERSION,
    "projectId": PROJECT,
    "name": "greeting",
    "content": {"en": {"body": "Hello {{name}}, your order is ready."}},
}


class Simulator:
    """Starts the process on a free port and waits until it answers; `stop` ends it."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.session = requests.Session()
        environment = serving.environment("127.0.0.1", self.port, "empty")
        self.process = subprocess.Popen(serving.command("127.0.0.1", self.port), env=environment)
        # However the tests end, the process must not stay behind.
        atexit.register(self.stop)
        wait_for(self._answers, seconds=20)

    def stop(self) -> None:
        atexit.unregister(self.stop)
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    # -- The world -------------------------------------------------------------------------------

    def reset(self, seed: str = "empty") -> None:
        self.tell("reset", seed=seed)

    def begin(self) -> None:
        """A world with one company, one bot and three templates, where statuses come quickly."""
        self.reset()
        self.add_company("test", *CLIENT)
        self.add_bot(BOT, name="Test")
        for template in TEMPLATES:
            self.add_template(**template)
        self.switch(
            delays={"processing": 0.01, "delivered_channel": 0.02, "delivered_user": 0.05, "read": 0.1},
            retry_delays=[0.05] * 3,
        )

    def begin_bird(self) -> None:
        """The same with a workspace of Bird, one channel and one template beside it."""
        self.begin()
        self.tell("bird/workspaces", id=WORKSPACE, key=BIRD_KEY)
        self.tell("bird/channels", id=CHANNEL, workspace=WORKSPACE, name="Test")
        self.add_bird_template(**GREETING)

    def add_company(self, name: str, client_id: str, client_secret: str) -> Json:
        return self.tell("companies", name=name, client_id=client_id, client_secret=client_secret)

    def add_bot(self, id: str, company: str = "test", **more: Any) -> Json:
        return self.tell("bots", id=id, company=company, **more)

    def add_template(self, bot: str = BOT, **template: Any) -> Json:
        return self.tell("templates", bot=bot, template=template)

    def add_bird_template(self, **template: Any) -> Json:
        """See messaging/simulator/bird/templates.py for what it is made of."""
        return self.tell("bird/templates", workspace=WORKSPACE, template=template)

    def set_bird_template_status(self, status: str, id: str = PROJECT) -> Json:
        return self.tell("bird/templates/status", workspace=WORKSPACE, id=id, status=status)

    def set_template_status(self, element_name: str, status: str, bot: str = BOT, language: str = "") -> Json:
        return self.tell(
            "templates/status", bot=bot, elementName=element_name, status=status, language=language
        )

    def switch(self, **switches: Any) -> Json:
        return self.tell("switches", **switches)

    def advance(self, seconds: float) -> Json:
        """Moves the clock, so that windows close."""
        return self.tell("clock", advance=seconds)

    # -- What happens ----------------------------------------------------------------------------

    def fault(self, kind: str, **more: Any) -> Json:
        """See messaging/simulator/faults.py for the kinds."""
        return self.tell("faults", kind=kind, **more)

    def clear_faults(self) -> None:
        self.session.delete(f"{self.url}/_control/faults", timeout=10).raise_for_status()

    def inbound(self, number: str, text: str = "Hola", bot: str = BOT, **more: Any) -> Json:
        """A person writes, which opens the window."""
        return self.tell("inbound", bot=bot, number=number, text=text, **more)

    def look(self, number: str, bot: str = BOT) -> None:
        self.tell("look", bot=bot, number=number)

    # -- What happened ---------------------------------------------------------------------------

    def counters(self) -> Json:
        return self.ask("counters")

    def accepted(self, bot: str = BOT) -> dict[str, int]:
        """How many messages each number got."""
        return self.counters()["accepted"].get(bot, {})

    def messages(self, **filters: str) -> list[Json]:
        return self.ask("messages", **filters)

    def deliveries(self, **filters: str) -> list[Json]:
        return self.ask("deliveries", **filters)

    # -- HTTP ------------------------------------------------------------------------------------

    def tell(self, path: str, **body: Any) -> Any:
        return _content(self.session.post(f"{self.url}/_control/{path}", json=body, timeout=20))

    def ask(self, path: str, **query: str) -> Any:
        return _content(self.session.get(f"{self.url}/_control/{path}", params=query, timeout=10))

    def _answers(self) -> bool:
        assert self.process.poll() is None, "The simulator did not start."
        try:
            return self.ask("ready")["ready"]
        except requests.ConnectionError:
            return False


def wait_for(condition: Callable[[], Any], seconds: float = 5.0) -> Any:
    """Asks until the answer is true, and returns it; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)
    return answer


def _content(response: requests.Response) -> Any:
    assert response.ok, response.text
    return response.json()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    simulator = Simulator()
    yield simulator
    simulator.stop()


@pytest.fixture
def bird_simulator(simulator_process: Simulator) -> Simulator:
    simulator_process.begin_bird()
    return simulator_process


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    simulator_process.begin()
    return simulator_process
