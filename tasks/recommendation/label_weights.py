"""How much the labels of a window count, given what was shown in it."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.history import Numbers
from slipstream.tasks.tables import Exposure

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]


def label_weights(
    pairs: pd.MultiIndex, gain: Numbers, user: Numbers, exposures: DataFrame[Exposure] | None
) -> tuple[Values, Flags]:
    """Weigh candidates by one over how likely they were shown and seen, and find those shown and passed over.

    A candidate of positive gain that was clicked where it was shown weighs one over its propensity, any other of
    positive gain 1. One without gain weighs as much as the candidates with gain of the same user (numbered from 0) do
    on average: it is the other side of their comparisons, which count right only if both sides weigh the same.
    """
    taken = gain > 0
    weight, passed = np.ones(len(gain)), np.zeros(len(gain), dtype=np.bool_)
    if exposures is None:
        return weight, passed
    shown = exposures.set_index(["user_id", "item_id"]).reindex(pairs)
    propensity = shown["propensity"].to_numpy(np.float64)
    clicked = shown["clicked"].eq(other=True).to_numpy(np.bool_)
    weight[taken & clicked] = 1 / propensity[taken & clicked]
    passed = ~np.isnan(propensity) & ~clicked & ~taken
    return np.where(taken, weight, hit_weights(weight, taken, user)[user]), passed


def hit_weights(weight: Values, hit: Flags, user: Numbers) -> Values:
    """Compute for each user, numbered from 0, the mean weight of his hits, 1 where he has none."""
    users = user.max(initial=-1) + 1
    hits = np.bincount(user, hit, users)
    return np.where(hits > 0, np.bincount(user, weight * hit, users) / np.maximum(hits, 1), 1.0)
