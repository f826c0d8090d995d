"""`make drill`: kill what can be killed while thousands of rows leave, and see whether the books balance.

The command that is called makes a place apart (a database, ports, an environment) and calls itself in it.
The inner one does the drill; everything it starts is in its session, which the outer one ends.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from messaging.drilling import crew
from messaging.drilling.course import Course, Size
from messaging.drilling.starting import LIMIT
from messaging.management import drill_database
from messaging.management.commands.demo import ENDINGS, web_command
from messaging.models import Drill

WORKERS_OF_A_CLUSTER = 2
PATIENCE = 60
# The last lines of the processes' log, if something went wrong.
LINES_SHOWN = 40


class Command(BaseCommand):
    help = "Kill workers and cut connections while messages leave, and count what got lost or doubled."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=10_000)
        parser.add_argument("--workers", type=int, default=4)
        parser.add_argument("--kills", type=int, default=12)
        parser.add_argument("--seed", type=int, default=None, help="the same victims and moments again")
        parser.add_argument("--log", action="store_true", help="print what the processes had to say")
        parser.add_argument("--record", type=int, metavar="PK", help="the product's row that follows it")
        parser.add_argument("--inside", action="store_true", help="used by itself")

    def handle(self, *args: Any, inside: bool, record: int | None, **options: Any) -> None:
        size = Size(
            rows=options["rows"],
            workers=options["workers"],
            kills=options["kills"],
            seed=random.randrange(10**6) if options["seed"] is None else options["seed"],  # noqa: S311
        )
        if inside:
            self.drill(size)
        else:
            self.surround(size, Record(record), options["log"])

    # -- Outside -------------------------------------------------------------------------------------

    def surround(self, size: Size, record: "Record", shows_log: bool) -> None:
        """Prints what the inner one prints; the last line is the books, as JSON."""
        if not crew.PROCESSES.is_dir():
            raise CommandError(_("The drill finds its victims in /proc, which this system does not have."))
        for ending in ENDINGS:
            signal.signal(ending, signal.default_int_handler)
        figures: dict[str, Any] = {}
        try:
            with drill_database.throw_away() as database, tempfile.TemporaryFile("w+") as log:
                figures = self.follow(_inner(size, database, log), record)
                if shows_log or not figures.get("passed"):
                    self.show(log)
        except KeyboardInterrupt:
            raise CommandError(_("The drill was stopped.")) from None
        finally:
            record.end(figures)
        passed = figures.pop("passed", None)
        if passed is None:
            raise CommandError(_("The drill itself broke down; the lines above say why."))
        self.stdout.write(json.dumps(figures))
        if not passed:
            sys.exit(1)

    def follow(self, inner: "subprocess.Popen[str]", record: "Record") -> dict[str, Any]:
        """Returns the figures, or nothing if there are none. Whatever happens, all of them are gone then."""
        alarm = threading.Timer(LIMIT.total_seconds(), crew.end_session, [inner.pid])
        alarm.daemon = True
        alarm.start()
        try:
            assert inner.stdout is not None
            for line in inner.stdout:
                if line.startswith("{"):
                    return json.loads(line)
                self.stdout.write(line, ending="")
                self.stdout.flush()
                record.follow(line)
            return {}
        finally:
            alarm.cancel()
            crew.end_session(inner.pid)
            inner.wait()

    def show(self, log: Any) -> None:
        log.seek(0)
        self.stderr.write("".join(deque(log, LINES_SHOWN)))

    # -- Inside --------------------------------------------------------------------------------------

    def drill(self, size: Size) -> None:
        if not drill_database.is_throw_away():
            raise CommandError(_("Not here: the drill fills and breaks the database it works in."))
        threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
        self.began = time.monotonic()
        with _providers():
            call_command("migrate", verbosity=0)
            books, figures = Course(size, self.say).run()
        for objection in books.objections[:LINES_SHOWN]:
            self.say(size.rows, size.rows, f"! {objection}")
        self.stdout.write(json.dumps(figures | {"passed": not books.objections}))

    def say(self, gone: int, rows: int, sentence: str) -> None:
        """How far it is comes first: whoever follows reads that alone."""
        self.stdout.write(f"{gone:>6}/{rows}  {time.monotonic() - self.began:5.1f} s  {sentence}\n")
        self.stdout.flush()


class Record:
    """The product's row of this drill, if there is one."""

    def __init__(self, pk: int | None) -> None:
        self.rows = Drill.objects.none() if pk is None else Drill.objects.filter(pk=pk)
        self.is_wanted = pk is not None
        if self.is_wanted and not self.rows.exists():
            raise CommandError(_("There is no drill %(number)s.") % {"number": pk})

    def follow(self, line: str) -> None:
        if self.is_wanted:
            self.rows.update(progress=line.split(maxsplit=1)[0])

    def end(self, figures: dict[str, Any]) -> None:
        if self.is_wanted:
            kept = {name: value for name, value in figures.items() if name != "passed"}
            self.rows.update(ended_at=timezone.now(), passed=figures.get("passed"), figures=kept)


def _inner(size: Size, database: str, log: Any) -> "subprocess.Popen[str]":
    """The same command in a place apart and a session of its own."""
    sizes = [f"--{name}={value}" for name, value in vars(size).items()]
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "drill", "--inside", *sizes],
        cwd=settings.BASE_DIR,
        env=_environment(database, size.workers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )


def _environment(database: str, workers: int) -> dict[str, str]:
    """Of everything in the drill. Times are short, so that a lease may end while somebody watches."""
    web, simulator = _free_port(), _free_port()
    return os.environ | {
        "DATABASE_URL": database,
        "SITE_URL": f"http://127.0.0.1:{web}",
        "SIMULATOR_URL": f"http://127.0.0.1:{simulator}",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "False",
        "DEMO": "False",
        "Q_WORKERS": str(min(workers, WORKERS_OF_A_CLUSTER)),
        "Q_POLL": "0.1",
        "PROVIDER_CONNECT_TIMEOUT": "1",
        "PROVIDER_READ_TIMEOUT": "3",
        "SEND_LEASE_SECONDS": "6",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with(parent: int) -> None:
    """Whoever surrounds us may be killed without a word: then nothing of ours stays behind."""
    while os.getppid() == parent:
        time.sleep(0.5)
    crew.end_session(os.getsid(0))
    try:
        drill_database.remove()
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _providers() -> Iterator[None]:
    """The simulator, and the web that it reports to, at the addresses that the settings name."""
    ports = [settings.SIMULATOR_URL.rpartition(":")[2], settings.SITE_URL.rpartition(":")[2]]
    simulator = (sys.executable, "manage.py", "simulator", "--seed", "empty", "--port", ports[0])
    children = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=sys.stderr)  # noqa: S603
        for command in (simulator, web_command(int(ports[1])))
    ]
    try:
        _wait_for(f"{settings.SIMULATOR_URL}/_control/ready", f"{settings.SITE_URL}/healthz")
        yield
    finally:
        for child in children:
            child.terminate()


def _wait_for(*urls: str) -> None:
    deadline = time.monotonic() + PATIENCE
    waiting = list(urls)
    while waiting:
        try:
            with urlopen(waiting[0], timeout=2):  # noqa: S310 - our own
                waiting.pop(0)
        except (URLError, OSError) as error:
            if time.monotonic() > deadline:
                text = _("%(address)s did not answer within %(seconds)s s.")
                raise CommandError(text % {"address": waiting[0], "seconds": PATIENCE}) from error
            time.sleep(0.1)
