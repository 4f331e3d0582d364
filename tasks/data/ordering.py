"""Rows in the order of their columns, by integers that stand for the values."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Positions = npt.NDArray[np.intp]
Codes = npt.NDArray[np.uint64]
BITS = 63


def sort_rows(rows: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Sort rows by columns, the first one first, missing values last; equal rows keep their order."""
    return rows[order(rows, by)] if len(rows) > 1 else rows


def order(rows: pl.DataFrame, by: Sequence[str]) -> Positions:
    """Find the positions of rows in the order of columns.

    As many columns as fit into 63 bits are sorted as one number; what comes after them only parts the rows tied there.
    """
    key, rest = _packed(rows, by)
    found = np.argsort(key)
    ranked = key[found]
    same = ranked[1:] == ranked[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    some = np.sort(found[tied])  # a tie of all columns is decided by position
    further = [coded(rows[name].gather(some)) for name in reversed(rest)] if len(some) else []
    found[tied] = some[np.lexsort([*further, key[some]])]
    return found


def coded(values: pl.Series) -> Codes:
    """Give integers from 0 on in the order of values of text, time, truth or number; what is missing comes last."""
    if values.dtype == pl.String:
        known = values.unique().drop_nulls().sort()
        places = values.cast(pl.Enum(known)).to_physical()
        return places.cast(pl.UInt64).fill_null(len(known)).to_numpy().astype(np.uint64)
    if values.dtype.is_float():
        return (values.rank("dense").cast(pl.UInt64).fill_null(len(values) + 1)).to_numpy().astype(np.uint64)
    whole = values.cast(pl.Int64) if values.dtype == pl.Boolean else values.to_physical().cast(pl.Int64)
    low, high = (int(edge or 0) for edge in (whole.min(), whole.max()))  # type: ignore[arg-type] # of an integer column
    return (whole.fill_null(high + 1) - low).to_numpy().astype(np.uint64)


def _packed(rows: pl.DataFrame, by: Sequence[str]) -> tuple[Codes, Sequence[str]]:
    """Write the first columns into one number each row, and name those that do not fit."""
    key = coded(rows[by[0]])
    used = _bits(key)
    for place, name in enumerate(by[1:], 1):
        code = coded(rows[name])
        used += _bits(code)
        if used > BITS:
            return key, by[place:]
        key = key << np.uint64(_bits(code)) | code
    return key, ()


def _bits(codes: Codes) -> int:
    return int(codes.max()).bit_length()
