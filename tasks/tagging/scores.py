"""Tags of items, scored, cut and explained (Gauss)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Item, ItemTag, ItemTagScore, TagFeature, columns, empty
from slipstream.tasks.tagging.evidence import explain
from slipstream.tasks.tagging.model import fit_pairs
from slipstream.tasks.vectors import ItemEmbedding

Floats = npt.NDArray[np.float64]


def score_item_tags(  # noqa: PLR0913 (the model's tables, the words' tables and the knobs)
    features: DataFrame[TagFeature],
    items: DataFrame[Item],
    item_tags: DataFrame[ItemTag],
    contents: Sequence[ItemEmbedding],
    behaviours: Sequence[ItemEmbedding],
    *,
    threshold: float = 0.1,
    top: int = 20,
    reliability: float = 0.5,
    positives: int = 20_000,
    negatives: int = 5,
    seed: int = 0,
) -> DataFrame[ItemTagScore]:
    """Score the described pairs by the chance that the tag fits, at most `top` an item, none below `threshold`.

    The model says how likely people are to give the tag, from all but the fact that they did; that fact comes on
    top: each unit of given weight is right with chance `reliability`, independently (noisy-or). At most `positives`
    given pairs, and `negatives` times as many others, are learnt from. `contents` and `behaviours` are the
    embeddings the features were made of; they name the similar items in the evidence.
    """
    if features.empty:
        return empty(ItemTagScore)
    fit = fit_pairs(features, positives=positives, negatives=negatives, seed=seed)
    score = add_given(fit.probability, features["support"].to_numpy(np.float64), reliability)
    kept = _best(features, score, threshold, top)
    pairs = features.iloc[kept].assign(score=score[kept].astype(np.float32)).reset_index(drop=True)
    parts = fit.parts(kept).assign(given=_log_odds(score[kept]) - _log_odds(fit.probability[kept]))
    spaces = {f"content{n}": each for n, each in enumerate(contents, start=1)}
    spaces |= {f"behaviour{n}": each for n, each in enumerate(behaviours, start=1)}
    titles = dict(zip(items["item_id"], items["title"], strict=True))
    pairs["evidence"] = explain(pairs, parts, item_tags, titles, spaces)
    return ItemTagScore.validate(pairs[columns(ItemTagScore)])


def add_given(probability: Floats, support: Floats, reliability: float) -> Floats:
    """Raise the probability of given tags: 1 - (1 - p) (1 - reliability) ** support."""
    return np.asarray(1 - (1 - probability) * (1 - reliability) ** support)


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _best(features: DataFrame[TagFeature], score: Floats, threshold: float, top: int) -> npt.NDArray[np.int64]:
    """Find the positions of the kept pairs, best first within an item."""
    rows = pd.DataFrame({"item_id": pd.factorize(features["item_id"])[0], "score": score})
    order = rows[score >= threshold].sort_values(["item_id", "score"], ascending=[True, False], kind="stable")
    return order.index[order.groupby("item_id").cumcount() < top].to_numpy(np.int64)
