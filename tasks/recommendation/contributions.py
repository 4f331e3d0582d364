"""What each feature contributes to a score: the parts of the blend and the SHAP values of the trees."""

import numpy as np
import numpy.typing as npt
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.guard import BLEND, RANKER
from slipstream.tasks.recommendation.ranker import FLOOR, RankingModel, base_score
from slipstream.tasks.tables import RankingFeature

Values = npt.NDArray[np.float64]
FAMILIES = {
    "touched": (
        "source_transition",
        "source_ease",
        "source_edlae",
        "source_knn",
        "source_als",
        "source_ials",
        "embedding_",
    ),
    "tags": ("source_tags", "tags__"),
    "trending": ("source_trending", "trending__"),
    "fresh": ("source_fresh", "fresh__"),
    "popular": ("source_popular", "popular__"),
}


def family_of(column: str) -> str:
    """Name the family of a feature, "" where it says nothing a reader could use."""
    return next((family for family, starts in FAMILIES.items() if column.startswith(starts)), "")


def group_of(column: str) -> str:
    """Name the group of a feature, such as a source."""
    return column.partition("__")[0]


def contributions(
    model: RankingModel, features: DataFrame[RankingFeature], described: pl.DataFrame
) -> dict[str, Values]:
    """Measure what each column adds to the score of described rows; nothing where a single source is served.

    `features` are all candidates: the parts of the blend are what they add to an ordinary one, as SHAP values are.
    """
    if model.serve not in {RANKER, BLEND}:
        return {}
    parts = _blend_parts(model, features, described)
    return parts | _shap(model, described) if model.serve == RANKER else parts


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
