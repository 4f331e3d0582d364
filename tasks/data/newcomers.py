"""People of whom little is known: histories cut short, and the interests they would declare."""

from datetime import datetime, timedelta

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Answer, Event, Interaction, User, UserTag, columns

QUESTION = "interests"
PAIR = ["user_id", "item_id"]


def known_well(events: DataFrame[Event], users: DataFrame[User], *, min_items: int) -> DataFrame[User]:
    """Keep the users who touched at least so many items."""
    pairs = events[events["user_id"].isin(users["user_id"])].drop_duplicates(PAIR)
    items = pairs.groupby("user_id").size()
    kept = users[users["user_id"].isin(items.index[items >= min_items])]
    return User.validate(kept.sort_values("user_id", ignore_index=True))


def cut_short(events: DataFrame[Event], users: DataFrame[User], *, items: int) -> DataFrame[Event]:
    """Keep of some users' traces those on the `items` items they touched last (ties by item), of others none."""
    mine = pl.from_pandas(events).join(pl.from_pandas(users), on="user_id", how="semi")
    last = mine.group_by(PAIR).agg(pl.col("at").max()).sort("user_id", "at", "item_id", descending=[False, True, True])
    kept = last.filter(pl.int_range(pl.len()).over("user_id") < items)
    found = mine.join(kept.select(PAIR), on=PAIR, how="semi").sort("user_id", "at", "item_id", "kind")
    return Event.validate(found.to_pandas()[columns(Event)])


def declare(wanted: DataFrame[UserTag], *, tags: int, as_of: datetime) -> DataFrame[Answer]:
    """Let everybody declare the `tags` tags wanted most (ties by name), just before as_of."""
    most = wanted.sort_values(["user_id", "weight", "tag"], ascending=[True, False, True])
    chosen = most[most.groupby("user_id").cumcount() < tags][["user_id", "tag"]]
    moment = pd.Timestamp(as_of).tz_convert("UTC") - timedelta(seconds=1)
    return Answer.validate(
        chosen.assign(question=QUESTION, value=1.0, at=moment)[columns(Answer)].reset_index(drop=True)
    )


def without_touched(rows: pd.DataFrame, interactions: DataFrame[Interaction]) -> pd.DataFrame:
    """Keep the rows whose user has not touched their item."""
    touched = pd.MultiIndex.from_frame(interactions[PAIR])
    return rows.loc[~pd.MultiIndex.from_frame(rows[PAIR]).isin(touched)].reset_index(drop=True)
