"""A place is held by one process at a time, and its file does not stay for ever."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from messaging import seats


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the files are, and no others than ours."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path / f"jelou-admin-{os.getuid()}"


@pytest.fixture
def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_files_of_clusters_that_have_ended_are_removed(folder: Path, ended: int) -> None:
    with seats.take():
        (folder / f"{ended}-1.lock").touch()
    seats.clear()
    assert [path.name for path in folder.iterdir()] == [f"{os.getppid()}-1.lock"]


def test_what_an_orphan_still_holds_stays(folder: Path, ended: int) -> None:
    with seats.take():
        pass
    file = seats.hold(folder / f"{ended}-1.lock")
    assert file
    with file:
        seats.clear()
        assert seats.hold(folder / f"{ended}-1.lock") is None
    seats.clear()
    assert not (folder / f"{ended}-1.lock").exists()


def test_nobody_else_reads_the_folder(folder: Path) -> None:
    with seats.take():
        assert folder.stat().st_mode & 0o777 == 0o700


def test_two_never_hold_one_place_while_its_file_comes_and_goes(tmp_path: Path) -> None:
    path, over = tmp_path / "place.lock", time.monotonic() + 1
    holders: list[int] = []
    most: list[int] = []

    def take() -> None:
        while time.monotonic() < over:
            if file := seats.hold(path):
                with file:
                    holders.append(1)
                    time.sleep(0)
                    most.append(len(holders))
                    holders.pop()

    def clear() -> None:
        while time.monotonic() < over:
            seats.remove(path)

    threads = [threading.Thread(target=target) for target in (take, take, take, clear, clear)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(most) == {1}
