"""Raw scores turned into probabilities."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """A rising broken line from raw scores in [0, 1] to probabilities."""

    raw: Floats
    probability: Floats

    def __call__(self, raw: Floats) -> Floats:
        """Read probabilities off the line; beyond its ends they stay what they are there."""
        return np.asarray(np.interp(raw, self.raw, self.probability))


def fit_calibration(raw: Floats, label: npt.NDArray[np.bool_], weight: Floats) -> Calibration:
    """Fit a calibration by weighted isotonic regression (Zadrozny and Elkan 2002).

    The line joins the centres of the blocks of equal probability, starting at (0, 0), so that raw scores apart stay
    apart up to the last centre. `weight` is how many pairs an example stands for, which undoes sampling.
    """
    from scipy.optimize import isotonic_regression

    place, tie = np.unique(raw, return_inverse=True)
    mass = np.bincount(tie, weights=weight)
    fitted = isotonic_regression(np.bincount(tie, weights=weight * label) / mass, weights=mass)
    block = np.repeat(np.arange(len(fitted.blocks) - 1), np.diff(fitted.blocks))
    total = np.bincount(block, weights=mass)
    centre = np.bincount(block, weights=place * mass) / total
    value = np.bincount(block, weights=fitted.x * mass) / total
    seen = value > 0
    return Calibration(np.append(0.0, centre[seen]), np.append(0.0, np.clip(value[seen], 0, 1)))


def fit_line(odds: Floats, label: Floats, weight: Floats) -> Callable[[Floats], Floats]:
    """Fit the probability of a label in [0, 1] as a logistic curve over log-odds (Platt 1999); it keeps their order."""
    from sklearn.linear_model import LogisticRegression

    twice = np.concatenate([label * weight, (1 - label) * weight])
    curve = LogisticRegression(C=1e6).fit(np.tile(odds, 2)[:, None], np.repeat([1, 0], len(odds)), sample_weight=twice)
    slope, start = max(float(curve.coef_[0, 0]), 0.0), float(curve.intercept_[0])
    return lambda values: np.asarray(1 / (1 + np.exp(-(values * slope + start))))
