"""What each feature contributes to a score: the parts of the blend and the SHAP values of the trees."""

from collections.abc import Iterable

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


def contributions(model: RankingModel, common: float, described: pl.DataFrame) -> dict[str, Values]:
    """Measure what each column adds to the score of described rows; nothing where a single source is served.

    The parts of the blend are what they add to the `common` score, as SHAP values are.
    """
    if model.serve not in {RANKER, BLEND}:
        return {}
    parts = _blend_parts(model, common, described)
    return parts | _shap(model, described) if model.serve == RANKER else parts


def common_score(model: RankingModel, features: Iterable[DataFrame[RankingFeature]]) -> float:
    """Compute what the parts of the blend start from: the mean over all candidates if trees follow, else nothing."""
    if model.serve != RANKER:
        return float(np.log(FLOOR))
    scores = []
    for block in features:
        names = list(_shares(model, block.columns).values())
        scores.append(base_score(model.weights, names, block[names].to_numpy(np.float32)))
    return float(np.concatenate(scores).mean())


def _shares(model: RankingModel, columns: Iterable[str]) -> dict[str, str]:
    """Name the columns of the sources that the blend listens to."""
    known = set(columns)
    return {name: f"source_{name}__share" for name in model.weights if f"source_{name}__share" in known}


def _blend_parts(model: RankingModel, common: float, described: pl.DataFrame) -> dict[str, Values]:
    """Divide among sources what the blend adds to rows."""
    columns_of = _shares(model, described.columns)
    names = list(columns_of.values())
    shares = described.select(names).fill_null(0).to_numpy().astype(np.float32)
    added = base_score(model.weights, names, shares) - common
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
