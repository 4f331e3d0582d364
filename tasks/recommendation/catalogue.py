"""Which items may be recommended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import CatalogueItem, Interaction, Item


def catalogue(
    items: DataFrame[Item],
    interactions: DataFrame[Interaction],
    *,
    as_of: datetime,
    active_days: float = 0.0,
    hidden: Sequence[str] = (),
) -> DataFrame[CatalogueItem]:
    """List the items that may be recommended at a time, by id.

    These are the items published before `as_of` (those without a date always), or, where there is no item table,
    the items touched before it. With `active_days`, only those published or touched in the last so many days stay.
    """
    traces = interactions[interactions["at"] < as_of]
    allowed = _published(items, as_of) if len(items) else traces["item_id"]
    if active_days > 0:
        since = as_of - timedelta(days=active_days)
        touched = traces.loc[traces["at"] >= since, "item_id"]
        fresh = items.loc[items["published_at"] >= since, "item_id"]
        allowed = allowed[allowed.isin(pd.concat([touched, fresh]))]
    kept = allowed[~allowed.isin(list(hidden))].drop_duplicates().sort_values()
    return CatalogueItem.validate(pd.DataFrame({"item_id": kept.to_numpy()}, dtype="str"))


def _published(items: DataFrame[Item], as_of: datetime) -> pd.Series:
    """Select the ids of items that are out at a time."""
    return items.loc[items["published_at"].isna() | (items["published_at"] < as_of), "item_id"]
