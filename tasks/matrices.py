"""Long tables as sparse matrices, whatever the order of their rows."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.tables import ItemTagScore

NONE = pd.Index([], dtype="str")
Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]


def distinct(ids: pd.Series) -> pd.Index:
    """Sort the distinct ids of a column."""
    return cast("pd.Index", pd.Index(ids.drop_duplicates(), dtype="str").sort_values())


def positions(ids: pd.Series, index: pd.Index) -> Integers:
    """Find where each id stands in the index, -1 where it does not; many equal ids are looked up once."""
    codes, known = pd.factorize(ids)
    return cast("Integers", index.get_indexer(pd.Index(known))[codes])


def tally(rows: Integers, columns: Integers, values: Floats, shape: tuple[int, int]) -> sparse.csr_array:
    """Add values up by cell, in an order that does not depend on theirs; a negative position is left out."""
    known = (rows >= 0) & (columns >= 0)
    cells = rows[known].astype(np.int64) * shape[1] + columns[known]
    sums = values[known].astype(np.float64)
    if (np.diff(cells) <= 0).any():
        order = np.lexsort((sums, cells))
        starts = np.flatnonzero(np.diff(cells[order], prepend=-1))
        sums, cells = np.add.reduceat(sums[order], starts), cells[order][starts]
    row, column = np.divmod(cells, max(shape[1], 1))
    return sparse.csr_array((sums.astype(np.float32), (row, column)), shape=shape)


def arrange(
    rows: pd.Series, columns: pd.Series, weights: pd.Series, across: tuple[pd.Index, pd.Index]
) -> sparse.csr_array:
    """Add weights up by cell of two indexes, ids outside them left out: a float32 csr_array."""
    down, over = across
    return tally(positions(rows, down), positions(columns, over), weights.to_numpy(), (len(down), len(over)))


def with_tags(
    items: pd.Index, liked: sparse.csr_array, item_tags: DataFrame[ItemTagScore], weight: float
) -> sparse.csr_array:
    """Put a row for each tag of the items below those of the users; its cells weigh `weight` on average.

    A linear model or factors learnt of both know items by their tags as well (CEASE, Jeunen et al. 2020).
    """
    fitting = item_tags[(item_tags["score"] > 0) & item_tags["item_id"].isin(items)]
    if not len(fitting) or weight <= 0:
        return liked
    below = arrange(fitting["tag"], fitting["item_id"], fitting["score"], (distinct(fitting["tag"]), items))
    below.data *= np.float32(weight) / below.data.mean(dtype=np.float64).astype(np.float32)
    return sparse.csr_array(sparse.vstack([liked, below]))
