"""Files of the world read as tables, with a quarantine for the rows that are none."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.data.delimited import MARK, ROW, Raw
from slipstream.tasks.data.mapping import BAD_SCHEMA, map_rows, plan
from slipstream.tasks.data.ordering import sort_rows
from slipstream.tasks.data.reading import find_files, read_raw
from slipstream.tasks.data.source import Source, parse_source
from slipstream.tasks.kinds import DEFAULT_KINDS
from slipstream.tasks.tables import QuarantinedRow, Row, columns, empty

LONGEST_VALUE = 500
SHOWN = 80


class BadRowsError(ValueError):
    """Too many rows of a source cannot be read."""


@dataclass(frozen=True)
class Parsed:
    """What files hold: good rows of the table asked for, bad ones with their reasons, and how many rows in all."""

    rows: pl.DataFrame
    bad: DataFrame[QuarantinedRow]
    total: int


def read(path: str, source: Mapping[str, Any], row: type[Row], *, kinds: Sequence[str] = ()) -> Parsed:
    """Read the files of a path or pattern as a table, in their order; an empty path is an empty table.

    Known kinds of trace are the default ones and those in `kinds`. Row numbers count a file's data rows from 1.
    """
    layout = parse_source(source, columns(row))
    files = find_files(path)
    if not files:
        return Parsed(pl.from_pandas(empty(row)), QuarantinedRow.validate(empty(QuarantinedRow)), 0)
    known = frozenset(DEFAULT_KINDS) | frozenset(kinds)
    parts = [_read_file(file, name, layout, row, known) for file, name in zip(files, _short(files), strict=True)]
    rows, repeated = _distinct(pl.concat([rows for rows, _, _ in parts]), row)
    rows = _in_file_order(rows, columns(row)) if layout.keep_order else rows
    bad = pl.concat([*(bad for _, bad, _ in parts), repeated])
    shown = bad.with_columns(pl.col("value").str.slice(0, LONGEST_VALUE)).rename({ROW: "row"}).sort("file", "row")
    return Parsed(
        rows.select(columns(row)),
        QuarantinedRow.validate(shown.select(columns(QuarantinedRow)).to_pandas()),
        sum(total for _, _, total in parts),
    )


def accepted(parsed: Parsed, *, bad_share: float, path: str, quarantine: str) -> pl.DataFrame:
    """Hand out the good rows, sorted, if at most the share `bad_share` of all is bad."""
    count = len(parsed.bad)
    if count == 0 or count <= bad_share * parsed.total:
        return sort_rows(parsed.rows, parsed.rows.columns)
    first = parsed.bad.iloc[0]
    column = f", column {first['column']!r}" if first["column"] else ""
    raise BadRowsError(
        f"{path}: {count} of {parsed.total} rows ({count / parsed.total:.2%}) cannot be read, more than bad_share "
        f"{bad_share:g} allows; first: file {first['file']}, row {first['row']}{column}, "
        f"value {_quoted(first['value'])}: {first['reason']}. All of them are in {Path(quarantine).absolute()}; "
        "correct the file or the source options, or raise bad_share"
    )


def _quoted(value: str | None) -> str:
    if pd.isna(value):
        return "nothing"
    return repr(value if len(value) <= SHOWN else f"{value[:SHOWN]}…")


def _read_file(
    path: str, name: str, layout: Source, row: type[Row], known: frozenset[str]
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    chosen: dict[str, tuple[str, ...]] = {}

    def choose(available: Sequence[str]) -> Sequence[str]:
        chosen.update(plan(layout, row, available, path))
        return [one for foreign in chosen.values() for one in foreign]

    raw = read_raw(path, layout, choose)
    mapped = map_rows(raw, chosen, layout, row, known)
    bad = pl.concat([_damaged(raw), mapped.bad])
    file = pl.lit(name).alias("file")
    return mapped.rows.with_columns(file), bad.with_columns(file), raw.total


def _in_file_order(rows: pl.DataFrame, fields: Sequence[str]) -> pl.DataFrame:
    """Move what a user left at one moment apart by microseconds; a row that stands twice counts where it is first."""
    first = rows.unique(fields, keep="first", maintain_order=True)
    place = pl.int_range(pl.len()).over("user_id", "at")
    return first.with_columns(pl.col("at") + pl.duration(microseconds=place))


def _damaged(raw: Raw) -> pl.DataFrame:
    rows = [(one.row, "", one.text.replace(MARK, "\ufffd"), one.reason) for one in raw.damaged]
    return pl.DataFrame(rows, schema=BAD_SCHEMA, orient="row")


def _short(files: Sequence[str]) -> list[str]:
    """Name files by what tells them apart, so that a moved folder changes nothing."""
    if len(files) == 1:
        return [Path(files[0]).name]
    return [os.path.relpath(file, os.path.commonpath([str(Path(one).parent) for one in files])) for file in files]


def _distinct(rows: pl.DataFrame, row: type[Row]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tell rows that repeat a key apart; the first one counts."""
    schema = row.to_schema()
    keys = [name for name, column in schema.columns.items() if column.unique] or list(schema.unique or [])
    again = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(rows))
    if len(keys) == 1:
        again = ~rows[keys[0]].is_first_distinct()
    words = [
        pl.lit(value).alias(name) for name, value in (("column", ",".join(keys)), ("reason", "stands there already"))
    ]
    value = pl.col(keys[0]).cast(pl.String).alias("value") if keys else pl.lit(None, dtype=pl.String).alias("value")
    repeated = rows.filter(again).with_columns(*words, value).select(*BAD_SCHEMA, "file")
    return rows.filter(~again), repeated
