"""Users placed among the items they touched."""

import numpy as np
from pandera.typing import DataFrame

from slipstream.tasks.matrices import arrange, distinct
from slipstream.tasks.tables import Interaction
from slipstream.tasks.vectors import ItemEmbedding, UserEmbedding


def pool_users(items: ItemEmbedding, interactions: DataFrame[Interaction], *, half_life_days: float) -> UserEmbedding:
    """Average the unit vectors of the items a user touched, by weight: dislikes push away.

    A trace counts half when it is half_life_days older than the user's last; 0 means that traces do not fade.
    Users who touched no item with a vector have none. Shape (users, size of the items).
    """
    weights = interactions["weight"].astype(np.float64)
    if half_life_days > 0:
        last = interactions.groupby("user_id")["at"].transform("max")
        weights = weights * 0.5 ** ((last - interactions["at"]).dt.total_seconds() / 86400 / half_life_days)
    people = distinct(interactions["user_id"])
    given = arrange(interactions["user_id"], interactions["item_id"], weights, (people, items.ids))
    kept = np.flatnonzero(np.diff(given.indptr))
    given = given[kept]
    total = np.asarray(abs(given).sum(axis=1)).ravel()
    return UserEmbedding(people[kept], (given @ items.unit) / np.where(total > 0, total, 1)[:, None])
