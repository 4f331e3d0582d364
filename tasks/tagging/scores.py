"""Tags of items, scored, cut and explained (Gauss)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Item, ItemTag, ItemTagScore, TagFeature, TagJudgement, columns, empty
from slipstream.tasks.tagging.affinity import fit_affinity
from slipstream.tasks.tagging.evidence import explain
from slipstream.tasks.tagging.judged import fit_judged, is_learnable
from slipstream.tasks.tagging.model import Fit, fit_pairs
from slipstream.tasks.vectors import ItemEmbedding

Floats = npt.NDArray[np.float64]
POSITIVES = 20_000
NEGATIVES = 5
EXPLAINED = 20
TARGETS = ("given", "fit", "judged")


def score_item_tags(  # noqa: PLR0913 (the model's tables, the words' tables and the knobs)
    features: DataFrame[TagFeature],
    items: DataFrame[Item],
    item_tags: DataFrame[ItemTag],
    judgements: DataFrame[TagJudgement],
    contents: Sequence[ItemEmbedding],
    behaviours: Sequence[ItemEmbedding],
    *,
    target: str = "given",
    relevant: float = 4.0,
    irrelevant: float = 2.0,
    threshold: float = 0.1,
    top: int = 20,
    reliability: float = 0.5,
    seed: int = 0,
) -> DataFrame[ItemTagScore]:
    """Score the described pairs by the chance that the tag fits, at most `top` an item, none below `threshold`.

    What the score means is the `target`. "given": how likely people are to give the tag to an item. "fit": how well it
    fits, however common it is. Both are judged from all but the fact that the tag was given; that comes on top: each
    unit of given weight is right with chance `reliability`, independently (noisy-or). "judged": how likely people who
    are asked call it relevant, learnt from `judgements` (at least `relevant`; at most `irrelevant` says it is not).
    `contents` and `behaviours` are the embeddings the features were made of; they name the items in the evidence, which
    is told of the best 20 tags of an item.
    """
    if features.empty:
        return empty(ItemTagScore)
    fit = _fit(features, judgements, target, (relevant, irrelevant), seed)
    support = features["support"].to_numpy(np.float64)
    score = add_given(fit.probability, support, reliability) if fit.blind else fit.probability
    kept = _best(features, score, threshold, top)
    pairs = features.iloc[kept].assign(score=score[kept].astype(np.float32)).reset_index(drop=True)
    first = np.flatnonzero(pairs.groupby("item_id", sort=False).cumcount() < EXPLAINED)
    parts = _parts(fit, kept[first], score)
    named = (("content", contents), ("behaviour", behaviours))
    spaces = {f"{kind}{n}": each for kind, group in named for n, each in enumerate(group, start=1)}
    best, fold = pairs.iloc[first].reset_index(drop=True), _column(features, "fold")
    told = explain(best, parts, item_tags, _column(items, "title"), spaces, fold)
    pairs["evidence"] = pd.Series(told.to_numpy(), index=first).reindex(pairs.index, fill_value="")
    return ItemTagScore.validate(pairs[columns(ItemTagScore)])


def _fit(
    features: DataFrame[TagFeature],
    judgements: DataFrame[TagJudgement],
    target: str,
    bounds: tuple[float, float],
    seed: int,
) -> Fit:
    """Fit what the target asks for; too few judgements are as good as none."""
    if target == "given":
        return fit_pairs(features, positives=POSITIVES, negatives=NEGATIVES, seed=seed)
    if target == "fit" or not is_learnable(judgements, features):
        return fit_affinity(features, positives=POSITIVES, seed=seed)
    knobs = {"positives": POSITIVES, "negatives": NEGATIVES, "seed": seed}
    return fit_judged(features, judgements, relevant=bounds[0], irrelevant=bounds[1], **knobs)


def _column(table: pd.DataFrame, name: str) -> dict[str, Any]:
    """Read one value of each item."""
    each = table.drop_duplicates("item_id")
    return dict(zip(each["item_id"], each[name], strict=True))


def _parts(fit: Fit, kept: npt.NDArray[np.int64], score: Floats) -> pd.DataFrame:
    """Ask what each space adds to the log-odds of kept pairs, that the tag was given among them."""
    parts = fit.parts(kept)
    return parts.assign(given=_log_odds(score[kept]) - _log_odds(fit.probability[kept])) if fit.blind else parts


def add_given(probability: Floats, support: Floats, reliability: float) -> Floats:
    """Raise the probability of given tags: 1 - (1 - p) (1 - reliability) ** support."""
    return np.asarray(1 - (1 - probability) * (1 - reliability) ** support)


def _log_odds(probability: Floats) -> Floats:
    clipped = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _best(features: DataFrame[TagFeature], score: Floats, threshold: float, top: int) -> npt.NDArray[np.int64]:
    """Find the positions of the kept pairs, best first within an item; mere examples of shuffled tags are not kept."""
    rows = pd.DataFrame({"item_id": pd.factorize(features["item_id"])[0], "score": score})
    wanted = features[["given", "proposed", "judged"]].to_numpy().any(axis=1)
    order = rows[wanted & (score >= threshold)].sort_values(
        ["item_id", "score"], ascending=[True, False], kind="stable"
    )
    return order.index[order.groupby("item_id").cumcount() < top].to_numpy(np.int64)
