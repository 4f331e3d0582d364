"""Large tables a part at a time: read by rows or by ranges of users, written in pieces that allow it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.parquet

ROWS = 1_000_000
GROUP = 1 << 16  # rows of a piece, which becomes a row group; ranges of users end where one does

Range = tuple[str | None, str | None]


def pieces(parts: Iterable[pl.DataFrame]) -> Iterator[pd.DataFrame]:
    """Hand out the rows of parts in frames that ranges of users can be read by; of empty parts alone, one is."""
    empty: list[pl.DataFrame] = []
    is_empty = True
    for part in parts:
        empty = [part.clear()]
        for start in range(0, len(part), GROUP):
            is_empty = False
            yield part.slice(start, GROUP).to_pandas()
    if is_empty:
        yield from (part.to_pandas() for part in empty)


@dataclass(frozen=True)
class Stored:
    """Tables of the same columns in Parquet files, sorted by user each, that are read in parts."""

    paths: tuple[Path, ...]

    def parts(self) -> Iterator[pl.DataFrame]:
        """Read file by file, about a million rows at a time, as they stand; there is at least one part."""
        for path in self.paths:
            scan, count = pl.scan_parquet(path, glob=False), pyarrow.parquet.read_metadata(path).num_rows
            for start in range(0, max(count, 1), ROWS):
                yield scan.slice(start, ROWS).collect()

    def of(self, users: Range) -> pl.DataFrame:
        """Read the traces of a range of users, from after the first to the second; None stands for no bound."""
        after, last = users
        rows = pl.scan_parquet(list(self.paths), glob=False)
        rows = rows if after is None else rows.filter(pl.col("user_id") > after)
        return (rows if last is None else rows.filter(pl.col("user_id") <= last)).collect()


def ranges(tables: Sequence[Stored], rows: int) -> list[Range]:
    """Part all users into ranges, in order, of about so many rows of all tables; the last one is open."""
    ends = sorted(end for table in tables for path in table.paths for end in _ends(path))
    bounds: list[str | None] = [None]
    seen = 0
    for last, count in ends:
        seen += count
        if seen >= rows and last != bounds[-1]:
            bounds.append(last)
            seen = 0
    return list(pairwise([*bounds, None]))


def by_user(*tables: Stored) -> Iterator[tuple[pl.DataFrame, ...]]:
    """Read the same users from several tables, range after range, everything of a user at once."""
    for users in ranges(tables, ROWS):
        yield tuple(table.of(users) for table in tables)


def _ends(path: Path) -> Iterator[tuple[str, int]]:
    """Tell the last user and the number of rows of every row group."""
    metadata = pyarrow.parquet.read_metadata(path)
    place = metadata.schema.to_arrow_schema().get_field_index("user_id")
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        if group.num_rows:
            yield group.column(place).statistics.max, group.num_rows
