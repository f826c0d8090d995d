"""Files of messages: what is in them, who gets them, and what happens when a process dies."""

import csv
import datetime as dt
import io
import zoneinfo
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from openpyxl import load_workbook

from messaging import exporting, queueing
from messaging.columns import COLUMNS
from messaging.models import Bot, Export, Message
from messaging.spreadsheets import plain
from messaging.statuses import Status
from templates_app.components import Components
from tests.factories import make_bot, make_contact, make_message, make_template, make_user

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"]


@pytest.fixture
def auditor(db: None) -> User:
    return make_user("aura", "Auditors")


def export(user: User, file_format: str = "csv", **params: str) -> list[dict[str, Any]]:
    """The rows of a file, each by the names of its columns."""
    asked = exporting.ask(user, params, file_format)
    done = exporting.run(asked.pk)
    assert done is not None and done.state == Export.State.DONE
    path = exporting.path_of(done)
    if file_format == "csv":
        table: list[Any] = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    else:
        table = list(load_workbook(path).active.iter_rows(values_only=True))
    names = [name.partition(" ")[0] for name in table[0]]
    assert done.rows == len(table) - 1
    return [dict(zip(names, row, strict=True)) for row in table[1:]]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_a_file_holds_what_the_list_shows(bot: Bot, auditor: User, file_format: str) -> None:
    make_message(bot, text="no")
    wanted = [make_message(bot, text="sí", status=Status.READ) for _ in range(3)]
    rows = export(auditor, file_format, status="read")
    assert [row["id"] for row in rows] == [str(message.public_id) for message in wanted[::-1]]
    assert {row["text"] for row in rows} == {"sí"}


def test_a_zone_that_is_called_by_its_distance_is_found_again(bot: Bot, auditor: User) -> None:
    with timezone.override(zoneinfo.ZoneInfo("Etc/GMT+5")):
        assert export(auditor) == []


def test_the_button_pressed_twice_writes_one_file(auditor: User) -> None:
    first = exporting.ask(auditor, {"status": "read"}, "csv")
    assert exporting.ask(auditor, {"status": "read"}, "csv") == first
    assert exporting.ask(auditor, {"status": "sent"}, "csv") != first


def test_the_columns_are_those_of_the_documentation() -> None:
    documented = (exporting.settings.BASE_DIR / "docs" / "exports.md").read_text()
    assert [f"| `{column.name}` |" in documented for column in COLUMNS] == [True] * len(COLUMNS)


@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_in_a_csv_is_a_formula(text: str) -> None:
    assert plain(text) == f"'{text}"


