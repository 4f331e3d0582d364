"""How much a shown item counts, given how likely its policy was to show it and the user to look at it."""

import numpy as np
import numpy.typing as npt
from pandera.typing import DataFrame

from slipstream.tasks.tables import Examination, Exposure, Impression, ItemClickRate

Values = npt.NDArray[np.float64]
PAIR = ["user_id", "item_id"]


def selection_weights(impressions: DataFrame[Impression], *, max_weight: float) -> Values:
    """Weigh each impression by one over the logged propensity: what a policy prefers counts no more than the rest.

    The weights are clipped at `max_weight` times their median and divided by their mean (self-normalised), so that
    they are 1 on average; an impression without a propensity has weight 1. Shape (impressions,).
    """
    _check(max_weight)
    propensity = impressions["propensity"].to_numpy(np.float64)
    weights, logged = np.ones(len(propensity)), ~np.isnan(propensity)
    if logged.any():
        inverse = 1 / propensity[logged]
        inverse = np.minimum(inverse, max_weight * np.median(inverse))
        weights[logged] = inverse / inverse.mean()
    return weights


def looked_at(impressions: DataFrame[Impression], examination: DataFrame[Examination]) -> Values:
    """Tell how likely each impression was looked at; a position that is not in the table counts as the first one."""
    known = examination.set_index("position")["examination"]
    return impressions["position"].map(known).fillna(1.0).to_numpy(np.float64)


def exposures(
    impressions: DataFrame[Impression], examination: DataFrame[Examination], *, max_weight: float
) -> DataFrame[Exposure]:
    """Tell for each pair of user and item that was shown how likely that was to happen and to be seen.

    Two propensities multiply: the policy's, of choosing the item (where it is logged, see `selection_weights`), and
    the user's, of looking at the position. A click is thus worth one over both, at most `max_weight`; several clicks
    of a pair count by their mean worth, and so do the impressions of a pair without a click.
    """
    worth = selection_weights(impressions, max_weight=max_weight) / looked_at(impressions, examination)
    shown = impressions[[*PAIR, "clicked"]].assign(worth=np.minimum(worth, max_weight))
    telling = shown.loc[shown["clicked"] == shown.groupby(PAIR)["clicked"].transform("any")]
    pairs = telling.groupby(PAIR, as_index=False).agg(worth=("worth", "mean"), clicked=("clicked", "first"))
    return Exposure.validate(pairs.assign(propensity=1 / pairs["worth"])[[*PAIR, "propensity", "clicked"]])


def click_rates(
    impressions: DataFrame[Impression], examination: DataFrame[Examination], *, max_weight: float
) -> DataFrame[ItemClickRate]:
    """Count each item's clicks per impression, and per impression at the first position that chance would choose.

    The corrected rate of an item is the sum of w c over the sum of w e: w are the `selection_weights` of its
    impressions, c their clicks (0 or 1) and e how likely each was looked at. That is the most likely worth of the
    item in the model click = worth x examination, and self-normalised inverse propensity weighting where e is 1.
    """
    weight = selection_weights(impressions, max_weight=max_weight)
    clicked = impressions["clicked"].astype(np.int64)
    seen = weight * looked_at(impressions, examination)
    rows = impressions[["item_id"]].assign(count=1, clicks=clicked, counted=weight * clicked, seen=seen)
    items = rows.groupby("item_id", as_index=False).sum()
    rates = items.assign(rate=items["clicks"] / items["count"], corrected=items["counted"] / items["seen"])
    return ItemClickRate.validate(rates[["item_id", "count", "clicks", "rate", "corrected"]])


def _check(max_weight: float) -> None:
    if max_weight < 1:
        raise ValueError(f"max_weight {max_weight:g} is below 1, the usual weight; raise it, to 10 for example")
