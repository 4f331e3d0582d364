"""What people touched next."""

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.matrices import Floats, Integers, distinct, positions
from slipstream.tasks.recommendation.neighbours import Found, neighbour_table, pick
from slipstream.tasks.recommendation.proposing import blocks, select
from slipstream.tasks.tables import Interaction, Neighbour


def transition_neighbours(
    interactions: DataFrame[Interaction],
    *,
    window: int,
    decay: float,
    power: float,
    half_life_hours: float,
    top: int,
    seed: int,
) -> DataFrame[Neighbour]:
    """Find what people touched within `window` steps after an item.

    A pair that lies n steps apart counts decay**(n - 1) times the weight of the later trace; the sum is divided by the
    number of traces of the later item to the `power`. Traces of one moment have no order: chance puts them
    into one, and pairs of them count half in both directions. A pair counts half when it is half_life_hours older than
    the newest trace of all; 0 means that pairs do not fade. Dislikes are left out.
    """
    liked = interactions[interactions["weight"] > 0]
    people, items = distinct(liked["user_id"]), distinct(liked["item_id"])
    user, item, at, weight = order_traces(liked, people, items, seed=seed)
    if half_life_hours > 0 and len(at):
        weight = weight * 0.5 ** ((at.max() - at) / (3_600_000_000 * half_life_hours))
    steps = sparse.csr_array((len(items), len(items)), dtype=np.float32)
    for gap in range(1, window + 1):
        steps = steps + pairs(user, item, at, weight * decay ** (gap - 1), gap=gap, size=len(items))
    scale = np.maximum(np.bincount(item, minlength=len(items)), 1).astype(np.float32) ** -power
    found: Found = []
    for part in blocks(len(items), len(items)):
        scores = steps[part].toarray() * scale
        found.append(pick(scores, select(scores, top=top, floor=0.0), part.start))
    return neighbour_table(items, found)


def order_traces(
    interactions: DataFrame[Interaction], users: pd.Index, items: pd.Index, *, seed: int
) -> tuple[Integers, Integers, Integers, Floats]:
    """Sort traces by user and time, those of one moment by chance: positions of users and items, times, weights."""
    user = positions(interactions["user_id"], users)
    item = positions(interactions["item_id"], items)
    at = interactions["at"].to_numpy("datetime64[us]").astype(np.int64)
    weight = interactions["weight"].to_numpy(np.float32)
    order = np.lexsort((weight, item, at, user))
    chance = np.random.default_rng(seed).random(len(order), np.float32)
    order = order[np.lexsort((chance, at[order], user[order]))]
    return user[order], item[order], at[order], weight[order]


def pairs(user: Integers, item: Integers, at: Integers, weight: Floats, *, gap: int, size: int) -> sparse.csr_array:
    """Count the pairs of traces that lie `gap` apart in a user's line: float32 of shape (size, size)."""
    first, second = slice(None, -gap), slice(gap, None)
    same = (user[first] == user[second]) & (item[first] != item[second])
    before, after = item[first][same], item[second][same]
    tied = at[first][same] == at[second][same]
    forth = np.where(tied, 0.5, 1.0) * weight[second][same]
    back = 0.5 * weight[first][same][tied]
    values = np.concatenate([forth, back]).astype(np.float32)
    rows, columns = np.concatenate([before, after[tied]]), np.concatenate([after, before[tied]])
    return sparse.csr_array(sparse.coo_array((values, (rows, columns)), shape=(size, size)))
