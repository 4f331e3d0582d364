"""How good scores of pushes are, with intervals over readers, and how much better with more features."""

from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.intervals import draw_weights
from slipstream.tasks.tables import Metric, columns
from tasks.tables import PUSH, PushScore

Floats = npt.NDArray[np.float64]
EVERYBODY = "all"
TOP = 0.1


def auc(opened: Floats, score: Floats, weight: Floats) -> Floats:
    """Tell how often an opened push scores above an ignored one, ties counting half: one value a row of weights."""
    order = np.argsort(score, kind="stable")
    hit, weight = opened[order], weight[:, order]
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
    won, lost = (np.add.reduceat(weight * part, starts, axis=1) for part in (hit, 1 - hit))
    below = lost.cumsum(axis=1) - lost / 2
    return np.asarray((won * below).sum(axis=1) / (won.sum(axis=1) * lost.sum(axis=1)), dtype=np.float64)


def log_loss(opened: Floats, score: Floats, weight: Floats) -> Floats:
    """Average the surprise at what became of each push: less is better."""
    chance = np.clip(np.where(opened > 0, score, 1 - score), 1e-9, 1)
    return np.asarray(weight @ -np.log(chance) / weight.sum(axis=1), dtype=np.float64)


def top_share(opened: Floats, score: Floats, weight: Floats) -> Floats:
    """Tell which share of the tenth with the best scores was opened."""
    best = np.argsort(-score, kind="stable")[: max(round(TOP * len(score)), 1)]
    return np.asarray(weight[:, best] @ opened[best] / weight[:, best].sum(axis=1), dtype=np.float64)


MEASURES: dict[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "auc": auc,
    "log_loss": log_loss,
    "top_tenth": top_share,
}


def judge(scores: Mapping[str, DataFrame[PushScore]], *, resamples: int, seed: int) -> DataFrame[Metric]:
    """Measure several scores of the same pushes, and each one's paired difference to those named before it.

    The 95 % intervals come from a bootstrap over readers, who keep all their pushes; all scores share the resamples.
    """
    tables = {name: table.sort_values(PUSH, ignore_index=True) for name, table in scores.items()}
    first = next(iter(tables.values()))
    user, ids = pd.factorize(first["user_id"], sort=True)
    drawn = np.vstack([np.ones((1, len(ids))), *draw_weights(len(ids), resamples=resamples, seed=seed)])[:, user]
    opened = first["opened"].to_numpy(np.float64)
    rows = []
    for metric, measure in MEASURES.items():
        values = {name: measure(opened, table["score"].to_numpy(), drawn) for name, table in tables.items()}
        rows += [describe(name, None, metric, value, len(first)) for name, value in values.items()]
        rows += [
            describe(name, baseline, metric, values[name] - values[baseline], len(first))
            for baseline, name in combinations(values, 2)
        ]
    return Metric.validate(pd.DataFrame(rows, columns=columns(Metric)))


def describe(source: str, baseline: str | None, metric: str, values: Floats, count: int) -> dict[str, object]:
    """Sum up a measure: its value on everybody, first in `values`, and the interval of its resamples."""
    low, high = np.quantile(values[1:].round(12), [0.025, 0.975])
    place = {"source": source, "baseline": baseline, "metric": metric, "k": 0, "slice": EVERYBODY}
    return {**place, "value": values[0], "low": low, "high": high, "count": count}
