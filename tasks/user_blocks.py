"""Tables of users and items in blocks of whole users, so that a block at a time is all that memory must hold."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import polars as pl

ROWS = 500_000
F = TypeVar("F", bound=pd.DataFrame)


def whole_users(blocks: Iterable[F], *, rows: int | None = None) -> Iterator[F]:
    """Cut a table that is sorted by user into frames of at least so many rows that hold all rows of their users.

    There is one frame at least; what is smaller than that comes as it is, in any order.
    """
    least, before = ROWS if rows is None else rows, ""
    rest: Any = pd.DataFrame()
    for block in blocks:
        rest = block if rest.empty else pd.concat([rest, block], ignore_index=True)
        while (begin := _next_user(rest, least)) < len(rest):
            yield _in_order(rest[:begin], before)
            before, rest = rest["user_id"].iloc[begin - 1], rest[begin:].reset_index(drop=True)
    yield _in_order(rest, before) if before else rest


def _next_user(table: pd.DataFrame, least: int) -> int:
    """Find the first row from `least` on whose user is not that of the row before, else the number of rows."""
    codes = pd.factorize(table["user_id"].iloc[max(least - 1, 0) :])[0] if len(table) > least else np.zeros(0)
    changes = np.flatnonzero(np.diff(codes))
    return int(changes[0]) + max(least, 1) if len(changes) else len(table)


def _in_order(table: F, before: str) -> F:
    """Refuse a frame that does not go on after the users before it."""
    users = table["user_id"]
    if not pl.from_pandas(users).is_sorted() or users.iloc[0] <= before:
        raise ValueError(f"rows of users from {users.iloc[0]!r} on are not sorted by user; sort the table by user_id")
    return table


class InStep:
    """A table in blocks that is read so many rows at a time, whatever its own blocks are."""

    def __init__(self, blocks: Iterable[pd.DataFrame]) -> None:
        """Start at the first row."""
        self._blocks = iter(blocks)
        self._rest = next(self._blocks)

    def take(self, rows: int) -> Any:  # noqa: ANN401 (a frame of any table)
        """Read the next rows, fewer where the table ends."""
        while len(self._rest) < rows and (block := next(self._blocks, None)) is not None:
            self._rest = pd.concat([self._rest, block], ignore_index=True)
        taken, self._rest = self._rest[:rows], self._rest[rows:]
        return taken.reset_index(drop=True)

    def left(self) -> int:
        """Count the rows that are left."""
        return len(self._rest) + sum(map(len, self._blocks))


class ByUser:
    """A table sorted by user that is read some users at a time; one that fits into a block may come in any order."""

    def __init__(self, blocks: Iterable[pd.DataFrame], *, rows: int | None = None) -> None:
        """Start at the first user."""
        self._blocks = whole_users(blocks, rows=rows)
        first = next(self._blocks)
        in_order = first.empty or pl.from_pandas(first["user_id"]).is_sorted()
        self._rest = first if in_order else first.sort_values("user_id", kind="stable", ignore_index=True)

    def until(self, user: str) -> Any:  # noqa: ANN401 (a frame of any table)
        """Read on to the last row of a user."""
        passed = []
        while not self._rest.empty and self._rest["user_id"].iloc[-1] <= user:
            passed.append(self._rest)
            self._rest = next(self._blocks, self._rest[:0])
        end = int(self._rest["user_id"].searchsorted(user, side="right")) if len(self._rest) else 0
        passed.append(self._rest[:end])
        self._rest = self._rest[end:]
        return pd.concat(passed, ignore_index=True)


def cut_by_user(table: pl.DataFrame, *, rows: int) -> Iterator[pl.DataFrame]:
    """Cut a table that is sorted by user about every so many rows, where users change; there is one part at least."""
    begins = np.flatnonzero(np.diff(table["user_id"].rle_id().to_numpy().astype(np.int64), prepend=-1))
    wanted = np.searchsorted(begins, np.arange(rows, len(table), rows))
    cuts = np.unique([0, *begins[wanted[wanted < len(begins)]], len(table)])
    return (table[start:end] for start, end in pairwise(cuts if len(cuts) > 1 else [0, 0]))


def rows_of(table: pl.DataFrame, block: pd.DataFrame) -> pl.DataFrame:
    """Cut out of a table sorted by user the rows from the first to the last user of a block."""
    if block.empty:
        return table[:0]
    users = table["user_id"]
    low = users.search_sorted(block["user_id"].min(), side="left")
    return table[low : users.search_sorted(block["user_id"].max(), side="right")]
