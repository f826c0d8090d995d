"""Places among the pumps of one cluster: locks on files, which the kernel gives back however a process dies.

A lock is on a file, not on its name. So a place counts as taken only if the file that was locked is still the
one of that name; and a file is removed only by whoever holds its lock and has looked at its name. Otherwise
one process could hold a file that is gone, and another the new one of the same name.
"""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.conf import settings

from messaging import health


@contextmanager
def take() -> Iterator[int]:
    """The number of a place among the pumps of this cluster, from 1; 0 if all are taken.

    There is one fewer than there are workers, so that one worker is always free for other tasks.
    """
    for number in range(1, max(settings.Q_CLUSTER["workers"] - 1, 1) + 1):
        if file := hold(_folder() / f"{os.getppid()}-{number}.lock"):
            with file:
                yield number
            return
    yield 0


def clear() -> None:
    """Remove the files of clusters that have ended; what somebody still holds stays."""
    for path in _folder().glob("*-*.lock"):
        parent = path.name.partition("-")[0]
        if parent.isdigit() and not health.is_running(int(parent)):
            remove(path)


def hold(path: Path) -> TextIO | None:
    """The file of this name, made if there is none and locked until it is closed; None if others hold it."""
    while True:
        file = path.open("a")
        if not is_free(file):
            file.close()
            return None
        if _is_named(file, path):
            return file
        file.close()  # removed after we had opened it


def remove(path: Path) -> None:
    """Unless somebody holds it, or it is gone already."""
    try:
        file = path.open("r+")
    except FileNotFoundError:
        return
    with file:
        if is_free(file) and _is_named(file, path):
            path.unlink()


def is_free(file: TextIO) -> bool:
    """Whether nobody else holds a lock on this file; holds it from now on if so, until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_named(file: TextIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _folder() -> Path:
    """One for each user of this machine."""
    folder = Path(tempfile.gettempdir()) / f"jelou-admin-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