@pytest.mark.parametrize("text", DANGEROUS)
def test_nothing_in_an_excel_file_is_a_formula(bot: Bot, auditor: User, text: str) -> None:
    make_message(bot, make_contact(name=text), text=text)
    asked = exporting.ask(auditor, {}, "xlsx")
    exporting.run(asked.pk)
    cells = [cell for row in load_workbook(exporting.path_of(asked)).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


def test_numbers_stay_texts(bot: Bot, auditor: User) -> None:
    make_message(bot, make_contact("593990000777"))
    assert export(auditor, "csv")[0]["number"] == "'+593990000777"
    assert export(auditor, "xlsx")[0]["number"] == "+593990000777"


def test_signs_that_no_sheet_may_hold_are_left_out(bot: Bot, auditor: User) -> None:
    make_message(bot, text="a\x07b\x1bc" + "x" * 40_000)
    assert export(auditor, "xlsx")[0]["text"].startswith("abcxx")


def test_times_are_those_of_who_asked(bot: Bot, auditor: User) -> None:
    make_message(bot, created_at=dt.datetime(2026, 3, 1, 15, tzinfo=dt.UTC))
    with timezone.override("America/Guayaquil"):
        (row,) = export(auditor)
    assert row["created_at"] == "2026-03-01 10:00:00"


def test_a_one_time_code_is_in_no_file(live_bot: Bot, agent: User, auditor: User) -> None:
    from messaging.content import TemplateContent, shown

    template = make_template(live_bot, Components(body="Tu código: {{1}}"), category="AUTHENTICATION")
    content = TemplateContent(
        element_name="codigo",
        language="es",
        category="AUTHENTICATION",
        values={"body.1": "774411"},
        components=template.components,
    )
    make_message(live_bot, template=template, content=content.stored(), text=shown(content).text())
    assert "774411" not in str(export(auditor))


def test_an_agents_file_holds_their_own_bots_only(agent: User, bot: Bot) -> None:
    agent.user_permissions.add(
        *exporting.User._meta.apps.get_model("auth", "Permission").objects.filter(codename="export_message")
    )
    mine = make_message(bot)
    make_message(make_bot(provider_id="other"))
    assert [row["id"] for row in export(User.objects.get(pk=agent.pk))] == [str(mine.public_id)]


def test_who_may_not_export_any_more_gets_no_file(bot: Bot, auditor: User) -> None:
    asked = exporting.ask(auditor, {}, "csv")
    auditor.groups.clear()
    done = exporting.run(asked.pk)
    assert done is not None and (done.state, done.error) == ("failed", "not_allowed")
    assert not exporting.path_of(done).exists()


# -- Deaths --------------------------------------------------------------------------------------


def test_two_processes_do_not_write_one_file(bot: Bot, auditor: User) -> None:
    asked = exporting.ask(auditor, {}, "csv")
    Export.objects.update(state="running", lease_until=timezone.now() + dt.timedelta(seconds=9))
    assert exporting.run(asked.pk) is None


def test_what_a_dead_process_left_is_begun_again(bot: Bot, auditor: User) -> None:
    message = make_message(bot)
    asked = exporting.ask(auditor, {}, "csv")
    Export.objects.update(state="running", rows=7, lease_until=timezone.now() - dt.timedelta(seconds=1))
    done = exporting.run(asked.pk)
    assert done is not None and (done.state, done.rows) == ("done", 1)
    assert str(message.public_id) in exporting.path_of(done).read_text()


def test_what_died_too_often_is_given_up(auditor: User) -> None:
    exporting.ask(auditor, {}, "csv")
    Export.objects.update(starts=exporting.MAX_STARTS)
    assert exporting.launch() == 0
    assert Export.objects.get().error == "too_many_starts"


def test_who_lost_the_right_to_write_leaves_nothing_behind(
    bot: Bot, auditor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = exporting.ask(auditor, {}, "csv")
    taken = Export.objects.filter(pk=asked.pk)
    monkeypatch.setattr(exporting, "row_of", lambda *_: taken.update(claim_id=None) and [])
    make_message(bot)
    assert exporting.run(asked.pk) is None
    assert not exporting.path_of(asked).exists()
    assert list(exporting.settings.EXPORT_ROOT.glob("*.part")) == []


def test_a_file_is_gone_after_a_day(bot: Bot, auditor: User) -> None:
    asked = exporting.ask(auditor, {}, "csv")
    exporting.run(asked.pk)
    Export.objects.update(created_at=timezone.now() - dt.timedelta(hours=25))
    exporting.sweep()
    assert not exporting.path_of(asked).exists()
    assert not Export.objects.exists()


def test_nobody_has_more_than_a_few_files_written_at_once(auditor: User) -> None:
    for number in range(exporting.MAX_WAITING):
        exporting.ask(auditor, {"q": str(number)}, "csv")
    with pytest.raises(exporting.TooMany):
        exporting.ask(auditor, {}, "csv")


def test_messages_between_two_signs_of_life_are_few(bot: Bot, auditor: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 2)
    for _ in range(5):
        make_message(bot)
    chunks = [len(chunk) for chunk, _percent in exporting._messages(exporting.searching.read({}, auditor))]
    assert max(chunks) == 2 and sum(chunks) == Message.objects.count()
    assert queueing.EXPORT
