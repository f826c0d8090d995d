"""A database that lives as long as one drill, beside the product's and never in it."""

import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.core.management import CommandError
from django.db import ProgrammingError, connection
from django.utils.translation import gettext as _

PREFIX = "drill_"


@contextmanager
def throw_away() -> Iterator[str]:
    """Yields the DATABASE_URL of an empty database of the product's kind, on the same server."""
    name = PREFIX + secrets.token_hex(4)
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
            yield url_of(connection.settings_dict, f"{folder}/{name}.sqlite3")
        return
    _create(name)
    try:
        yield url_of(connection.settings_dict, name)
    finally:
        with connection.cursor() as cursor:
            _drop(cursor, name)


def is_throw_away() -> bool:
    """Whether this process works in a drill's own database."""
    return Path(str(connection.settings_dict["NAME"])).name.startswith(PREFIX)


def remove() -> None:
    """The database we work in, should nobody be left outside who could do it."""
    assert is_throw_away()
    name = connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        shutil.rmtree(Path(name).parent, ignore_errors=True)
        return
    with connection._nodb_cursor() as cursor:
        _drop(cursor, name)


def _create(name: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    except ProgrammingError as error:
        allow = f'ALTER ROLE "{connection.settings_dict["USER"]}" CREATEDB'
        sentence = _("The drill needs a database of its own. Allow it: %(command)s") % {"command": allow}
        raise CommandError(f"{sentence} ({str(error).strip()})") from error
    finally:
        connection.close()  # it would lie idle for minutes, and be ended


def _drop(cursor: Any, name: str) -> None:
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def url_of(database: Mapping[str, Any], name: str = "") -> str:
    """What DATABASE_URL says for these settings, or for another database of the same server."""
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{name or database['NAME']}"
    user = ":".join(quote(str(database[part]), safe="") for part in ("USER", "PASSWORD") if database[part])
    port = f":{database['PORT']}" if database["PORT"] else ""
    given = database.get("OPTIONS", {}).items()
    options = urlencode({key: value for key, value in given if isinstance(value, str | int)})
    return f"postgres://{user}@{database['HOST']}{port}/{name or database['NAME']}?{options}".rstrip("?")
