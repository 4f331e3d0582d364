"""Means over users with bootstrap intervals."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import Metric, columns

Floats = npt.NDArray[np.float64]
METRICS = ["ndcg", "recall", "precision", "mrr", "map", "hit_rate", "novelty"]
LISTS = ["source", "baseline"]
PLACE = ["slice", "k"]
LEVELS = 1 << 16
BLOCK = 4_000_000


def estimate(values: pd.DataFrame, *, resamples: int, seed: int) -> DataFrame[Metric]:
    """Average every metric per source, baseline, slice and k, with a 95 % interval by bootstrap over users.

    values has these columns, cut, user_id and one column a metric; NaN is left out. A user keeps together all rows
    (cuts, slices, depths, sources): each resample gives each user one Poisson(1) weight, and the interval runs from
    the 2.5 to the 97.5 % quantile of the resampled means (Chamandy et al. 2012, "Estimating uncertainty for massive
    data streams"). count counts the averaged values.
    """
    values = values.sort_values([*LISTS, *PLACE, "cut", "user_id"], ignore_index=True)
    user, users = pd.factorize(values["user_id"], sort=True)
    parts = [
        estimate_list(part, user[part.index], len(users), resamples=resamples, seed=seed)
        for _, part in values.groupby(LISTS, sort=True)
    ]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns(Metric))
    table = table.assign(baseline=table["baseline"].replace("", None))
    return Metric.validate(table[columns(Metric)])


def estimate_list(
    values: pd.DataFrame, user: npt.NDArray[np.int64], users: int, *, resamples: int, seed: int
) -> pd.DataFrame:
    """Average the metrics of one list at every slice and depth."""
    group = values.groupby(PLACE, sort=False).ngroup().to_numpy()
    places = values[[*LISTS, *PLACE]].drop_duplicates(ignore_index=True)
    width = len(places) * len(METRICS)
    cell = (user * width + group * len(METRICS))[:, None] + np.arange(len(METRICS))
    given = values[METRICS].to_numpy(dtype=np.float64, na_value=np.nan)
    sums = spread(cell, np.nan_to_num(given), (users, width))
    counts = spread(cell, (~np.isnan(given)).astype(np.float64), (users, width))
    count = counts.sum(axis=0)
    value = divide(sums.sum(axis=0), count)
    low, high = measure_interval(sums, counts, resamples=resamples, seed=seed)
    table = places.loc[places.index.repeat(len(METRICS))].assign(metric=METRICS * len(places), value=value)
    table = table.assign(
        low=np.where(np.isnan(low), value, low),
        high=np.where(np.isnan(high), value, high),
        count=count.astype(np.int64),
    )
    return pd.DataFrame(table[table["count"] > 0])


def spread(cell: npt.NDArray[np.int64], values: Floats, shape: tuple[int, int]) -> Floats:
    """Add values up in the cells of a matrix."""
    added = np.bincount(cell.ravel(), weights=values.ravel(), minlength=shape[0] * shape[1])
    return np.asarray(added, dtype=np.float64).reshape(shape)


def divide(sums: Floats, counts: Floats) -> Floats:
    """Divide, NaN where there is nothing to divide by."""
    return np.asarray(np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0), dtype=np.float64)


def measure_interval(sums: Floats, counts: Floats, *, resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Find the 2.5 and 97.5 % quantiles of each column's sum/count over resamples of the rows; NaN if all are empty."""
    if not len(sums) or not resamples:
        nothing = np.full(sums.shape[1], np.nan)
        return nothing, nothing
    whole = np.hstack([sums, counts])
    totals = np.vstack([weights @ whole for weights in draw_weights(len(sums), resamples=resamples, seed=seed)])
    # Rounding hides the last bits of a product whose order of additions belongs to the BLAS library.
    means = np.sort(divide(*np.hsplit(totals, 2)).round(12), axis=0)
    full = (~np.isnan(means)).sum(axis=0)
    column = np.arange(means.shape[1])
    low, high = (
        np.where(full > 0, means[np.clip(np.round(share * (full - 1)).astype(np.int64), 0, None), column], np.nan)
        for share in (0.025, 0.975)
    )
    return low, high


def draw_weights(users: int, *, resamples: int, seed: int) -> Iterator[Floats]:
    """Draw a Poisson(1) weight (to 16 bits of probability) for each resample and user, in blocks of resamples."""
    from scipy.stats import poisson

    rng = np.random.default_rng(seed)
    steps = np.round(poisson.cdf(np.arange(10), 1) * LEVELS)
    weight = np.searchsorted(steps, np.arange(LEVELS), side="right").astype(np.float64)
    block = max(BLOCK // users, 1)
    for start in range(0, resamples, block):
        size = (min(block, resamples - start), users)
        yield weight[rng.integers(0, LEVELS, size=size, dtype=np.uint16)]
