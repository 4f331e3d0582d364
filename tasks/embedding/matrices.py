"""Long tables as sparse matrices, whatever the order of their rows."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

NONE = pd.Index([], dtype="str")
Integers = npt.NDArray[np.integer[Any]]


def distinct(ids: pd.Series) -> pd.Index:
    """Sort the distinct ids of a column."""
    return cast("pd.Index", pd.Index(ids.drop_duplicates(), dtype="str").sort_values())


def positions(ids: pd.Series, index: pd.Index) -> Integers:
    """Find where each id stands in the index, -1 where it does not; many equal ids are looked up once."""
    codes, known = pd.factorize(ids)
    return cast("Integers", index.get_indexer(pd.Index(known))[codes])


def arrange(
    rows: pd.Series, columns: pd.Series, weights: pd.Series, across: tuple[pd.Index, pd.Index]
) -> sparse.csr_array:
    """Add weights up by cell of two indexes, ids outside them left out: a float32 csr_array."""
    down, over = across
    row, column = positions(rows, down), positions(columns, over)
    known = (row >= 0) & (column >= 0)
    cells = row[known].astype(np.int64) * len(over) + column[known]
    sums = weights.to_numpy(np.float64)[known]
    order = np.lexsort((sums, cells))
    starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
    sums = np.add.reduceat(sums[order], starts) if len(starts) else sums
    place = np.divmod(cells[order][starts], max(len(over), 1))
    return sparse.csr_array((sums.astype(np.float32), place), shape=(len(down), len(over)))
