"""Several hosts against one database: each with workers, folders and process ids of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from messaging import queueing
from messaging.management.drill_database import url_of
from messaging.models import Bot, Lane, Message
from messaging.models.messages import MessageQuerySet
from messaging.statuses import Status
from tests.factories import make_account, make_bot, make_contact, make_message, make_template
from tests.simulating import BOT, Simulator, wait_for

HOSTS = 3
ROWS = 300
RATE = 50
TAKEN = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.READ)

pytestmark = pytest.mark.skipif(
    "postgresql" not in settings.DATABASES["default"]["ENGINE"], reason="SQLite is for one host"
)


@dataclass
class Host:
    """A `qcluster` in a folder of its own, as a process group."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def freeze(self) -> None:
        """So that what it has in its hands can be looked at."""
        os.killpg(self.process.pid, signal.SIGSTOP)

    def die(self) -> None:
        """As when the power goes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def start(folder: Path) -> Host:
    (folder / "tmp").mkdir(parents=True)
    environment = os.environ | {
        "DATABASE_URL": url_of(connection.settings_dict),
        "DJANGO_SETTINGS_MODULE": "jelouadmin.settings",
        # Locks of one host are none on another.
        "TMPDIR": str(folder / "tmp"),
        "PROVIDER_CONNECT_TIMEOUT": "1",
        "PROVIDER_READ_TIMEOUT": "2",
        "SEND_LEASE_SECONDS": "5",
        "Q_POLL": "0.1",
    }
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "qcluster"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    return Host(folder, process)


@pytest.fixture
def bot(transactional_db: None, simulator: Simulator) -> Bot:
    """One that has much to send, in both lanes."""
    bot = make_bot(account=make_account(base_url=simulator.url), rate=RATE)
    template = make_template(bot)
    for number in range(ROWS):
        contact = make_contact(f"5939900{number:05}")
        make_message(bot, contact, template=template, lane=Lane.CAMPAIGN if number % 2 else Lane.INTERACTIVE)
    return bot


@pytest.fixture
def hosts(bot: Bot, tmp_path: Path) -> Iterator[list[Host]]:
    hosts = [start(tmp_path / f"host-{number}") for number in range(HOSTS)]
    yield hosts
    for host in hosts:
        if host.process.poll() is None:
            host.die()


def test_hosts_share_rows_and_rate_and_go_on_when_one_dies(
    hosts: list[Host], bot: Bot, simulator: Simulator
) -> None:
    queueing.wake()
    wait_for(lambda: len(taken(simulator)) > ROWS // 4, seconds=15)
    hosts[0].freeze()
    in_its_hands = set(under_way().values_list("pk", flat=True))
    hosts[0].die()
    wait_for(lambda: not Message.objects.filter(status=Status.QUEUED).exists(), seconds=20)
    # What the dead one held stays where it was until somebody sweeps; the others finish all else.
    wait_for(lambda: set(under_way().values_list("pk", flat=True)) <= in_its_hands, seconds=5)
    assert set(taken(simulator).values()) == {1}
    known = Message.objects.filter(status__in=TAKEN)
    assert known.count() >= ROWS - len(in_its_hands)
    assert known.count() <= len(taken(simulator))
    assert simulator.counters()["busiestSecond"][BOT] <= RATE


def taken(simulator: Simulator) -> dict[str, int]:
    return simulator.accepted(BOT)


def under_way() -> MessageQuerySet:
    return Message.objects.filter(status=Status.SENDING)
