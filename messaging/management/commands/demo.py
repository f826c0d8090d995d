"""`make run`: everything that is needed to try the product, in one process group, until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from messaging import demo, health

# What a first start may take on a slow machine, in seconds.
PATIENCE = 60
# What ends the demo: Ctrl-C, a kill, and a terminal that is closed.
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = "Run web, worker and simulator with demo data until Ctrl-C."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
        parser.add_argument("--simulator-port", type=int, default=os.environ.get("SIMULATOR_PORT", "8001"))

    def handle(self, *args: Any, port: int, simulator_port: int, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo has public passwords. Set DEMO=True, as `make run` does.")
        refuse_taken(PORT=port, SIMULATOR_PORT=simulator_port)
        for ending in ENDINGS:
            signal.signal(ending, signal.default_int_handler)
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        try:
            self.prepare(simulator_port)
            self.start("web", *web_command(port))
            self.start("worker", sys.executable, "manage.py", "qcluster")
            self.wait_for("web", f"http://127.0.0.1:{port}/healthz")
            self.wait_for_worker()
            demo.let_people_write()
            self.welcome(port, simulator_port)
            self.watch()
        except KeyboardInterrupt:
            self.stdout.write("\nStopping.")
        finally:
            self.stop()

    def prepare(self, simulator_port: int) -> None:
        """The simulator comes first: the demo's templates are fetched from it."""
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.start("simulator", sys.executable, "manage.py", "simulator", "--port", str(simulator_port))
        self.wait_for("simulator", f"http://127.0.0.1:{simulator_port}/")
        demo.seed()

    def start(self, name: str, *command: str) -> None:
        """In a session of its own, so that Ctrl-C reaches us first and we end the others in order."""
        self.children[name] = subprocess.Popen(command, start_new_session=True)  # noqa: S603

    def wait_for(self, name: str, url: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.children[name].poll() is not None:
                raise CommandError(f"The {name} did not start; the lines above say why.")
            try:
                with urlopen(url, timeout=2):  # noqa: S310
                    return
            except (URLError, OSError):
                time.sleep(0.2)
        raise CommandError(f"The {name} did not answer at {url} within {PATIENCE} seconds.")

    def wait_for_worker(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while shortcomings := health.shortcomings():
            if time.monotonic() > deadline:
                raise CommandError(f"Not ready after {PATIENCE} seconds: {shortcomings}")
            time.sleep(0.2)

    def watch(self) -> None:
        while all(child.poll() is None for child in self.children.values()):
            time.sleep(0.5)
        ended = [name for name, child in self.children.items() if child.poll() is not None]
        raise CommandError(f"The {' and the '.join(ended)} ended by itself; stopping the rest.")

    def stop(self) -> None:
        """A second Ctrl-C must not leave half of them running."""
        for ending in ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        for child in reversed(self.children.values()):
            if child.poll() is None:
                child.terminate()
        for child in self.children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)

    def welcome(self, port: int, simulator_port: int) -> None:
        self.stdout.write(
            "\n"
            f"  Jelou Admin   http://localhost:{port}/\n"
            f"  Phones        http://localhost:{simulator_port}/\n"
            "\n"
            "  Log in as admin, supervisor or agent; the password is the name.\n"
            "  Ctrl-C stops everything.\n"
        )
        self.stdout.flush()


def refuse_taken(**ports: int) -> None:
    """Say so before anything starts: whoever holds the port would answer in our place."""
    if len(set(ports.values())) < len(ports):
        raise CommandError(f"{' and '.join(ports)} must differ.")
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError) as error:
                sentence = f"Port {port} cannot be used ({error}). Choose another: make run {name}=…"
                raise CommandError(sentence) from error


def web_command(port: int) -> tuple[str, ...]:
    return (
        *(sys.executable, "-m", "gunicorn", "jelouadmin.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"),
    )
