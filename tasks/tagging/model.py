"""How well a tag fits an item, learnt from the tags people gave to other items."""

from collections.abc import Iterator
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import TagFeature
from slipstream.tasks.tagging.calibration import fit_calibration
from slipstream.tasks.tagging.examples import draw_examples

Floats = npt.NDArray[np.float64]

LIGHTGBM = {
    "objective": "binary",
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
ROUNDS = 40
FEWEST_GIVEN = 50
ASIDE = ("item_id", "tag", "given", "fold", "people", "support", "proposed", "fusion")
LESS_ONE = "_less_one"
PRIOR_ODDS = -4.0
PRIOR_WEIGHTS = {"_title": 4.5, "_text": 2.6, "_centroid": 2.0, "_vote": 4.0, "cotags": 2.0}


@dataclass(frozen=True, eq=False)
class Fit:
    """The probability of each pair, and what each space of evidence adds to its log-odds (asked for by position)."""

    probability: Floats
    parts: "LearntParts | PriorParts"


def feature_names(features: DataFrame[TagFeature]) -> list[str]:
    """Name the columns a model may see."""
    return [name for name in features.columns if name not in ASIDE and not name.endswith(LESS_ONE)]


def space_of(feature: str) -> str:
    """Name the space of evidence a feature belongs to: text_centroid and text_vote are both text."""
    return "mention" if feature.startswith("mention") else feature.partition("_")[0]


def fit_pairs(features: DataFrame[TagFeature], *, positives: int, negatives: int, seed: int) -> Fit:
    """Judge every pair by a model that never saw a tag of its item, or by prior odds when people gave few tags."""
    examples = draw_examples(features, positives=positives, negatives=negatives, fewest=FEWEST_GIVEN, seed=seed)
    fold = features["fold"].to_numpy(np.int64)
    seen = {int(each): int(examples["label"][fold[examples["position"]] != each].sum()) for each in np.unique(fold)}
    if not seen or min(seen.values()) < FEWEST_GIVEN:
        return _fit_prior(features)
    return _fit_learnt(features, examples, fold, seed)


def _fit_prior(features: DataFrame[TagFeature]) -> Fit:
    """Add up log-odds that rise with every feature."""
    parts = PriorParts(features)
    odds = PRIOR_ODDS + parts(np.arange(len(features))).to_numpy().sum(axis=1)
    return Fit(1 / (1 + np.exp(-odds)), parts)


def _fit_learnt(features: DataFrame[TagFeature], examples: pd.DataFrame, fold: npt.NDArray[np.int64], seed: int) -> Fit:
    """Train one model a fold on the other folds, and calibrate them together on what they had not seen."""
    names = feature_names(features)
    position, label = examples["position"].to_numpy(), examples["label"].to_numpy()
    learnt = features[names].iloc[position].to_numpy(np.float32, copy=True)
    for name in (name for name in names if name + LESS_ONE in features.columns):
        forgetful = features[name + LESS_ONE].to_numpy(np.float32)[position]
        learnt[:, names.index(name)] = np.where(label, learnt[:, names.index(name)], forgetful)
    raw, unseen, boosters = np.zeros(len(features)), np.zeros(len(position)), {}
    matrix = features[names].to_numpy(np.float32)
    for each in np.unique(fold):
        mine = fold[position] == each
        boosters[int(each)] = _train(learnt[~mine], label[~mine], names, seed)
        raw[fold == each] = boosters[int(each)].predict(matrix[fold == each])
        unseen[mine] = boosters[int(each)].predict(learnt[mine]) if mine.any() else 0
    calibrate = fit_calibration(unseen, label, examples["weight"].to_numpy())
    return Fit(calibrate(raw), LearntParts(matrix, fold, names, boosters))


def _train(matrix: npt.NDArray[np.float32], label: npt.NDArray[np.bool_], names: list[str], seed: int) -> lgb.Booster:
    rising = [0 if name.startswith("popularity") else 1 for name in names]
    data = lgb.Dataset(matrix, label.astype(np.float32), feature_name=names, free_raw_data=True)
    return lgb.train({**LIGHTGBM, "monotone_constraints": rising, "seed": seed}, data, num_boost_round=ROUNDS)


@dataclass(frozen=True, eq=False)
class LearntParts:
    """What the models' features add to the log-odds of chosen pairs (TreeSHAP, Lundberg et al. 2018)."""

    matrix: npt.NDArray[np.float32]
    fold: npt.NDArray[np.int64]
    names: list[str]
    boosters: dict[int, lgb.Booster]

    def __call__(self, position: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Add up the contributions space by space; one row a position."""
        added = np.zeros((len(position), len(self.names)))
        for fold, chosen in self._by_fold(position):
            contributions = self.boosters[fold].predict(self.matrix[position[chosen]], pred_contrib=True)
            added[chosen] = np.asarray(contributions)[:, :-1]
        return _by_space(pd.DataFrame(added, columns=self.names))

    def _by_fold(self, position: npt.NDArray[np.int64]) -> Iterator[tuple[int, npt.NDArray[np.bool_]]]:
        for fold in self.boosters:
            chosen = self.fold[position] == fold
            if chosen.any():
                yield fold, chosen


@dataclass(frozen=True, eq=False)
class PriorParts:
    """What the features add to the log-odds of chosen pairs when nothing could be learnt."""

    features: DataFrame[TagFeature]

    def __call__(self, position: npt.NDArray[np.int64]) -> pd.DataFrame:
        """Add up the terms space by space; one row a position."""
        names = feature_names(self.features)
        values = self.features[names].iloc[position].reset_index(drop=True).clip(lower=0)
        counts = [name for name in names if name.startswith("mentions_")]
        values[counts] = np.log1p(values[counts]) / np.log(2)
        return _by_space(values * [_prior_weight(name) for name in names])


def _prior_weight(name: str) -> float:
    return next((weight for ending, weight in PRIOR_WEIGHTS.items() if name.endswith(ending)), 0.0)


def _by_space(added: pd.DataFrame) -> pd.DataFrame:
    return added.T.groupby([space_of(name) for name in added.columns], sort=True).sum().T
