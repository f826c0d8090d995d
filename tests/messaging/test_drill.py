"""The drill passes, leaves nothing behind, and is able to fail."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.translation import override

from messaging import drilling
from messaging.drilling.books import Books, Row, Taken, balance
from messaging.drilling.people import People, Turn, plan
from messaging.drilling.supply import Supply
from messaging.drilling.world import STOPPED
from messaging.management.commands.drill import Record
from messaging.management.drill_database import PREFIX, url_of
from messaging.models import Bot, Drill, Message
from messaging.statuses import Status
from tests.factories import claimed, make_contact, make_message
from tests.simulating import wait_for

ANA = "bot 593990000001"


@pytest.fixture
def environment(transactional_db: None) -> dict[str, str]:
    """Of a command that works in the same database as this test."""
    return os.environ | {
        "DATABASE_URL": url_of(connection.settings_dict),
        "DJANGO_SETTINGS_MODULE": "jelouadmin.settings",
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "drill", *arguments]


def leftovers() -> list[str]:
    """Databases of drills, and processes that work in one."""
    found = [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if is_of_a_drill(path)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"])
            found += [row[0] for row in cursor.fetchall()]
    return found


def is_of_a_drill(environ: Path) -> bool:
    try:
        variables = environ.read_bytes().split(b"\0")
    except OSError:
        return False
    return any(one.startswith(b"DATABASE_URL=") and PREFIX.encode() in one for one in variables)


# -- The whole of it -------------------------------------------------------------------------------


def test_nothing_is_lost_or_doubled_whatever_is_killed(environment: dict[str, str]) -> None:
    record = Drill.objects.create()
    sizes = ("--rows", "300", "--workers", "4", "--kills", "3", "--record", str(record.pk))
    done = subprocess.run(command(*sizes), env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    parts = ("accepted", "failed", "unknown", "waiting", "skipped", "canceled")
    assert figures["planned"] == 300
    assert [figures[never] for never in ("lost", "doubled", "behind")] == [0, 0, 0]
    assert sum(figures[part] for part in parts) == 300
    assert figures["kills"] == 3
    assert figures["canceled"] > 0
    assert figures["reported"] > 0
    record.refresh_from_db()
    assert (record.passed, record.figures, record.progress) == (True, figures, "300/300")
    assert record.ended_at is not None


def test_nothing_of_it_stays_when_it_is_killed_itself(environment: dict[str, str]) -> None:
    process = subprocess.Popen(command("--rows", "50"), env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert b"made 50 rows" in process.stdout.readline()
    assert leftovers()
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not leftovers(), seconds=10)


def test_it_touches_no_database_but_its_own(db: None) -> None:
    with pytest.raises(CommandError, match="Not here"):
        call_command("drill", inside=True)


# -- What may leave --------------------------------------------------------------------------------


@pytest.fixture
def keys(bot: Bot) -> list[int]:
    return [make_message(bot, make_contact(f"59399000000{number}")).pk for number in range(8)]


def begin(keys: list[int]) -> None:
    for message in Message.objects.filter(pk__in=keys):
        claimed(message)


def finish(keys: list[int]) -> None:
    Message.objects.filter(pk__in=keys).update(status=Status.ACCEPTED, claim_id=None, lease_until=None)


def test_a_mishap_waits_until_workers_are_in_the_midst_of_its_portion(keys: list[int]) -> None:
    supply = Supply(keys, mishaps=1)
    supply.release()
    assert not supply.is_begun(0.5)
    begin(keys[:2])
    assert supply.is_begun(0.5)
    finish(keys[:2])
    assert supply.is_begun(0.5)


def test_a_portion_that_was_over_too_soon_gets_longer(keys: list[int]) -> None:
    supply = Supply(keys, mishaps=1)
    supply.release()
    finish(keys[:4])
    assert not supply.is_begun(0.5)
    begin(keys[4:5])
    assert supply.is_begun(0.5)


def test_no_mishap_is_left_out_when_all_rows_are_gone(keys: list[int]) -> None:
    supply = Supply(keys, mishaps=20)
    finish(keys)
    for _ in range(20):
        supply.release()
    assert supply.is_begun(0.5)


# -- Who takes back --------------------------------------------------------------------------------


def test_people_choose_the_same_rows_for_the_same_seed() -> None:
    first, again, other = (plan(range(900), 9, seed) for seed in (7, 7, 8))
    assert first == again != other


def test_people_count_what_they_took_back_in_time(keys: list[int]) -> None:
    begin(keys[:4])
    people = People()
    people.take(Turn(0.5, tuple(keys[3:6]), stops_bot=False))
    assert people.canceled == 2
    Bot.objects.update(name=STOPPED)
    people.take(Turn(0.5, (), stops_bot=True))
    assert people.canceled == Message.objects.filter(status=Status.CANCELED).count() == 4


def test_it_speaks_the_language_of_whoever_runs_it(db: None) -> None:
    with override("es"), pytest.raises(CommandError, match="Aquí no"):
        call_command("drill", inside=True)


def test_a_drill_that_broke_down_has_no_result(db: None) -> None:
    record = Drill.objects.create()
    Record(record.pk).end({})
    record.refresh_from_db()
    assert record.passed is None and record.ended_at


# -- The button ------------------------------------------------------------------------------------


def test_one_drill_at_a_time(agent: User) -> None:
    started = drilling.start(agent)
    with pytest.raises(ValueError, match="A drill is running"):
        drilling.start(agent)
    assert Drill.objects.get() == started


# -- The books -------------------------------------------------------------------------------------


def books(
    *rows: Row, taken: tuple[Taken, ...] = (), planned: int = 1, uncertain: int = 0, taken_back: int = 0
) -> Books:
    orders = [f"D-{number}" for number in range(planned)]
    return balance(orders, rows, taken, uncertain=uncertain, refused=0, taken_back=taken_back)


def row(status: Status, provider_id: str = "", **more: bool) -> Row:
    return Row("D-0", ANA, status, provider_id, **more)


ACCEPTED = row(Status.READ, "a")
TAKEN = Taken("D-0", ANA, "a", Status.READ)


def test_the_books_balance() -> None:
    assert books(ACCEPTED, taken=(TAKEN,)).objections == []


def test_they_notice_a_row_that_is_behind_what_was_reported() -> None:
    told = Taken("D-0", ANA, "a", Status.READ, frozenset({Status.SENT, Status.READ}))
    assert not books(row(Status.READ, "a"), taken=(told,)).objections
    found = books(row(Status.DELIVERED, "a"), taken=(told,))
    assert found.behind == ("D-0 is delivered, and a webhook said that a is read",)
    assert found.objections and found.figures()["behind"] == 1


def test_they_say_so_in_the_language_of_whoever_reads() -> None:
    with override("pt-br"):
        assert books(row(Status.ACCEPTED)).lost == ("D-0 está aceita e nunca foi recebida pelo provedor",)


def test_they_ask_only_for_what_was_reported() -> None:
    silent = Taken("D-0", ANA, "a", Status.READ)
    assert not books(row(Status.ACCEPTED, "a"), taken=(silent,)).objections


def test_they_notice_a_row_that_says_more_than_happened() -> None:
    assert books(row(Status.READ, "a"), taken=(Taken("D-0", ANA, "a", Status.SENT),)).lost
    assert books(row(Status.DELIVERED, "a"), taken=(Taken("D-0", ANA, "a", Status.FAILED),)).lost


def test_they_notice_what_was_sent_twice() -> None:
    found = books(ACCEPTED, taken=(TAKEN, Taken("D-0", ANA, "b")))
    assert len(found.doubled) == 1 and found.objections


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ((), ()),
        ((row(Status.ACCEPTED),), ()),
        ((row(Status.QUEUED),), (TAKEN,)),
        ((row(Status.CANCELED),), (TAKEN,)),
        ((row(Status.FAILED),), (TAKEN,)),
        ((row(Status.ACCEPTED, "b"),), (TAKEN,)),
        ((row(Status.ACCEPTED, "b"),), (TAKEN, Taken("D-1", "bot 593990000002", "b"))),
    ],
    ids=["gone", "never taken", "queued", "canceled", "failed", "no such id", "somebody else's id"],
)
def test_they_notice_what_got_lost(said: tuple[Row, ...], taken: tuple[Taken, ...]) -> None:
    found = books(*said, taken=taken)
    assert found.lost and found.objections


def test_they_notice_a_row_too_many() -> None:
    assert books(ACCEPTED, ACCEPTED, taken=(TAKEN,)).objections == ["1 were planned, and 2 are there"]


def test_they_allow_unknown_only_where_something_broke() -> None:
    assert books(row(Status.UNKNOWN)).objections
    assert not books(row(Status.UNKNOWN), uncertain=1).objections
    assert not books(row(Status.UNKNOWN, in_flight=True)).objections


def test_they_notice_what_still_waits_and_what_failed_without_cause() -> None:
    assert books(row(Status.SENDING)).objections
    assert books(row(Status.FAILED)).objections


def test_they_notice_a_rule_that_was_not_kept() -> None:
    assert books(row(Status.READ, "a", is_blocked=True), taken=(TAKEN,)).objections
    assert books(row(Status.SKIPPED)).objections


def test_they_allow_canceled_only_what_people_canceled() -> None:
    assert books(row(Status.CANCELED)).objections == ["people canceled 0, and 1 are canceled"]
    assert not books(row(Status.CANCELED), taken_back=1).objections
    assert not books(row(Status.CANCELED, is_blocked=True), taken_back=1).objections
    assert books(ACCEPTED, taken=(TAKEN,), taken_back=1).objections
