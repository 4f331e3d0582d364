"""Candidate pairs and past traces as aligned numbers, so that features are array look-ups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.matrices import positions
from slipstream.tasks.tables import Candidate, Interaction

Numbers = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Feature = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Extent:
    """The users, items and sources of a pool, each sorted."""

    users: pd.Index
    items: pd.Index
    sources: Sequence[str]


@dataclass(frozen=True)
class Pairs:
    """The distinct (user, item) pairs of some users of a pool, sorted.

    `user` and `item` are positions in `users` and `items`; the first of these users is the pool's at `first`, the items
    are all of the pool's.
    """

    users: pd.Index
    items: pd.Index
    user: Numbers
    item: Numbers
    row: Numbers  # of each row of the pool: the position of its pair
    first: int = 0

    def __len__(self) -> int:
        """Count the pairs."""
        return len(self.user)


@dataclass(frozen=True)
class History:
    """Liked traces before a time, grouped by user, newest first; users outside the pairs have position -1.

    `age` is in hours before the time, `place` counts a user's traces from 0 (the newest).
    """

    items: pd.Index
    user: Numbers
    item: Numbers
    age: Reals
    weight: Reals
    place: Numbers

    def of(self, pairs: Pairs) -> "History":
        """Keep the traces of the users of pairs, with their numbers."""
        mine = slice(*np.searchsorted(self.user, [pairs.first, pairs.first + len(pairs.users)]))
        user = self.user[mine] - pairs.first
        return History(self.items, user, self.item[mine], self.age[mine], self.weight[mine], self.place[mine])


def survey(pool: Iterable[DataFrame[Candidate]]) -> Extent:
    """Go through the blocks of a pool to see whom and what it is about."""
    found: dict[str, set[str]] = {"user_id": set(), "item_id": set(), "source": set()}
    for block in pool:
        for column, values in found.items():
            values.update(block[column].unique())
    users, items = (pd.Index(sorted(found[column]), dtype="str") for column in ("user_id", "item_id"))
    return Extent(users, items, sorted(found["source"]))


def pair_up(pool: DataFrame[Candidate], extent: Extent | None = None) -> Pairs:
    """Give users, items and pairs of a pool, or of some users of a pool, numbers in the order of their ids."""
    extent = survey([pool]) if extent is None else extent
    width = max(len(extent.items), 1)
    user, item = positions(pool["user_id"], extent.users), positions(pool["item_id"], extent.items)
    keys, row = np.unique(user.astype(np.int64) * width + item, return_inverse=True)
    users, items = np.divmod(keys, width)
    first, end = (int(users[0]), int(users[-1]) + 1) if len(users) else (0, 0)
    return Pairs(extent.users[first:end], extent.items, users - first, items, row.astype(np.int64), first)


def look_back(interactions: DataFrame[Interaction], pairs: Extent | Pairs, *, as_of: datetime) -> History:
    """Give traces the numbers of a pool; items without a candidate come behind those of the pool."""
    _refuse_future(interactions, as_of)
    liked = interactions[interactions["weight"] > 0]
    others = pd.Index(liked["item_id"].unique(), dtype="str").difference(pairs.items)
    items = pairs.items.append(others)
    user = positions(liked["user_id"], pairs.users).astype(np.int64)
    item = positions(liked["item_id"], items).astype(np.int64)
    age = (pd.Timestamp(as_of) - liked["at"]).dt.total_seconds().to_numpy(np.float64) / 3600
    weight = liked["weight"].to_numpy(np.float64)
    order = np.lexsort((weight, item, age, user))
    user, item, age, weight = user[order], item[order], age[order], weight[order]
    return History(items, user, item, age, weight, place_within(user))


def place_within(sorted_keys: Numbers) -> Numbers:
    """Count the rows of each run of equal keys from 0."""
    if not len(sorted_keys):
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    lengths = np.diff(np.r_[starts, len(sorted_keys)])
    return np.arange(len(sorted_keys), dtype=np.int64) - np.repeat(starts, lengths)


def share_within(keys: Numbers, values: Reals, groups: int) -> Feature:
    """Scale the values of each group to 0..1: its largest is 1; where some are negative, its smallest is 0."""
    low, high = np.zeros(groups), np.zeros(groups)
    np.minimum.at(low, keys, values)
    shifted = values - low[keys]
    np.maximum.at(high, keys, shifted)
    return np.asarray(shifted / np.where(high > 0, high, 1)[keys], dtype=np.float32)


def _refuse_future(interactions: DataFrame[Interaction], as_of: datetime) -> None:
    """Stop where a trace is not older than the time the features stand for."""
    late = interactions[interactions["at"] >= as_of]
    if len(late):
        first = late.iloc[0]
        raise ValueError(
            f"{len(late)} of {len(interactions)} interactions are not before as_of {as_of} (first: user "
            f"{first['user_id']!r}, item {first['item_id']!r}, {first['at']}); pass only the history before it"
        )
