"""What each feature contributes to a score: the parts of the blend and the SHAP values of the trees."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from slipstream.tasks.recommendation.guard import BLEND, RANKER
from slipstream.tasks.recommendation.ranker import FLOOR, RankingModel, base_score
from slipstream.tasks.shap import GroupShap, Values

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


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each group of features adds to the scores of described rows; nothing where a single source is served.

    `group` names the group of a feature, "" where nobody asks. The parts of the blend are what they add to what is
    usual, as SHAP values are.
    """

    model: RankingModel
    group: Callable[[str], str]

    def __call__(self, described: pl.DataFrame) -> dict[str, Values]:
        """Add up by group, one value a row."""
        if self.model.serve not in {RANKER, BLEND} or not len(described):
            return {}
        added: dict[str, Values] = {}
        for name, values in self._parts(described):
            added[name] = added.get(name, 0) + values
        return added

    def _parts(self, described: pl.DataFrame) -> Iterator[tuple[str, Values]]:
        for column, values in _blend_parts(self.model, described).items():
            if self.group(column):
                yield self.group(column), values
        if self.model.serve == RANKER:
            names = self.model.boosters[0].feature_name()
            known = described.select(name for name in names if name in described.columns).fill_null(0)
            matrix = known.to_pandas().reindex(columns=names, fill_value=0).to_numpy(np.float32)
            yield from self._shap(matrix).items()

    @cached_property
    def _shap(self) -> GroupShap:
        booster = self.model.boosters[0]
        return GroupShap(booster, [self.group(name) for name in booster.feature_name()])


def _shares(model: RankingModel, columns: Iterable[str]) -> dict[str, str]:
    """Name the columns of the sources that the blend listens to."""
    known = set(columns)
    return {name: f"source_{name}__share" for name in model.weights if f"source_{name}__share" in known}


def _blend_parts(model: RankingModel, described: pl.DataFrame) -> dict[str, Values]:
    """Divide among sources what the blend adds to rows."""
    columns_of = _shares(model, described.columns)
    names = list(columns_of.values())
    shares = described.select(names).fill_null(0).to_numpy().astype(np.float32)
    added = base_score(model.weights, names, shares) - model.usual
    heard = {column: model.weights[name] * shares[:, names.index(column)] for name, column in columns_of.items()}
    total = np.maximum(sum(heard.values(), np.zeros(len(shares))), FLOOR)
    return {column.replace("__share", "__blend"): added * part / total for column, part in heard.items()}
