"""How much of the catalogue a list shows, and how much of the truth it could have shown."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.trial import Trial, list_relevant, place
from slipstream.tasks.tables import Metric, columns


def judge_catalogue(trial: Trial, *, source: str, ks: Sequence[int], relevant: Sequence[str]) -> DataFrame[Metric]:
    """Measure coverage and gini of the first k places of all lists (judged or not), and what is reachable at all.

    coverage = share of the catalogue shown to anybody (count: lists); gini = inequality of the items' shares of all
    places, 0 when all are shown equally often, near 1 when one takes all (count: places);
    reachable = share of the relevant later pairs that are in the catalogue and new to the user (count: pairs).
    These are totals of one list, not means over users: low and high equal the value.
    """
    placed = place(trial.recommendations, deepest=max(ks, default=0))
    items = pd.Index(trial.catalogue["item_id"], dtype="str")
    found = items.get_indexer(placed["item_id"].to_pandas())
    position = placed["position"].to_numpy()
    lists = placed["user_id"].n_unique()
    rows: list[tuple[str, int, float, int]] = []
    for k in sorted(set(ks)) if len(items) and lists else ():
        times = np.bincount(found[(found >= 0) & (position <= k)], minlength=len(items))
        rows += [("coverage", k, float((times > 0).mean()), lists), ("gini", k, measure_gini(times), int(times.sum()))]
    pairs = list_relevant(trial, relevant=relevant)
    if len(pairs):
        rows.append(("reachable", 0, int(pairs["reachable"].sum()) / len(pairs), len(pairs)))
    table = pd.DataFrame(rows, columns=["metric", "k", "value", "count"])
    table = table.assign(source=source, baseline=None, slice="all", low=table["value"], high=table["value"])
    return Metric.validate(table.sort_values(["metric", "k"], ignore_index=True)[columns(Metric)])


def measure_gini(times: npt.NDArray[np.int64]) -> float:
    """Measure inequality: the mean absolute difference of two items over twice the mean; 0 if nothing was shown."""
    size, whole = len(times), times.sum()
    if not whole:
        return 0.0
    order = np.arange(1, size + 1)
    return float(2 * (order * np.sort(times)).sum() / (size * whole) - (size + 1) / size)
