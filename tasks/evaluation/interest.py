"""How well scored tags foresee what each person turns to."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.evaluation.users import judge_depth, numbers, total
from slipstream.tasks.tables import UserQuality, UserTag, UserTagScore, columns, empty


def judge_interest(
    scores: DataFrame[UserTagScore], wanted: DataFrame[UserTag], *, source: str, cut: str, ks: Sequence[int]
) -> DataFrame[UserQuality]:
    """Judge the scored tags of everybody who wants any, the best k first, ties in the order of their names.

    ndcg is graded by the weight of a wanted tag (linear gain, Jarvelin and Kekalainen 2002); all other metrics only
    ask whether a tag is wanted. Whoever has no scores gets 0.
    """
    if wanted.empty or not ks:
        return empty(UserQuality)
    people = pl.from_pandas(wanted[["user_id"]]).unique().sort("user_id").with_row_index("user")
    asked = pl.from_pandas(wanted).join(people, on="user_id")
    placed = (
        pl.from_pandas(scores[["user_id", "tag", "score"]])
        .join(people, on="user_id")
        .sort(["user", "score", "tag"], descending=[False, True, False])
        .with_columns(position=pl.int_range(1, pl.len() + 1).over("user"))
        .filter(pl.col("position") <= max(ks))
    )
    hits = placed.join(asked.select("user", "tag", "weight"), on=["user", "tag"]).sort("user", "position")
    ideal = asked.sort(["user", "weight"], descending=[False, True]).with_columns(
        position=pl.int_range(1, pl.len() + 1).over("user")
    )
    needs = np.bincount(numbers(asked, "user"), minlength=len(people))
    parts = [_judge(hits, ideal, needs, k).assign(k=k) for k in sorted(set(ks))]
    judged = pd.concat(parts, ignore_index=True)
    names = people["user_id"].to_pandas().to_numpy()
    judged = judged.assign(source=source, cut=cut, slice="all", user_id=pd.Series(names[judged["user"]], dtype="str"))
    return UserQuality.validate(judged[columns(UserQuality)])


def _judge(
    hits: pl.DataFrame, ideal: pl.DataFrame, needs: "np.ndarray[tuple[int], np.dtype[np.int64]]", k: int
) -> pd.DataFrame:
    users, shown = len(needs), hits.filter(pl.col("position") <= k)
    metrics = judge_depth(numbers(shown, "user"), numbers(shown, "position"), needs, k)
    gained, best = (_gain(table.filter(pl.col("position") <= k), users) for table in (hits, ideal))
    return pd.DataFrame(
        {"user": np.arange(users), **metrics, "ndcg": np.minimum(gained / best, 1.0), "novelty": np.nan}
    )


def _gain(placed: pl.DataFrame, users: int) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    discount = 1 / np.log2(numbers(placed, "position") + 1.0)
    return total(numbers(placed, "user"), placed["weight"].to_numpy() * discount, users)
