"""What `make run` starts, as a person meets it: their browser, the real worker, and Ctrl-C in the end."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import COMPOSE, Person
from tests.simulating import free_port, wait_for


@dataclass
class Demo:
    process: subprocess.Popen[bytes]
    url: str
    folder: str

    def everybody(self) -> list[str]:
        """Ids of all processes that work on this demo's database, wherever they hang in the tree."""
        mark = f"DATABASE_URL=sqlite:///{self.folder}".encode()
        return [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if mark in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def demo() -> Iterator[Demo]:
    with tempfile.TemporaryDirectory() as folder:
        port, simulator_port = free_port(), free_port()
        url, simulator_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{simulator_port}"
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "jelouadmin.settings",
            "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
            "STATIC_ROOT": f"{folder}/static",
            "DEMO": "True",
            "SITE_URL": url,
            "SIMULATOR_URL": simulator_url,
            "MEDIA_HOSTS": simulator_url,
        }
        environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        command = [sys.executable, "manage.py", "demo", "--port", str(port)]
        command += ["--simulator-port", str(simulator_port)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        demo = Demo(process, url, folder)
        try:
            yield demo
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


@pytest.fixture
def visitor(chromium: Browser, demo: Demo) -> Iterator[Person]:
    assert demo.process.stdout
    lines = iter(demo.process.stdout.readline, b"")
    assert any(b"Ctrl-C stops everything" in line for line in lines), "The demo did not start."
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    person = Person(context.new_page(), demo.url)
    yield person
    context.close()


def test_the_demo_brings_a_message_to_a_phone_and_ends_without_a_trace(visitor: Person, demo: Demo) -> None:
    log_in(visitor, "agent")
    visitor.open(COMPOSE)
    visitor.choose("Bot", "Soporte")
    visitor.choose("Template", "Pedido confirmado")
    visitor.page.get_by_label("Search contacts").press_sequentially("593990000000")
    with visitor.answer():
        visitor.results.first.click()
    for field in visitor.page.locator("input[name^=value-]").all():
        with visitor.answer("preview/"):
            field.fill("A1042")
    shown = visitor.bubble.inner_text()
    assert "A1042" in shown
    visitor.send()
    status = visitor.page.get_by_role("status").locator(".badge")
    expect(status).to_have_text("Read", timeout=30_000)
    assert visitor.complaints == []
    visitor.page.goto(visitor.page.get_by_role("link", name="Open this phone").get_attribute("href") or "")
    expect(visitor.page.locator(".bubble .text").last).to_have_text(shown)

    assert len(demo.everybody()) > 3
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=30) == 0
    wait_for(lambda: not demo.everybody())


def log_in(visitor: Person, name: str) -> None:
    visitor.open("/")
    visitor.page.get_by_label("Username").fill(name)
    visitor.page.get_by_label("Password").fill(name)
    visitor.page.get_by_role("button", name="Log in").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Dashboard")
