"""The dense core of a log: users and items with enough traces."""

import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Event


def keep_core(events: DataFrame[Event], *, min_per_user: int, min_per_item: int, rounds: int) -> DataFrame[Event]:
    """Keep the traces whose user and whose item both have enough of them.

    Users and items are counted at once, then what is left is counted anew: `rounds` times, or, with 0, until
    nothing falls out any more (the k-core). One round keeps users and items that fell short only in it.
    """
    left = pl.from_pandas(events[["user_id", "item_id"]]).with_row_index("row")
    enough = (pl.len().over("user_id") >= min_per_user) & (pl.len().over("item_id") >= min_per_item)
    done = 0
    while rounds == 0 or done < rounds:
        kept = left.filter(enough)
        done += 1
        if len(kept) == len(left):
            break
        left = kept
    return events.iloc[left["row"].to_numpy()].reset_index(drop=True)
