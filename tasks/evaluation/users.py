"""How well a list serves each user."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.trial import PAIR, Trial, list_wanted, place
from slipstream.tasks.tables import UserQuality, columns

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SLICES = {
    "all": pl.lit(value=True),
    "cold_user": pl.col("cold_user"),
    "warm_user": ~pl.col("cold_user"),
    "cold_item": pl.col("cold_item"),
    "warm_item": ~pl.col("cold_item"),
}


def judge_users(
    trial: Trial, *, source: str, cut: str, ks: Sequence[int], relevant: Sequence[str], cold_below: int
) -> DataFrame[UserQuality]:
    """Judge the list of each user who later met a relevant, offered item for the first time.

    Relevance is binary, every item of the catalogue competes, a judged user without a list gets 0.
    Slices by item ask only for the wanted items of the slice. With n wanted items and hits at places p <= k:
    ndcg = sum 1/log2(p+1) / best possible such sum; recall = hits/n; precision = hits/k; mrr = 1/first p;
    map = sum over hits of (hits so far)/p, over n; hit_rate = 1 with a hit.
    novelty = mean over the shown items of log2(users of the history / those who touched the item, at least 1).
    """
    wanted = list_wanted(trial, relevant=relevant, cold_below=cold_below)
    users = wanted.select("user_id").unique().sort("user_id").with_row_index("user")
    placed = place(trial.recommendations, deepest=max(ks, default=0)).join(users, on="user_id")
    hits = placed.join(wanted, on=PAIR).sort("user", "position")
    novelty = measure_novelty(placed, trial.seen, users=len(users), ks=ks)
    wanted = wanted.join(users, on="user_id")
    names = users["user_id"].to_pandas().to_numpy()
    parts = [
        judge_slice(wanted.filter(part), hits.filter(part), novelty).assign(slice=name) for name, part in SLICES.items()
    ]
    judged = pd.concat(parts, ignore_index=True)
    judged = judged.assign(source=source, cut=cut, user_id=pd.Series(names[judged["user"]], dtype="str"))
    return UserQuality.validate(judged.sort_values(["slice", "k", "user"], ignore_index=True)[columns(UserQuality)])


def measure_novelty(placed: pl.DataFrame, seen: pd.DataFrame, *, users: int, ks: Sequence[int]) -> dict[int, Floats]:
    """Average, at each depth, the self-information in bits of what each user is shown; NaN without a list."""
    touched = pl.from_pandas(seen[PAIR]).unique()
    everybody = max(touched["user_id"].n_unique(), 1)
    popularity = touched.group_by("item_id").len("users")
    shown = placed.join(popularity, on="item_id", how="left").sort("user", "position")
    bits = np.log2(everybody / shown["users"].fill_null(1).to_numpy())
    user, position = numbers(shown, "user"), numbers(shown, "position")
    novelty = {}
    for k in sorted(set(ks)):
        top = position <= k
        count = np.bincount(user[top], minlength=users)
        novelty[k] = np.divide(total(user[top], bits[top], users), count, out=np.full(users, np.nan), where=count > 0)
    return novelty


def judge_slice(wanted: pl.DataFrame, hits: pl.DataFrame, novelty: dict[int, Floats]) -> pd.DataFrame:
    """Judge the users who want something of the slice, at every depth."""
    users = max((len(values) for values in novelty.values()), default=0)
    needs = np.bincount(numbers(wanted, "user"), minlength=users)
    judged = np.flatnonzero(needs)
    user, position = numbers(hits, "user"), numbers(hits, "position")
    parts = [pd.DataFrame({"user": judged, "k": 0}).iloc[:0]]
    for k, values in novelty.items():
        top = position <= k
        scores = judge_depth(user[top], position[top], needs, k) | {"novelty": values}
        parts.append(pd.DataFrame({"user": judged, "k": k, **{name: score[judged] for name, score in scores.items()}}))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def judge_depth(user: Integers, position: Integers, needs: Integers, k: int) -> dict[str, Floats]:
    """Score the hits (number of the user and place, in this order) of users who want so many items, at depth k."""
    users = len(needs)
    found = np.bincount(user, minlength=users)
    nth = np.arange(len(user)) - (np.cumsum(found) - found)[user] + 1
    needed = np.maximum(needs, 1)
    discount = 1 / np.log2(np.arange(1, k + 1) + 1)
    ideal = np.cumsum(discount)[np.minimum(needed, k) - 1]
    return {
        "ndcg": np.minimum(total(user, discount[position - 1], users) / ideal, 1.0),
        "recall": found / needed,
        "precision": found / k,
        "mrr": total(user, (nth == 1) / position, users),
        "map": np.minimum(total(user, nth / position, users) / needed, 1.0),
        "hit_rate": (found > 0).astype(np.float64),
    }


def total(user: Integers, values: Floats, users: int) -> Floats:
    """Add up the values of each user."""
    return np.asarray(np.bincount(user, weights=values, minlength=users), dtype=np.float64)


def numbers(frame: pl.DataFrame, column: str) -> Integers:
    """Take a column of whole numbers."""
    return frame[column].to_numpy().astype(np.int64)
