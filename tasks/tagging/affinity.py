"""How well a tag fits an item, apart from how common it is, with nobody's judgement."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import TagFeature
from slipstream.tasks.tagging.calibration import fit_line
from slipstream.tasks.tagging.learning import Lesson, cross_fit, free_popularity
from slipstream.tasks.tagging.model import FEWEST_GIVEN, Fit, feature_names, fit_prior, forgetful

Floats = npt.NDArray[np.float64]
ROUNDS = 100
RATE = 0.1


def fit_affinity(features: DataFrame[TagFeature], *, positives: int, seed: int) -> Fit:
    """Judge every pair by how it differs from the same tags given to other items at random.

    A model learns to tell given pairs from pairs whose tags were shuffled among items (noise-contrastive estimation,
    Gutmann and Hyvarinen 2010): common tags are as common on both sides, so what it learns is fit, not popularity. To
    its log-odds the fusion is added, the plain sum of standardised features, both in units of their spread over the
    shuffled pairs. A logistic regression on given and shuffled pairs makes it the probability that the pair is real
    when both are equally many.
    """
    drawn = _draw(features, positives, seed)
    fold = features["fold"].to_numpy(np.int64)
    position, label = drawn["position"].to_numpy(), drawn["label"].to_numpy()
    seen = [int(label[fold[position] != each].sum()) for each in np.unique(fold)]
    if not seen or min(seen) < FEWEST_GIVEN or label.all():
        return fit_prior(features)
    names = feature_names(features)
    known = forgetful(features, names, position, label)
    lesson = Lesson(known, label.astype(np.float64), fold[position])
    knobs = {"objective": "binary", "learning_rate": RATE, "seed": seed, **free_popularity(names)}
    learnt = cross_fit(lesson, features[names].to_numpy(np.float32), fold, names, rounds=ROUNDS, knobs=knobs)
    fusion = features["fusion"].to_numpy(np.float64)
    odds = _scaled(learnt.raw, learnt.unseen[~label]) + _scaled(fusion, fusion[position[~label]])
    unseen = _scaled(learnt.unseen, learnt.unseen[~label]) + _scaled(fusion[position], fusion[position[~label]])
    balanced = np.where(label, 1 / label.sum(), 1 / (~label).sum()) * len(label) / 2
    return Fit(fit_line(unseen, label.astype(np.float64), balanced)(odds), learnt.parts)


def _draw(features: DataFrame[TagFeature], positives: int, seed: int) -> pd.DataFrame:
    """Draw given pairs, and take all shuffled ones: (position, label)."""
    people, contrast = (features[name].to_numpy() > 0 for name in ("people", "contrast"))
    real = np.flatnonzero(people if people.any() else features["given"].to_numpy() > 0)
    kept = np.random.default_rng(seed).permutation(real)[:positives]
    position = np.sort(np.concatenate([kept, np.flatnonzero(contrast)]))
    return pd.DataFrame({"position": position, "label": ~contrast[position]})


def _scaled(values: Floats, among: Floats) -> Floats:
    spread = among.std()
    return np.asarray((values - among.mean()) / (spread if spread > 0 else 1.0))
