"""How popular, how quickly rising and how old an item is, relative to the other items."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.recommendation.history import Feature, History, Reals
from slipstream.tasks.tables import Item

NEVER_HOURS = 1e6


def item_features(
    history: History, items: DataFrame[Item], *, as_of: datetime, window_hours: Sequence[float]
) -> dict[str, Feature]:
    """Describe every item of the history, one value a feature in the order of `history.items`.

    A rank is 1 / (1 + number of items with more traces), a share is relative to the item with the most traces,
    a trend is the log ratio of the shares of a window and the next longer one, an age is log(1 + hours).
    """
    windows = [*sorted(window_hours), np.inf]
    counts = [_count(history, hours) for hours in windows]
    labels = [*(f"{hours:g}h".replace(".", "_") for hours in sorted(window_hours)), "ever"]
    columns: dict[str, Reals] = {}
    for label, count in zip(labels, counts, strict=True):
        columns[f"popular__rank_{label}"] = _rank(count)
        columns[f"popular__share_{label}"] = _share(count)
    for label, short, long in zip(labels, counts, counts[1:], strict=False):
        columns[f"trending__ratio_{label}"] = np.log((_share(short) + 0.01) / (_share(long) + 0.01))
    columns |= _ages(history, items, as_of)
    return {name: np.asarray(values, dtype=np.float32) for name, values in columns.items()}


def _count(history: History, hours: float) -> Reals:
    """Count each item's traces of the last hours."""
    return np.bincount(history.item[history.age <= hours], minlength=len(history.items)).astype(np.float64)


def _rank(count: Reals) -> Reals:
    """Turn counts into 1 / rank, 0 for items without a trace."""
    more = len(count) - np.searchsorted(np.sort(count), count, side="right")
    return np.where(count > 0, 1 / (1 + more), 0)


def _share(count: Reals) -> Reals:
    """Relate counts to the largest one."""
    return count / max(float(count.max(initial=0)), 1)


def _ages(history: History, items: DataFrame[Item], as_of: datetime) -> dict[str, Reals]:
    """Measure log hours since the publication (or the first trace), since the last trace and between traces."""
    first, last = np.full(len(history.items), -1.0), np.full(len(history.items), NEVER_HOURS)
    np.maximum.at(first, history.item, history.age)
    np.minimum.at(last, history.item, history.age)
    times = items.set_index("item_id")["published_at"].reindex(history.items)
    published = (pd.Timestamp(as_of) - times).dt.total_seconds().to_numpy(np.float64) / 3600
    age = np.where(np.isnan(published), first, published)
    weight = np.bincount(history.item, history.weight, len(history.items))
    count = np.bincount(history.item, minlength=len(history.items))
    mean = (weight + history.weight.mean() * 5 if len(history.weight) else weight) / (count + 5)
    return {
        "fresh__age": np.log1p(np.where(age < 0, NEVER_HOURS, age)),
        "trending__last": np.log1p(last),
        "popular__weight": mean / max(float(mean.max(initial=0)), 1e-9),
    }
