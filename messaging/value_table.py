"""Rows of ours as a table that a statement can join: each database by the way that costs it least.

A table of VALUES costs SQLite a microsecond a row. For PostgreSQL every value of it is a parameter that the
client has to write out; one parameter of JSON costs half as much in all (docs/benchmarks.md).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

# SQLite keeps what it has made of a statement, and the number of rows is a part of that.
STEP = 32


def value_table(columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Any]]:
    """The SQL of a table called `new`, to stand behind FROM, and its parameters.

    `columns` are the names and PostgreSQL's types, in the order of the values of each row: texts and numbers.
    A UUID is the text of its hexadecimal digits, as SQLite keeps it, and JSON is its text too. The last row
    may be there several times: to insert or update by it again must change nothing.
    """
    if connection.vendor == "postgresql":
        return _of_json(columns), [json.dumps([dict(zip(columns, row, strict=True)) for row in rows])]
    names = ", ".join(f"column{number} AS {name}" for number, name in enumerate(columns, start=1))
    row, more = f"({', '.join(['%s'] * len(columns))})", -len(rows) % STEP
    table = f"(SELECT {names} FROM (VALUES {', '.join([row] * (len(rows) + more))})) AS new"  # noqa: S608
    return table, [value for row in [*rows, *list(rows[-1:]) * more] for value in row]


def _of_json(columns: Mapping[str, str]) -> str:
    """The text of a JSON value has to come out as a text first, or it would become a JSON text itself."""
    given = ", ".join(f"{name} {'text' if kind == 'jsonb' else kind}" for name, kind in columns.items())
    names = ", ".join(f"{name}::jsonb" if kind == "jsonb" else name for name, kind in columns.items())
    return f"(SELECT {names} FROM json_to_recordset(%s) AS given({given})) AS new"  # noqa: S608
