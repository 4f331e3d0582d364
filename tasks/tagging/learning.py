"""Boosted trees that judge every item by models that never saw a label of that item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from slipstream.tasks.shap import GroupShap
from slipstream.tasks.vectors import Matrix

if TYPE_CHECKING:
    import lightgbm as lgb

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
LIGHTGBM = {
    "learning_rate": 0.25,
    "num_leaves": 8,
    "max_depth": 3,
    "min_data_in_leaf": 20,
    "max_bin": 127,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}


@dataclass(frozen=True, eq=False)
class Lesson:
    """Examples to learn from: what is known of each, its target in [0, 1], and the fold of its item."""

    matrix: Matrix
    target: Floats
    fold: Rows


@dataclass(frozen=True, eq=False)
class Learnt:
    """Log-odds of all pairs and of the examples, none by a model that saw their item, and the models by fold."""

    raw: Floats
    unseen: Floats
    parts: "LearntParts"


def cross_fit(
    lesson: Lesson,
    matrix: Matrix,
    fold: Rows,
    names: list[str],
    *,
    rounds: int,
    knobs: Mapping[str, Any],
    wanted: npt.NDArray[np.bool_] | None = None,
) -> Learnt:
    """Train one model a fold on the examples of the other folds.

    `matrix` and `fold` are those of all pairs, columns `names` as in the lesson; those not `wanted` are not judged.
    """
    raw, unseen, boosters = np.zeros(len(matrix)), np.zeros(len(lesson.target)), {}
    for each in np.unique(fold):
        mine = lesson.fold == each
        booster = train(lesson.matrix[~mine], lesson.target[~mine], names, rounds, knobs)
        asked = fold == each if wanted is None else (fold == each) & wanted
        raw[asked] = booster.predict(matrix[asked], raw_score=True) if asked.any() else 0
        unseen[mine] = booster.predict(lesson.matrix[mine], raw_score=True) if mine.any() else 0
        boosters[int(each)] = booster
    return Learnt(raw, unseen, LearntParts(matrix, fold, names, boosters))


def train(matrix: Matrix, target: Floats, names: list[str], rounds: int, knobs: Mapping[str, Any]) -> "lgb.Booster":
    """Boost trees on the examples; scores rise with every feature unless `monotone_constraints` say otherwise."""
    import lightgbm as lgb

    data = lgb.Dataset(matrix, target.astype(np.float32), feature_name=names, free_raw_data=True)
    rising = {"monotone_constraints": [1] * len(names)}
    return lgb.train({**LIGHTGBM, **rising, **knobs}, data, num_boost_round=rounds)


def free_popularity(names: list[str]) -> dict[str, list[int]]:
    """Let scores rise with every feature but popularity, which may do either."""
    return {"monotone_constraints": [0 if name.startswith("popularity") else 1 for name in names]}


def odds_to_chance(odds: Floats) -> Floats:
    """Turn log-odds into probabilities."""
    return np.asarray(1 / (1 + np.exp(-odds)))


@dataclass(frozen=True, eq=False)
class LearntParts:
    """What the models' features add to the log-odds of chosen pairs (TreeSHAP, Lundberg et al. 2018)."""

    matrix: Matrix
    fold: Rows
    names: list[str]
    boosters: dict[int, "lgb.Booster"]

    def __call__(self, position: Rows) -> pd.DataFrame:
        """Add up the contributions space by space; one row a position."""
        spaces = [space_of(name) for name in self.names]
        added = pd.DataFrame(0.0, range(len(position)), sorted(set(spaces)))
        for fold, chosen in self._by_fold(position):
            found = GroupShap(self.boosters[fold], spaces)(self.matrix[position[chosen]])
            added.loc[chosen] = np.stack([found[space] for space in added.columns], axis=1)
        return added

    def _by_fold(self, position: Rows) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
        for fold in self.boosters:
            chosen = self.fold[position] == fold
            if chosen.any():
                yield fold, chosen


def space_of(feature: str) -> str:
    """Name the space of evidence a feature belongs to: text_centroid and text_vote are both text."""
    return "mention" if feature.startswith("mention") else feature.partition("_")[0]


def by_space(added: pd.DataFrame) -> pd.DataFrame:
    """Add up what the features of one space add."""
    return added.T.groupby([space_of(name) for name in added.columns], sort=True).sum().T
