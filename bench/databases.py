"""Databases for rounds: filled once for each number of rows, then copied, so that all begin alike."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import psycopg
from psycopg.sql import SQL, Identifier

from tests import postgres

from .processes import ROOT
from .surroundings import environment


class Databases:
    """One kind of database. A subclass knows how to make one, finish it, and copy it for a round."""

    kind: ClassVar[str]
    note: ClassVar[str]

    def __init__(self, stub_url: str) -> None:
        self._stub_url = stub_url
        self._filled: set[str] = set()

    def fresh(self, rows: int, *, filling: str = "seeding") -> AbstractContextManager[str]:
        """The address of a database with so many rows, which is thrown away afterwards.

        `filling` is the module of the bench that made the rows: planned ones, unless told otherwise.
        """
        return self._copy(self._fill(rows, filling))

    def lasting(self, rows: int, *, filling: str) -> str:
        """The address of such a database itself, for what only reads."""
        return self._address(self._fill(rows, filling))

    def surroundings(self, url: str) -> Mapping[str, str]:
        return environment(url, self._stub_url)

    def _fill(self, rows: int, filling: str) -> str:
        name = f"{filling}_{rows}"
        if name not in self._filled:
            url = self._make(name)
            self._run(url, "manage.py", "migrate", "--verbosity", "0")
            self._run(url, "-m", "bench.inside", filling, str(rows))
            self._finish(name)
            self._filled.add(name)
        return name

    def _run(self, url: str, *command: str) -> None:
        surroundings = self.surroundings(url)
        subprocess.run([sys.executable, *command], cwd=ROOT, env=surroundings, check=True)  # noqa: S603

    def _make(self, name: str) -> str:
        raise NotImplementedError

    def _address(self, name: str) -> str:
        raise NotImplementedError

    def _finish(self, name: str) -> None:
        raise NotImplementedError

    def _copy(self, name: str) -> AbstractContextManager[str]:
        raise NotImplementedError


class Sqlite(Databases):
    kind = "sqlite"
    note = "files in a temporary folder; the peer `naive` writes them without WAL, as Django does by default"

    def __init__(self, stub_url: str, folder: Path) -> None:
        super().__init__(stub_url)
        self._folder = folder

    def _make(self, name: str) -> str:
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"sqlite:///{self._folder / f'{name}.sqlite3'}"

    def _finish(self, name: str) -> None:
        """The journal's kind is kept in the file: whoever wants WAL turns it on when connecting."""
        connection = sqlite3.connect(self._folder / f"{name}.sqlite3")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()

    @contextmanager
    def _copy(self, name: str) -> Iterator[str]:
        with TemporaryDirectory(dir=self._folder) as folder:
            shutil.copy(self._folder / f"{name}.sqlite3", f"{folder}/round.sqlite3")
            yield f"sqlite:///{folder}/round.sqlite3"


class Postgresql(Databases):
    kind = "postgresql"
    note = "a packaged server on a socket, with fsync off: nobody waits for a disk"

    def __init__(self, stub_url: str, server_url: str) -> None:
        super().__init__(stub_url)
        self._server_url = server_url

    def _make(self, name: str) -> str:
        self._execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self._address(name)

    def _finish(self, name: str) -> None:
        """What autovacuum would have done by the time a campaign starts."""
        with psycopg.connect(_for_psycopg(self._address(name)), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    @contextmanager
    def _copy(self, name: str) -> Iterator[str]:
        copy, source = Identifier("round"), Identifier(name)
        self._execute(SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(copy, source))
        try:
            yield self._address("round")
        finally:
            self._execute(SQL("DROP DATABASE {} WITH (FORCE)").format(copy))

    def _address(self, name: str) -> str:
        return self._server_url.replace("postgres@/postgres", f"postgres@/{name}")

    def _execute(self, statement: SQL | psycopg.sql.Composed) -> None:
        with psycopg.connect(_for_psycopg(self._server_url), autocommit=True) as connection:
            connection.execute(statement)


def _for_psycopg(url: str) -> str:
    return url.replace("postgres://", "postgresql://", 1)


@contextmanager
def opened(kind: str, stub_url: str) -> Iterator[Databases]:
    """Raises KeyError for a kind that is neither `sqlite` nor `postgresql`."""
    with TemporaryDirectory(prefix="bench") as folder:
        if kind == Sqlite.kind:
            yield Sqlite(stub_url, Path(folder))
        elif kind == Postgresql.kind:
            with postgres.server(Path(folder)) as url:
                yield Postgresql(stub_url, url)
        else:
            raise KeyError(kind)
