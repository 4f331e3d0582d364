"""Tables as one SQLite file, indexed for look-ups by user, item and tag."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from slipstream.tasks.export.files import export, plain_times

PAGE = 8192
BATCH = 50_000
INDEXES = (("user_id", "rank"), ("user_id", "tag"), ("user_id",), ("item_id",), ("tag",), ("alias",))


def export_sqlite(
    tables: Mapping[str, pd.DataFrame], path: str, *, keys: Mapping[str, str], as_of: datetime
) -> dict[str, Any]:
    """Write named tables into one SQLite file for read-only serving.

    Open it with `file:<path>?mode=ro&immutable=1`. Text is TEXT, whole numbers are INTEGER, others REAL, times TEXT in
    ISO 8601 UTC (which sorts). The table `meta` names each table with its key in the cache, its rows and as_of.
    """
    if "meta" in tables:
        raise ValueError("a table may not be called 'meta': that one describes the others; choose another name")
    moment = as_of.astimezone(UTC).isoformat()

    def write(file: Path) -> None:
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for pragma in (f"page_size={PAGE}", "journal_mode=OFF", "synchronous=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN")
            for name, table in tables.items():
                _fill(connection, name, plain_times(table))
            rows = [(name, keys[name], len(table), moment) for name, table in tables.items()]
            _fill(connection, "meta", pl.DataFrame(rows, schema=["name", "key", "rows", "as_of"], orient="row"))
            connection.execute("COMMIT")

    return export(path, write, rows=sum(len(table) for table in tables.values()))


def table_name(row: str) -> str:
    """Name a table after its rows: UserTagScore becomes user_tag_score."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in row).removeprefix("_")


def _fill(connection: sqlite3.Connection, name: str, frame: pl.DataFrame) -> None:
    order = [column for column in ("user_id", "rank", "item_id", "tag") if column in frame.columns]
    frame = frame.sort(order, maintain_order=True) if order else frame
    declared = ", ".join(f"{_quoted(column)} {_type(dtype)}" for column, dtype in frame.schema.items())
    connection.execute(f"CREATE TABLE {_quoted(name)} ({declared})")
    places = ", ".join("?" * len(frame.columns))
    insert = f"INSERT INTO {_quoted(name)} VALUES ({places})"  # noqa: S608 - the names are quoted
    for batch in frame.iter_slices(BATCH):
        connection.executemany(insert, batch.rows())
    covered: set[str] = set()
    for index in INDEXES:
        if set(index) <= set(frame.columns) and index[0] not in covered:
            covered.add(index[0])
            columns = ", ".join(_quoted(column) for column in index)
            connection.execute(f"CREATE INDEX {_quoted('_'.join((name, *index)))} ON {_quoted(name)} ({columns})")


def _type(dtype: pl.DataType) -> str:
    if dtype.is_integer() or dtype == pl.Boolean:
        return "INTEGER"
    return "REAL" if dtype.is_float() else "TEXT"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
