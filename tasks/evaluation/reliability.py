"""Whether scored tags are right as often as their scores say."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import ItemTag, ItemTagScore, Reliability, columns, empty


def tag_reliability(
    scores: Mapping[str, DataFrame[ItemTagScore]],
    held_out: DataFrame[ItemTag],
    known: DataFrame[ItemTag],
    *,
    bins: int = 10,
    least: float = 0.1,
) -> DataFrame[Reliability]:
    """Compare the scores of held-out items, all of whose tags are hidden, with the share of tags they really have.

    Scores from 0 to 1 fall into so many bins of equal width. Slices: "all" scored pairs, and those "served", with a
    score of at least `least`.
    """
    cold = set(held_out["item_id"]) - set(known["item_id"])
    truth = pd.MultiIndex.from_frame(held_out[["item_id", "tag"]])
    rows = []
    for source, table in sorted(scores.items()):
        part = table[table["item_id"].isin(cold) & (table["score"] > 0)]
        right = pd.MultiIndex.from_frame(part[["item_id", "tag"]]).isin(truth)
        score = part["score"].to_numpy(np.float64)
        for place, chosen in (("all", score > 0), ("served", score >= least)):
            place_of = np.minimum((score[chosen] * bins).astype(np.int64), bins - 1)
            counts = np.bincount(place_of, minlength=bins)
            means = [
                np.bincount(place_of, each[chosen], minlength=bins) / np.maximum(counts, 1) for each in (score, right)
            ]
            rows += [(source, place, n, means[0][n], means[1][n], counts[n]) for n in np.flatnonzero(counts)]
    return Reliability.validate(pd.DataFrame(rows, columns=columns(Reliability))) if rows else empty(Reliability)


def calibration_error(table: DataFrame[Reliability]) -> float:
    """Give the expected calibration error: the mean distance of score and share over the pairs (Naeini et al. 2015)."""
    return float(np.average((table["score"] - table["share"]).abs(), weights=table["count"])) if len(table) else 0.0
