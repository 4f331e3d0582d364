"""Tables put together or cut by time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.data.ordering import sort_rows
from slipstream.tasks.ranges import Stored, by_user, pieces
from slipstream.tasks.tables import Event, ItemTag, Row, User, columns, empty


def before(rows: pd.DataFrame, *, as_of: datetime) -> pd.DataFrame:
    """Keep what was there before as_of: by `at`, else by `published_at`; what has no time was always there."""
    time = next((name for name in ("at", "published_at") if name in rows.columns), None)
    if time is None:
        return rows.reset_index(drop=True)
    return rows.loc[rows[time].isna() | (rows[time] < pd.Timestamp(as_of))].reset_index(drop=True)


def before_in_parts(rows: Stored, *, as_of: datetime) -> Iterator[pd.DataFrame]:
    """Keep what was there before as_of, as `before` does, part by part."""
    return pieces(_before(part, pd.Timestamp(as_of).tz_convert("UTC").to_pydatetime()) for part in rows.parts())


def _before(rows: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    time = next((name for name in ("at", "published_at") if name in rows.columns), None)
    return rows if time is None else rows.filter((pl.col(time) < as_of).fill_null(value=True))


def between(rows: pd.DataFrame, *, since: datetime, until: datetime) -> pd.DataFrame:
    """Keep what happened from since (inclusive) to until (exclusive)."""
    if "at" not in rows.columns:
        raise ValueError(f"a table of {', '.join(rows.columns)} has no column 'at'; only traces lie between two times")
    return rows.loc[(rows["at"] >= pd.Timestamp(since)) & (rows["at"] < pd.Timestamp(until))].reset_index(drop=True)


def join_tables(tables: Sequence[pd.DataFrame], *, row: type[Row]) -> pd.DataFrame:
    """Put tables of the same rows together, sorted; where a key repeats, the first table's row counts."""
    joined = pd.concat([table for table in tables if len(table)] or [empty(row)], ignore_index=True)
    keys = [name for name, column in row.to_schema().columns.items() if column.unique] or row.to_schema().unique
    joined = joined.drop_duplicates(keys) if keys else joined
    return joined.sort_values(columns(row), ignore_index=True, kind="stable")


def join_by_user(tables: Stored, *, row: type[Row]) -> Iterator[pd.DataFrame]:
    """Put tables of traces together, sorted, some users at a time."""
    return pieces(sort_rows(traces, columns(row)) for (traces,) in by_user(tables))


def join_before(tables: Stored, *, row: type[Row], as_of: datetime) -> Iterator[pd.DataFrame]:
    """Put together, sorted, what tables of traces held before as_of, some users at a time."""
    moment = pd.Timestamp(as_of).tz_convert("UTC").to_pydatetime()
    return pieces(sort_rows(_before(traces, moment), columns(row)) for (traces,) in by_user(tables))


def distinct_users(tables: Sequence[pd.DataFrame]) -> DataFrame[User]:
    """List the users of tables, each once."""
    ids = [table["user_id"].dropna().drop_duplicates() for table in tables]
    users = pd.concat(ids) if ids else pd.Series(dtype="str")
    return User.validate(users.drop_duplicates().sort_values(ignore_index=True).to_frame("user_id"))


def sample_users(users: DataFrame[User], *, size: int, seed: int) -> DataFrame[User]:
    """Draw at most `size` users by a hash of seed and user, so that a growing log keeps most of the draw."""
    if len(users) <= size:
        return users
    salted = pd.util.hash_pandas_object(str(seed) + "/" + users["user_id"], index=False)
    return users.loc[salted.sort_values(kind="stable").index[:size]].sort_values("user_id", ignore_index=True)


def fold_users(users: DataFrame[User], *, fold: int, folds: int, seed: int) -> DataFrame[User]:
    """Draw one of `folds` parts (counted from 0) of the users, in the order of a hash of seed and user."""
    if not 0 <= fold < folds:
        raise ValueError(f"fold {fold} is none of 0 to {folds - 1}")
    salted = pd.util.hash_pandas_object(str(seed) + "/" + users["user_id"], index=False)
    drawn = salted.sort_values(kind="stable").index[fold::folds]
    return users.loc[drawn].sort_values("user_id", ignore_index=True)


def of_users(rows: pd.DataFrame, users: DataFrame[User]) -> pd.DataFrame:
    """Keep the rows of some users."""
    return rows.loc[rows["user_id"].isin(users["user_id"])].reset_index(drop=True)


def common_tags(item_tags: DataFrame[ItemTag], *, min_users: int) -> DataFrame[ItemTag]:
    """Keep the tags that at least so many people gave; what nobody in particular gave counts as given by one."""
    people = item_tags.drop_duplicates(["tag", "user_id"]).groupby("tag").size()
    return item_tags.loc[item_tags["tag"].isin(people.index[people >= min_users])].reset_index(drop=True)


def shared_items(events: DataFrame[Event], *, min_users: int) -> DataFrame[Event]:
    """Keep the traces on items that at least so many people touched."""
    people = events.drop_duplicates(["item_id", "user_id"]).groupby("item_id").size()
    return events.loc[events["item_id"].isin(people.index[people >= min_users])].reset_index(drop=True)
