"""Whether the reasons of the newsroom's lists name what did place the items, by sums of our own."""

import re

import numpy as np
import pandas as pd
import polars as pl

from slipstream.pipelines.route import Route
from slipstream.tasks.recommendation.evidence import best_tags, nearest_touched

PAIR = ["user_id", "item_id"]
FEATURES = {
    "touched": r"source_(transitions|ease|knn|als)__|embedding_",
    "tags": r"source_tags__|tags__",
    "trending": r"source_trending|trending__",
    "fresh": r"source_fresh__|fresh__",
    "popular": r"source_popular__|popular__",
}
CLAIMS = {"trending": "いま人気", "fresh": "新着", "popular": "みんなに人気"}
DEFAULT = "あなたへのおすすめ"
FLOOR = 0.02


def summed(stages, rows):
    """Add SHAP values of LightGBM and the logarithm of the blend up by what a reader is told."""
    booster = stages.model.boosters[0]
    joined = rows[PAIR].merge(stages.features, on=PAIR, how="left").fillna(0)
    values = booster.predict(joined.reindex(columns=booster.feature_name(), fill_value=0), pred_contrib=True)[:, :-1]
    shap = pd.DataFrame(values, columns=booster.feature_name())
    weights = {f"source_{name}__share": weight for name, weight in stages.model.weights.items()}
    heard = joined[list(weights)] * weights
    added = np.log(FLOOR + heard.sum(axis=1)) - stages.model.usual
    parts = heard.mul(added / heard.sum(axis=1).clip(lower=FLOOR), axis=0)
    sums = {
        family: shap.filter(regex=f"^({pattern})").sum(axis=1) + parts.filter(regex=f"^({pattern})").sum(axis=1)
        for family, pattern in FEATURES.items()
    }
    return pd.DataFrame(sums), joined


def sayable(stages, rows, joined):
    """Tell what can be shown of each row."""
    pairs = pl.from_pandas(rows[PAIR])
    able = pd.DataFrame(
        {
            "touched": [bool(found) for found in nearest_touched(pairs, stages.evidence)],
            "tags": [tag != "" for tag in best_tags(pairs, stages.evidence)],
        }
    )
    for family in CLAIMS:
        able[family] = (joined.filter(regex=f"^source_{family}.*__rank$") > 0).any(axis=1)
    return able


def named_first(reason):
    """Read from the words of a reason which family it names first."""
    for family, words in CLAIMS.items():
        if reason.startswith(words):
            return family
    if reason == DEFAULT:
        return ""
    return "tags" if re.fullmatch("「.*」への関心から", reason) else "touched"


def test_reasons_name_the_strongest_evidence_there_is(recommend):
    stages = Route.to(recommend.products["recommendations"]).load()
    assert stages.model.serve == "ranker"
    rows = stages.lists[stages.lists["source"] == "ranker"].reset_index(drop=True)
    sums, joined = summed(stages, rows)
    heard = sums.where(sayable(stages, rows, joined) & (sums > 0), 0)[list(FEATURES)]
    strongest = heard.idxmax(axis=1).where(heard.max(axis=1) > 0, "")
    assert len(rows) > 1000
    assert rows["reason"].map(named_first).to_list() == strongest.to_list()


def test_what_a_reason_adds_of_the_reader_speaks_for_the_item_too(recommend):
    stages = Route.to(recommend.products["recommendations"]).load()
    rows = stages.lists[stages.lists["source"] == "ranker"].reset_index(drop=True)
    sums, _ = summed(stages, rows)
    claim = rows["reason"].map(named_first)
    added = rows["reason"].str.contains("、「.*から$", regex=True) & claim.isin(list(CLAIMS))
    tagged = added & rows["reason"].str.endswith("への関心から")
    first = pd.Series([sums.loc[row, family] for row, family in claim[added].items()], claim[added].index)
    own = sums["tags"].where(tagged, sums["touched"])[added]
    assert added.mean() > 0.5
    assert (own >= 0.1 * first - 1e-6).all()


def test_reasons_are_specific(recommend):
    reasons = recommend.products["recommendations"].output().load()["reason"]
    assert (reasons != DEFAULT).mean() >= 0.95
    assert reasons.str.contains("「", regex=False).mean() > 0.75
