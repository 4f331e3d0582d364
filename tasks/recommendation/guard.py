"""Whether the ranker has earned its place: it must beat the best single source on people it has not learnt from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.history import Numbers, place_within
from slipstream.tasks.tables import Metric, empty

K = 10
DRAWS = 1000
WORTH = 0.01
RANKER, BLEND = "ranker", "blend"
Scores = npt.NDArray[np.floating[Any]]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Candidates with a verdict: `user` (from 0, ascending) and `relevant` a candidate, the others a user.

    `wanted` counts all relevant items of the user, also those that nobody proposed; `window` numbers the window that
    the user is judged in and `person` who it is, for somebody judged in two windows is two users; `weight` is how much
    the user counts, all alike without.
    """

    user: Numbers
    relevant: npt.NDArray[np.bool_]
    wanted: Numbers
    window: Numbers
    person: Numbers
    weight: Values | None = None

    @cached_property
    def place(self) -> Numbers:
        """Where each candidate stands among those of its user, from 0."""
        return place_within(self.user)


def judge(
    judged: Judged, orders: Mapping[str, Scores], *, seed: int, incumbent: str = ""
) -> tuple[str, DataFrame[Metric]]:
    """Compare orders of the candidates by (weighted) nDCG@10 a user, and name the one to serve.

    A higher score comes first and only scores above -inf are proposed. The incumbent is served unless another one is
    better: the 95 % bootstrap interval of its mean paired difference lies above `WORTH` of the incumbent's nDCG.
    Without a name the best single source is the incumbent, and "ranker" and "blend" are its rivals.
    """
    asked = judged.wanted > 0
    if not asked.any() or not orders:
        return incumbent or BLEND, cast("DataFrame[Metric]", empty(Metric))
    names = sorted(orders)
    gains = np.stack([user_ndcg(judged, orders[name])[asked] for name in names], axis=1)
    gains /= 1 if judged.weight is None else judged.weight[asked].mean()
    means = dict(zip(names, gains.mean(axis=0), strict=True))
    singles = [name for name in names if name not in {RANKER, BLEND}]
    best = incumbent if incumbent in names else max(singles or [BLEND], key=means.__getitem__)
    rivals = [name for name in (names if incumbent else (RANKER, BLEND)) if name in names and name != best]
    differences = [gains[:, names.index(name)] - gains[:, names.index(best)] for name in rivals]
    columns = np.column_stack([gains, *differences])
    bounds = intervals(columns, judged.window[asked], judged.person[asked], seed=seed)
    better = [rival for rival, low in zip(rivals, bounds[0, len(names) :], strict=True) if low > WORTH * means[best]]
    labels = [*((name, None) for name in names), *((rival, best) for rival in rivals)]
    return max([best, *better], key=means.__getitem__), _metrics(labels, columns, bounds)


def user_ndcg(judged: Judged, scores: Scores, *, k: int = K) -> Values:
    """Measure each user's nDCG@k times his weight; ties keep the order of the candidates, who wants nothing has 0."""
    front = np.flatnonzero(_front(judged, scores, k))
    order = front[np.lexsort((-scores[front], judged.user[front]))]
    user = judged.user[order]
    place = place_within(user)
    hit = judged.relevant[order] & (place < k)
    weight = 1.0 if judged.weight is None else judged.weight
    gain = np.bincount(user[hit], 1 / np.log2(place[hit] + 2), len(judged.wanted)) * weight
    ideal = np.r_[0, np.cumsum(1 / np.log2(np.arange(k) + 2))][np.minimum(judged.wanted, k)]
    return np.asarray(gain / np.where(ideal > 0, ideal, 1), dtype=np.float64)


def _front(judged: Judged, scores: Scores, k: int) -> npt.NDArray[np.bool_]:
    """Tell which proposed candidates are among the best `k` scores of their user, ties with the last one included."""
    width = max(int(judged.place.max(initial=0)) + 1, k)
    padded = np.full((len(judged.wanted), width), -np.inf, scores.dtype)
    padded[judged.user, judged.place] = scores
    bound = np.partition(padded, width - k, axis=1)[:, width - k]
    return np.asarray((scores > -np.inf) & (scores >= bound[judged.user]))


def intervals(values: Values, window: Numbers, person: Numbers, *, seed: int, draws: int = DRAWS) -> Values:
    """Bound the mean of each column of (users, columns) by a 95 % percentile bootstrap, shape (2, columns).

    Windows and persons are drawn with replacement, each apart, and a user counts as often as his window times as often
    as he himself was drawn (Owen 2007, the pigeonhole bootstrap): what helps at one time only, or a few people only,
    is not trusted.
    """
    rng = np.random.default_rng(seed)
    windows, persons = np.unique(window, return_inverse=True)[1], np.unique(person, return_inverse=True)[1]
    means = np.empty((draws, values.shape[1]))
    for draw in range(draws):
        count = _drawn(rng, windows) * _drawn(rng, persons)
        means[draw] = count @ values / count.sum() if count.any() else np.nan
    return np.asarray(np.nanquantile(means, [0.025, 0.975], axis=0), dtype=np.float64)


def _drawn(rng: np.random.Generator, group: Numbers) -> Values:
    """Draw as many groups as there are with replacement, and count for each row how often its group came."""
    size = int(group.max()) + 1
    return np.bincount(rng.integers(0, size, size), minlength=size)[group].astype(np.float64)


def _metrics(labels: Sequence[tuple[str, str | None]], columns: Values, bounds: Values) -> DataFrame[Metric]:
    """Write the means and their bounds as a table."""
    table = pd.DataFrame(labels, columns=["source", "baseline"]).assign(metric="ndcg", k=K, slice="validation")
    measured = table.assign(value=columns.mean(axis=0), low=bounds[0], high=bounds[1], count=len(columns))
    return Metric.validate(measured)
