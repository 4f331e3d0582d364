"""The past must not know the future it is judged by."""

import pandas as pd
import polars as pl
from pandera.typing import DataFrame

from slipstream.tasks.tables import Interaction

TRACE = ["user_id", "item_id", "at"]


def check_order(
    history: DataFrame[Interaction], truth: DataFrame[Interaction], *, as_of: pd.Timestamp
) -> dict[str, int]:
    """Make sure that the history ends before as_of and the truth does not start before it; count the rows of both."""
    late = history[history["at"] >= as_of]
    if len(late):
        raise ValueError(
            f"{len(late)} of {len(history)} traces of the history are not before {as_of} (first: {tell(late)}); "
            "cut the history at as_of before anything is learnt from it"
        )
    early = truth[truth["at"] < as_of]
    if len(early):
        raise ValueError(
            f"{len(early)} of {len(truth)} traces of the truth are before {as_of} (first: {tell(early)}); "
            "judge by traces from as_of on"
        )
    check_overlap(history, truth)
    return {"history": len(history), "truth": len(truth)}


def check_overlap(history: DataFrame[Interaction], truth: DataFrame[Interaction]) -> None:
    """Make sure that no trace (user, item, time) of the truth stands in the history, wherever each user was cut."""
    traces = pl.from_pandas(truth[TRACE])
    leaked = traces.join(pl.from_pandas(history[TRACE]), on=TRACE, how="semi").sort(TRACE).to_pandas()
    if len(leaked):
        raise ValueError(
            f"{len(leaked)} of {len(truth)} traces of the truth stand in the history too (first: {tell(leaked)}); "
            "learn from a history without them"
        )


def tell(traces: pd.DataFrame) -> str:
    """Describe the earliest of some traces."""
    first = traces.sort_values(["at", "user_id", "item_id"]).iloc[0]
    return f"user {first['user_id']!r} on item {first['item_id']!r} at {first['at'].isoformat()}"
