"""The words of messages and the names of contacts, indexed beside their tables.

SQLite has FTS5 for it, PostgreSQL a table of `tsvector` under a GIN index. Neither needs an extension or a
superuser. The index is a table of its own because the status of a message changes four times and its words
never: in the same table, every change would write the index again. Triggers keep it.

Made after each `migrate`, not by a migration: to change a column, Django gives an SQLite table a new body,
and its triggers go with the old one.

https://www.sqlite.org/fts5.html#external_content_tables
https://www.postgresql.org/docs/current/textsearch-tables.html
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet
from django.db.models.signals import post_migrate


@dataclass(frozen=True)
class TextIndex:
    """The index of one column."""

    table: str
    column: str

    @property
    def name(self) -> str:
        return f"{self.table}_words"


MESSAGES = TextIndex("messaging_message", "text")
CONTACTS = TextIndex("messaging_contact", "name")

# Folded by the same rule on both sides of a comparison; SQLite's tokenizer does it itself.
_ACCENTS = (
    "áàâãäåéèêëíìîïóòôõöúùûüçñýÁÀÂÃÄÅÉÈÊËÍÌÎÏÓÒÔÕÖÚÙÛÜÇÑÝ",
    "aaaaaaeeeeiiiiooooouuuucny" * 2,
)
_WORD = re.compile(r"[^\W_]+")


def watch() -> None:
    post_migrate.connect(_ensure, sender=apps.get_app_config("messaging"))


def _ensure(using: str, **_kwargs: Any) -> None:
    connection = connections[using]
    # Somebody may have migrated back to before there was anything to index.
    tables = connection.introspection.table_names()
    statements = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    with connection.cursor() as cursor:
        for index in (MESSAGES, CONTACTS):
            if index.table in tables and not _is_whole(cursor, connection.vendor, index):
                _make(cursor, statements, index, fill=index.name not in tables)


def _is_whole(cursor: CursorWrapper, vendor: str, index: TextIndex) -> bool:
    """Whether the triggers are there; they come last."""
    names = "name FROM sqlite_master" if vendor == "sqlite" else "tgname FROM pg_trigger"
    column = names.partition(" ")[0]
    cursor.execute(f"SELECT {names} WHERE {column} = %s", [f"{index.name}_last"])
    return cursor.fetchone() is not None


def _make(cursor: CursorWrapper, statements: dict[str, str], index: TextIndex, *, fill: bool) -> None:
    names = {"name": index.name, "table": index.table, "column": index.column}
    for purpose, statement in statements.items():
        if purpose != "fill" or fill:
            cursor.execute(statement.format_map(names))


_SQLITE = {
    "table": """CREATE VIRTUAL TABLE IF NOT EXISTS {name} USING fts5(
        {column}, content='{table}', content_rowid='id', columnsize=0,
        tokenize='unicode61 remove_diacritics 2')""",
    "fill": "INSERT INTO {name}({name}) VALUES ('rebuild')",
    "insert": """CREATE TRIGGER IF NOT EXISTS {name}_insert AFTER INSERT ON {table} BEGIN
        INSERT INTO {name}(rowid, {column}) VALUES (new.id, new.{column}); END""",
    "update": """CREATE TRIGGER IF NOT EXISTS {name}_update AFTER UPDATE OF {column} ON {table}
        WHEN old.{column} <> new.{column} BEGIN
        INSERT INTO {name}({name}, rowid, {column}) VALUES ('delete', old.id, old.{column});
        INSERT INTO {name}(rowid, {column}) VALUES (new.id, new.{column}); END""",
    "last": """CREATE TRIGGER IF NOT EXISTS {name}_last AFTER DELETE ON {table} BEGIN
        INSERT INTO {name}({name}, rowid, {column}) VALUES ('delete', old.id, old.{column}); END""",
}

# What words are made of: letters and digits. Signs and emojis are words to PostgreSQL in some locales.
# By itself it would also keep `ORD-1234` as one word beside its parts.
_NO_WORD = r"[^0-9a-z\u00aa\u00ba\u00c0-\u1fff\u2c00-\u2dff\u3005-\ud7ff\uf900-\ufdff]+"
_PLAIN = f"""to_tsvector('simple',
    regexp_replace(lower(translate(words, '{_ACCENTS[0]}', '{_ACCENTS[1]}')), '{_NO_WORD}', ' ', 'g'))"""

_POSTGRESQL = {
    "table": "CREATE TABLE IF NOT EXISTS {name} (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
    "words": """CREATE OR REPLACE FUNCTION messaging_words(words text) RETURNS tsvector
        LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT """
    + _PLAIN
    + " $$",
    "keep": """CREATE OR REPLACE FUNCTION {name}_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'TRUNCATE' THEN TRUNCATE {name};
        ELSIF TG_OP = 'DELETE' THEN DELETE FROM {name} WHERE rowid = OLD.id;
        ELSE INSERT INTO {name} VALUES (NEW.id, messaging_words(NEW.{column}))
            ON CONFLICT (rowid) DO UPDATE SET words = excluded.words;
        END IF;
        RETURN NULL; END $$""",
    "fill": """INSERT INTO {name} SELECT id, messaging_words({column}) FROM {table}
        ON CONFLICT (rowid) DO NOTHING""",
    "index": "CREATE INDEX IF NOT EXISTS {name}_gin ON {name} USING gin (words)",
    "insert": """CREATE OR REPLACE TRIGGER {name}_insert AFTER INSERT OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {name}_keep()""",
    "update": """CREATE OR REPLACE TRIGGER {name}_update AFTER UPDATE OF {column} ON {table}
        FOR EACH ROW WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {name}_keep()""",
    "last": """CREATE OR REPLACE TRIGGER {name}_last AFTER TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}_keep()""",
}


# -- Asking --------------------------------------------------------------------------------------


def words(text: str) -> list[str]:
    """The words somebody looks for, without accents: `Pedído ORD-12` is pedido, ord and 12."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(char for char in plain if not unicodedata.combining(char)))


def condition(index: TextIndex, text: str, vendor: str, *, prefixes: bool = False) -> tuple[str, str] | None:
    """A piece of SQL that is true for rows of the index with all words of `text`, and its parameter.

    A word that ends in `*`, or with `prefixes` every word, stands for those that begin so. What is joined
    in the text, such as `ORD-1234`, is looked for in that order. None if `text` holds no word.
    """
    parts = [(words(part), prefixes or part.endswith("*")) for part in text.split()]
    phrases = [(found, is_prefix) for found, is_prefix in parts if found]
    if not phrases:
        return None
    if vendor == "sqlite":
        asked = " AND ".join(f'"{" ".join(found)}"{"*" if start else ""}' for found, start in phrases)
        return f"{index.name} MATCH %s", asked
    asked = " & ".join(f"({' <-> '.join(found)}{':*' if start else ''})" for found, start in phrases)
    return f"{index.name}.words @@ to_tsquery('simple', %s)", asked


def matching(rows: QuerySet, index: TextIndex, condition: tuple[str, str]) -> QuerySet:
    """Rows of the table that `index` is about; the index comes first, in the order of its keys."""
    piece, asked = condition
    joined = f"{index.name}.rowid = {index.table}.id"
    return rows.extra(tables=[index.name], where=[joined, piece], params=[asked])  # noqa: S610
