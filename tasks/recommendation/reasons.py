"""Why an item stands in a list: the strongest reason that is true and can be put into words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.recommendation.evidence import PAIR, Evidence, best_tags, nearest_touched
from slipstream.tasks.recommendation.guard import BLEND, RANKER
from slipstream.tasks.recommendation.ranker import FLOOR, RankingModel, base_score
from slipstream.tasks.recommendation.wording import Words, words_of
from slipstream.tasks.tables import Candidate, RankingFeature, Recommendation, columns

Values = npt.NDArray[np.float64]
FAMILIES = {
    "touched": ("source_transition", "source_ease", "source_knn", "source_als", "embedding_"),
    "tags": ("source_tags", "tags__"),
    "trending": ("source_trending", "trending__"),
    "fresh": ("source_fresh", "fresh__"),
    "popular": ("source_popular", "popular__"),
}
CLAIMS = ("trending", "fresh", "popular")


def explain(
    ranked: DataFrame[Candidate],
    model: RankingModel,
    features: DataFrame[RankingFeature],
    evidence: Evidence,
    *,
    language: str,
    kinds: Mapping[str, Mapping[str, Any]],
) -> DataFrame[Recommendation]:
    """Add to each item of the lists a reason in words.

    Where the ranker placed an item, the SHAP values of its trees and the parts of the blend they start from are summed
    by family of features; the strongest positive family that the evidence supports speaks. Where a single source placed
    it, that source speaks first.
    """
    words = words_of(language)
    rows = pl.from_pandas(ranked).sort("user_id", "rank")
    described = rows.select(PAIR).join(pl.from_pandas(features), on=PAIR, how="left", maintain_order="left")
    weight = _contributions(model, features, described, rows)
    sayings = _sayings(rows, described, evidence, words, kinds)
    reason = np.full(len(rows), words.default, dtype=object)
    strongest = np.zeros(len(rows))
    for family, saying in sayings.items():
        better = (weight[family] > strongest) & (saying != "")
        reason[better] = saying[better]
        strongest[better] = weight[family][better]
    frame = rows.to_pandas()[columns(Candidate)].assign(reason=pd.Series(reason, dtype="str"))
    return Recommendation.validate(frame[columns(Recommendation)])


def family_of(column: str) -> str:
    """Name the family of a feature, "" where it says nothing a reader could use."""
    return next((family for family, starts in FAMILIES.items() if column.startswith(starts)), "")


def _contributions(
    model: RankingModel, features: DataFrame[RankingFeature], described: pl.DataFrame, rows: pl.DataFrame
) -> dict[str, Values]:
    """Measure for each row how much each family speaks for it."""
    weight = {family: np.zeros(len(rows)) for family in FAMILIES}
    source = rows["source"].to_numpy()
    for family in FAMILIES:
        placed = np.array([family_of(f"source_{name}__") == family for name in source], dtype=bool)
        weight[family][placed] = np.inf
    chosen = np.flatnonzero((source == RANKER) | (source == BLEND))
    if len(chosen):
        parts = _blend_parts(model, features, described[chosen])
        if model.serve == RANKER:
            parts |= _shap(model, described[chosen])
        for column, values in parts.items():
            if family_of(column):
                weight[family_of(column)][chosen] += values
    return weight


def _blend_parts(
    model: RankingModel, features: DataFrame[RankingFeature], described: pl.DataFrame
) -> dict[str, Values]:
    """Divide among sources what the blend adds to rows: to an ordinary candidate if trees follow, else to none."""
    columns_of = {
        name: f"source_{name}__share" for name in model.weights if f"source_{name}__share" in features.columns
    }
    names = list(columns_of.values())
    shares = described.select(names).fill_null(0).to_numpy().astype(np.float32)
    ordinary = base_score(model.weights, names, features[names].to_numpy(np.float32)).mean()
    added = base_score(model.weights, names, shares) - (ordinary if model.serve == RANKER else np.log(FLOOR))
    heard = {column: model.weights[name] * shares[:, names.index(column)] for name, column in columns_of.items()}
    total = np.maximum(sum(heard.values(), np.zeros(len(shares))), FLOOR)
    return {column.replace("__share", "__blend"): added * part / total for column, part in heard.items()}


def _shap(model: RankingModel, described: pl.DataFrame) -> dict[str, Values]:
    """Compute the SHAP value of each feature for some rows (Lundberg 2018, LightGBM's pred_contrib)."""
    booster = model.boosters[0]
    names = booster.feature_name()
    matrix = described.to_pandas().reindex(columns=names).fillna(0).to_numpy(np.float32)
    values = np.asarray(booster.predict(matrix, pred_contrib=True))
    return {name: values[:, position] for position, name in enumerate(names)}


def _sayings(
    rows: pl.DataFrame,
    described: pl.DataFrame,
    evidence: Evidence,
    words: Words,
    kinds: Mapping[str, Mapping[str, Any]],
) -> dict[str, Values]:
    """Write what each family would say of each row, "" where it would not be true."""
    titles = dict(zip(evidence.items["item_id"], evidence.items["title"], strict=True))
    verbs = {name: kind.verb for name, kind in parse_kinds(kinds).items()}
    touched = [
        words.because([(verbs.get(kind, ""), titles.get(item) or item) for item, kind in found])
        for found in nearest_touched(rows, evidence)
    ]
    tagged = [words.tagged(tag) if tag else "" for tag in best_tags(rows, evidence)]
    sayings = {"touched": np.array(touched, dtype=object), "tags": np.array(tagged, dtype=object)}
    for claim in CLAIMS:
        true = _proposed(rows, described, FAMILIES[claim][0])
        sayings[claim] = np.where(true, words.claims[claim], "").astype(object)
    return sayings


def _proposed(rows: pl.DataFrame, described: pl.DataFrame, start: str) -> np.ndarray:
    """Tell which rows a source whose column starts so proposes or placed."""
    ranks = [column for column in described.columns if column.startswith(start) and column.endswith("__rank")]
    proposed = rows["source"].str.starts_with(start.removeprefix("source_")).to_numpy()
    for column in ranks:
        proposed = proposed | (described[column].fill_null(0).to_numpy() > 0)
    return np.asarray(proposed, dtype=bool)
