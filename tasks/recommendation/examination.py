"""How likely each position of a list is looked at, from clicks on items that were shown at several of them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame
from scipy import sparse

from slipstream.tasks.recommendation.propensity import Values, selection_weights
from slipstream.tasks.tables import Examination, Impression, empty

Codes = npt.NDArray[np.int64]
TOLERANCE = 1e-9
WIDTH = 1.96


def position_bias(impressions: DataFrame[Impression], *, max_weight: float) -> DataFrame[Examination]:
    """Estimate how likely each position is looked at, relative to the first one.

    The model is that of position bias (Richardson et al. 2007, Joachims et al. 2017): an item is clicked with
    probability worth of the item x examination of the position. Items shown at several positions tell the
    examinations apart from the worths (intervention harvesting, Agarwal et al. 2019); they are fitted by the
    likelihood of where the clicks on each item fell given where it was shown, that of Poisson counts with item effects
    (Hausman, Hall and Griliches 1984), which needs no worths and is consistent however few impressions an item has.
    One more item, shown and clicked once at every position, is added: where little is known, positions count alike.

    This holds if what puts an item higher for one person than for another is chance, a test or the time, but not
    that the person likes it more. Where a personal ranking does that, let its policy log the propensity: impressions
    then count by `selection_weights`, which undo its choices. Intervals are normal on the logarithm, clustered by user.
    """
    if not len(impressions):
        return empty(Examination)
    place, positions = pd.factorize(impressions["position"], sort=True)
    clicked = impressions["clicked"].to_numpy(np.bool_)
    weight = selection_weights(impressions, max_weight=max_weight)
    user, item = (pd.factorize(impressions[name])[0] for name in ("user_id", "item_id"))
    counts = _Counts.of(user, item, place, clicked, weight)
    logs = counts.fit()
    reach = WIDTH * np.sqrt(np.r_[0, np.diag(counts.covariance(logs))])
    found = {"examination": np.exp(logs), "low": np.exp(logs - reach), "high": np.exp(logs + reach)}
    size = len(positions)
    totals = {"count": np.bincount(place, minlength=size), "clicks": np.bincount(place[clicked], minlength=size)}
    return Examination.validate(pd.DataFrame({"position": positions, **found, **totals}))


@dataclass(frozen=True)
class _Counts:
    """Weighted impressions by (item, position), and weighted clicks by (user, position) and by (user, item)."""

    shown: sparse.csr_array
    places: sparse.csr_array
    items: sparse.csr_array

    @classmethod
    def of(cls, user: Codes, item: Codes, place: Codes, clicked: npt.NDArray[np.bool_], weight: Values) -> "_Counts":
        """Count impressions, and one item more that as many further users click at each position."""
        size, clicks = place.max() + 1, weight[clicked]
        extra, ones = np.arange(size), np.ones(size)
        of_item, at = np.r_[item, np.full(size, item.max() + 1)], np.r_[place, extra]
        by, of_clicks = (
            np.r_[user[clicked], user.max() + 1 + extra],
            np.r_[item[clicked], np.full(size, item.max() + 1)],
        )
        return cls(
            _matrix(np.r_[weight, ones], of_item, at),
            _matrix(np.r_[clicks, ones], by, np.r_[place[clicked], extra]),
            _matrix(np.r_[clicks, ones], by, of_clicks),
        )

    @cached_property
    def by_place(self) -> Values:
        """Clicks of each position."""
        return np.asarray(self.places.sum(axis=0))

    @cached_property
    def by_item(self) -> Values:
        """Clicks of each item."""
        return np.asarray(self.items.sum(axis=0))

    def shares(self, logs: Values) -> sparse.csr_array:
        """Tell where clicks on each item fall if the examinations have these logarithms, shape (items, positions)."""
        scaled = self.shown * np.exp(logs)
        return sparse.csr_array(scaled.multiply(1 / scaled.sum(axis=1)[:, None]))

    def loss(self, free: Values) -> tuple[float, Values]:
        """Compute minus the log likelihood a click, and its slope, for all positions but the first."""
        logs = np.r_[0, free]
        likely = self.by_place @ logs - self.by_item @ np.log(self.shown @ np.exp(logs))
        slope = self.shares(logs).T @ self.by_item - self.by_place
        return -likely / self.by_place.sum(), slope[1:] / self.by_place.sum()

    def information(self, logs: Values) -> Values:
        """Compute the second derivative of minus the log likelihood, for all positions but the first."""
        shares = self.shares(logs)
        curve = np.diag(shares.T @ self.by_item) - (shares.T @ (shares * self.by_item[:, None])).toarray()
        return np.asarray(curve[1:, 1:])

    def fit(self) -> Values:
        """Find the most likely logarithms; the first position's is 0."""
        from scipy import optimize

        start = np.zeros(len(self.by_place) - 1)
        if not len(start):
            return np.zeros(1)
        curve = {"jac": True, "hess": lambda free: self.information(np.r_[0, free]) / self.by_place.sum()}
        found = optimize.minimize(self.loss, start, method="trust-exact", options={"gtol": TOLERANCE}, **curve)
        return np.asarray(np.r_[0, found.x], dtype=np.float64)

    def covariance(self, logs: Values) -> Values:
        """Estimate the covariance of the fitted logarithms, robust against users who click alike (a sandwich)."""
        scores = (self.places - self.items @ self.shares(logs))[:, 1:]
        bread = np.linalg.pinv(self.information(logs))
        return np.asarray(bread @ (scores.T @ scores).toarray() @ bread)


def _matrix(values: Values, row: Codes, column: Codes) -> sparse.csr_array:
    return sparse.csr_array((values, (row, column)))
