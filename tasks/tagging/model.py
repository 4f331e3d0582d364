"""How likely people are to give a tag to an item, learnt from the tags they gave to other items."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import TagFeature
from slipstream.tasks.tagging.calibration import fit_calibration
from slipstream.tasks.tagging.cotags import LESS_ONE
from slipstream.tasks.tagging.examples import draw_examples
from slipstream.tasks.tagging.learning import Lesson, by_space, cross_fit, odds_to_chance
from slipstream.tasks.vectors import Matrix

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
ROUNDS = 40
FEWEST_GIVEN = 50
ASIDE = ("item_id", "tag", "given", "fold", "people", "support", "proposed", "judged", "contrast", "fusion")
COTAGS = "cotags"
PRIOR_ODDS = -4.0
PRIOR_WEIGHTS = {"_title": 4.5, "_text": 2.6, "_centroid": 2.0, "_direction": 0.2, "_vote": 4.0, "cotags": 2.0}


@dataclass(frozen=True, eq=False)
class Fit:
    """The probability of each pair, and what each space of evidence adds to its log-odds (asked for by position).

    A blind fit has not counted that the tag was given to that very item.
    """

    probability: Floats
    parts: Callable[[Rows], pd.DataFrame]
    blind: bool = True


def feature_names(features: DataFrame[TagFeature]) -> list[str]:
    """Name the columns a model may see."""
    return [name for name in features.columns if name not in ASIDE and not name.endswith(LESS_ONE)]


def fit_pairs(features: DataFrame[TagFeature], *, positives: int, negatives: int, seed: int) -> Fit:
    """Judge every pair by a model that never saw a tag of its item, or by prior odds when people gave few tags.

    Items with other tags are judged by what people add to those; an item without any by what people or editors would
    give it, from all but other tags.
    """
    examples = draw_examples(features, positives=positives, negatives=negatives, fewest=FEWEST_GIVEN, seed=seed)
    fold = features["fold"].to_numpy(np.int64)
    seen = {int(each): int(examples["label"][fold[examples["position"]] != each].sum()) for each in np.unique(fold)}
    if not seen or min(seen.values()) < FEWEST_GIVEN:
        return fit_prior(features)
    names = feature_names(features)
    bare = _is_bare(features[names].to_numpy(np.float32), names)
    among = _fit_learnt(features, examples, fold, ~bare, seed)
    if not bare.any():
        return among
    anybody = draw_examples(features, positives=positives, negatives=negatives, fewest=len(features) + 1, seed=seed)
    alone = _fit_learnt(features, anybody, fold, bare, seed, blind=COTAGS)
    return Fit(np.where(bare, alone.probability, among.probability), EitherParts(bare, among.parts, alone.parts))


def fit_prior(features: DataFrame[TagFeature]) -> Fit:
    """Add up log-odds that rise with every feature."""
    parts = PriorParts(features)
    odds = PRIOR_ODDS + parts(np.arange(len(features))).to_numpy().sum(axis=1)
    return Fit(odds_to_chance(odds), parts)


def _fit_learnt(
    features: DataFrame[TagFeature],
    examples: pd.DataFrame,
    fold: Rows,
    wanted: npt.NDArray[np.bool_],
    seed: int,
    blind: str = "",
) -> Fit:
    """Learn from examples, blind to features whose names begin so, and calibrate on what was not learnt from."""
    names = feature_names(features)
    position, label = examples["position"].to_numpy(), examples["label"].to_numpy()
    seen = np.array([not (blind and name.startswith(blind)) for name in names], dtype=np.float32)
    matrix = features[names].to_numpy(np.float32) * seen
    lesson = Lesson(forgetful(features, names, position, label) * seen, label.astype(np.float64), fold[position])
    knobs = {"objective": "binary", "seed": seed}
    learnt = cross_fit(lesson, matrix, fold, names, rounds=ROUNDS, knobs=knobs, wanted=wanted)
    calibrate = fit_calibration(odds_to_chance(learnt.unseen), label, examples["weight"].to_numpy())
    return Fit(calibrate(odds_to_chance(learnt.raw)), learnt.parts)


@dataclass(frozen=True, eq=False)
class EitherParts:
    """What the features add to the log-odds of chosen pairs, by the model that judges each."""

    bare: npt.NDArray[np.bool_]
    among: Callable[[Rows], pd.DataFrame]
    alone: Callable[[Rows], pd.DataFrame]

    def __call__(self, position: Rows) -> pd.DataFrame:
        """Ask both models; one row a position."""
        lonely = self.bare[position]
        added = self.among(position)
        added.loc[lonely] = self.alone(position[lonely]).to_numpy()
        return added


def _is_bare(matrix: Matrix, names: list[str]) -> npt.NDArray[np.bool_]:
    """Tell which rows know nothing of other tags of the item."""
    return np.asarray(~matrix[:, [name.startswith(COTAGS) for name in names]].any(axis=1))


def forgetful(
    features: DataFrame[TagFeature], names: list[str], position: Rows, label: npt.NDArray[np.bool_]
) -> Matrix:
    """Read the features of examples; those that nobody gave see their item with one tag forgotten, as given ones do."""
    matrix = features[names].iloc[position].to_numpy(np.float32, copy=True)
    for name in (name for name in names if name + LESS_ONE in features.columns):
        fewer = features[name + LESS_ONE].to_numpy(np.float32)[position]
        matrix[:, names.index(name)] = np.where(label, matrix[:, names.index(name)], fewer)
    return matrix


@dataclass(frozen=True, eq=False)
class PriorParts:
    """What the features add to the log-odds of chosen pairs when nothing could be learnt."""

    features: DataFrame[TagFeature]

    def __call__(self, position: Rows) -> pd.DataFrame:
        """Add up the terms space by space; one row a position."""
        names = feature_names(self.features)
        values = self.features[names].iloc[position].reset_index(drop=True).clip(lower=0)
        counts = [name for name in names if name.startswith("mentions_")]
        values[counts] = np.log1p(values[counts]) / np.log(2)
        return by_space(values * [_prior_weight(name) for name in names])


def _prior_weight(name: str) -> float:
    return next((weight for ending, weight in PRIOR_WEIGHTS.items() if name.endswith(ending)), 0.0)
