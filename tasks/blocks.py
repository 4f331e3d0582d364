"""Large tables a part at a time: read by rows or by ranges of users, written as the parts come."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.parquet

ROWS = 1_000_000
GROUP = 1 << 16  # rows of a row group; ranges of users are read by whole ones

Range = tuple[str | None, str | None]


class Stream:
    """The parts of a table in order, each made when it is written; they come once, their rows are counted then."""

    def __init__(self, parts: Iterable[pl.DataFrame | pd.DataFrame]) -> None:
        """Take the parts without making any."""
        self._parts = parts
        self._rows = 0
        self.dtypes: dict[str, object] = {}

    def __len__(self) -> int:
        """Count the rows that came so far."""
        return self._rows

    def __iter__(self) -> Iterator[pd.DataFrame]:
        """Make one part after the other; an empty one counts only if it is the first."""
        for part in self._parts:
            frame = part.to_pandas() if isinstance(part, pl.DataFrame) else part
            if self.dtypes and not len(frame):
                continue
            self._rows += len(frame)
            self.dtypes = dict(frame.dtypes)
            yield frame

    def checked(self, check: Callable[[pd.DataFrame], pd.DataFrame]) -> "Stream":
        """Have every part checked as it comes."""
        return Stream(check(part) for part in self)

    def whole(self) -> pd.DataFrame:
        """Put the parts together in memory."""
        return pd.concat(list(self), ignore_index=True)


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
