"""Readers and articles compared by their vectors."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding

Floats = npt.NDArray[np.float32]


def cosine(user_ids: Iterable[str], item_ids: Iterable[str], users: UserEmbedding, items: ItemEmbedding) -> Floats:
    """Compare reader and article pair by pair; NaN where one of them has no vector."""
    user, item = users.positions(user_ids), items.positions(item_ids)
    known = (user >= 0) & (item >= 0)
    near = np.full(len(known), np.nan, np.float32)
    near[known] = np.einsum("ij,ij->i", users.unit[user[known]], items.unit[item[known]])
    return near


def pool(user_ids: npt.NDArray[np.str_], item_ids: npt.NDArray[np.str_], items: ItemEmbedding) -> UserEmbedding:
    """Average the unit vectors of each reader's articles."""
    item = items.positions(item_ids)
    user, ids = pd.factorize(pd.Series(user_ids, dtype="str")[item >= 0], sort=True)
    shape = (len(ids), len(items))
    traces = sparse.csr_array((np.ones(len(user), np.float32), (user, item[item >= 0])), shape=shape)
    return UserEmbedding(pd.Index(ids, dtype="str"), traces @ items.unit)
