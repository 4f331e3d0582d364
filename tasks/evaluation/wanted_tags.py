"""The tags that foreseen interests are judged by."""

from collections.abc import Sequence

import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Interaction, ItemTag, UserTag, columns

PAIR = ("user_id", "tag")


def count_later_tags(
    truth: DataFrame[Interaction],
    seen: DataFrame[Interaction],
    item_tags: DataFrame[ItemTag],
    *,
    relevant: Sequence[str],
) -> DataFrame[UserTag]:
    """Count for each tag how many of the items bear it that a person of the history turned to later.

    An item counts once a person, if a trace on it is positive and of a relevant strength.
    """
    borne = pl.from_pandas(item_tags[["item_id", "tag"]]).unique()
    known = pl.from_pandas(seen[["user_id"]]).unique()
    met = (
        pl.from_pandas(truth[["user_id", "item_id", "strength", "weight"]])
        .filter(pl.col("strength").is_in(list(relevant)) & (pl.col("weight") > 0))
        .select("user_id", "item_id")
        .unique()
        .join(known, on="user_id", how="semi")
    )
    counts = met.join(borne, on="item_id").group_by(PAIR).len("weight").sort(PAIR)
    return UserTag.validate(counts.with_columns(pl.col("weight").cast(pl.Float64)).to_pandas()[columns(UserTag)])


def list_applied_tags(
    item_tags: DataFrame[ItemTag], seen: DataFrame[Interaction], *, min_tags: int
) -> DataFrame[UserTag]:
    """List the tags that each person of the history gave to items, each once; of people who gave at least min_tags."""
    given = pl.from_pandas(item_tags[["user_id", "tag"]]).drop_nulls().unique()
    active = given.filter(pl.len().over("user_id") >= min_tags)
    judged = active.join(pl.from_pandas(seen[["user_id"]]).unique(), on="user_id", how="semi").sort(PAIR)
    return UserTag.validate(judged.with_columns(weight=pl.lit(1.0)).to_pandas()[columns(UserTag)])
