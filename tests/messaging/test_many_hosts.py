"""Several hosts against one database: each with workers, folders and process ids of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, QuerySet
from django.utils import timezone

from messaging import queueing, sweeping
from messaging.drilling import crew
from messaging.management.drill_database import url_of
from messaging.models import Bot, Lane, Message, WorkerBeat
from messaging.statuses import Status
from tests.factories import make_account, make_bot, make_contact, make_message, make_template
from tests.simulating import BOT, Simulator, wait_for

HOSTS = 3
PEOPLE = 150
RATE = 50
REACH = 100
# So that there is enough to do until each host has begun, however slow the machine.
SLOW_RATE = 5
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

    def thaw(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def is_alive(self) -> bool:
        return bool(self._beats().count())

    def is_sending(self) -> bool:
        """Whether one of its workers has a seat."""
        return self._beats().filter(pumping_since__isnull=False).exists()

    def _beats(self) -> QuerySet[WorkerBeat]:
        processes = [one.pid for one in crew.processes() if one.group == self.process.pid]
        return WorkerBeat.objects.filter(pid__in=processes)

    def die(self) -> None:
        """As when the power goes."""
        with contextlib.suppress(ProcessLookupError):
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
    """One that has two messages for each of many people, in both lanes, and is off yet."""
    bot = make_bot(account=make_account(base_url=simulator.url), is_on=False)
    template = make_template(bot)
    for number in range(PEOPLE):
        contact = make_contact(f"5939900{number:05}")
        for lane in (Lane.INTERACTIVE, Lane.CAMPAIGN):
            make_message(bot, contact, template=template, lane=lane)
    return bot


@pytest.fixture
def hosts(bot: Bot, tmp_path: Path) -> Iterator[list[Host]]:
    """All of them ready."""
    hosts = [start(tmp_path / f"host-{number}") for number in range(HOSTS)]
    try:
        wait_for(lambda: all(host.is_alive() for host in hosts), seconds=60)
        yield hosts
    finally:
        for host in hosts:
            host.die()


def set_to_work(hosts: list[Host], **limits: int) -> None:
    """Returns when each of them sends, and from then on they may at full speed."""
    Bot.objects.update(is_on=True, rate=SLOW_RATE, **limits)
    deadline = time.monotonic() + 30
    while not all(host.is_sending() for host in hosts):
        assert time.monotonic() < deadline
        queueing.wake()  # any host may hear it, also one that sends already
        time.sleep(0.1)
    Bot.objects.update(rate=RATE)


def kill_in_the_midst(host: Host) -> set[int]:
    """Returns the rows it had in its hands, of which there are some."""
    held: set[tuple[int, uuid.UUID | None]] = set()
    while not held:
        host.freeze()
        before = under_way()
        time.sleep(1.5)  # longer than the others hold any row
        held = before & under_way()
        if not held:
            host.thaw()
            time.sleep(0.1)  # so that it takes some
    host.die()
    return {pk for pk, _claim in held}


def test_each_row_is_sent_once_at_the_shared_rate_though_a_host_dies(
    hosts: list[Host], bot: Bot, simulator: Simulator
) -> None:
    set_to_work(hosts)
    held = kill_in_the_midst(hosts[0])
    # What the dead one held stays where it was until somebody sweeps; the others finish all else.
    wait_for(lambda: not due() and {pk for pk, _claim in under_way()} <= held, seconds=60)
    assert Message.objects.filter(status__in=TAKEN).count() >= 2 * PEOPLE - len(held)
    assert not tried_twice()
    assert simulator.counters()["busiestSecond"][BOT] <= RATE


def test_what_a_dead_host_held_is_unknown_or_sent_by_another(
    hosts: list[Host], bot: Bot, simulator: Simulator
) -> None:
    set_to_work(hosts)
    held = kill_in_the_midst(hosts[0])
    Message.objects.filter(pk__in=held, status=Status.SENDING).update(lease_until=timezone.now())
    sweeping.sweep()
    Message.objects.filter(due_at__gt=timezone.now()).update(due_at=timezone.now())
    queueing.wake()
    wait_for(lambda: not due() and not under_way(), seconds=60)
    unknown = set(Message.objects.filter(status=Status.UNKNOWN).values_list("pk", flat=True))
    assert unknown <= held
    assert Message.objects.filter(status__in=TAKEN).count() == 2 * PEOPLE - len(unknown)
    assert not tried_twice()
    assert max(simulator.accepted(BOT).values()) == 2


def test_hosts_share_the_daily_reach_and_the_pause_between_messages_to_one_person(
    hosts: list[Host], bot: Bot, simulator: Simulator
) -> None:
    set_to_work(hosts, daily_reach=REACH, pair_interval=3600)
    wait_for(lambda: not is_open(bot) and not under_way(), seconds=60)
    people = simulator.accepted(BOT)
    assert set(people.values()) == {1}
    # What one host gave back to the queue was counted all the same, and waits: never more, at times fewer.
    assert REACH / 2 < len(people) <= REACH


def is_open(bot: Bot) -> bool:
    """Whether it may still begin to write to somebody."""
    return Bot.objects.filter(pk=bot.pk, reach_free_at=None).exists()


def due() -> bool:
    return Message.objects.filter(status=Status.QUEUED, due_at__lte=timezone.now()).exists()


def under_way() -> set[tuple[int, uuid.UUID | None]]:
    """With the claim that they are under way by."""
    return set(Message.objects.filter(status=Status.SENDING).values_list("pk", "claim_id"))


def tried_twice() -> bool:
    return Message.objects.annotate(tries=Count("attempts")).filter(tries__gt=1).exists()
