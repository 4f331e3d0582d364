"""Which items may be recommended."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.tables import CatalogueItem, Event, Interaction, Item


def catalogue(
    items: DataFrame[Item],
    interactions: DataFrame[Interaction],
    *,
    as_of: datetime,
    active_days: float = 0.0,
) -> DataFrame[CatalogueItem]:
    """List the items that may be recommended at a time, by id.

    These are the items published before `as_of` (those without a date always), or, where there is no item table,
    the items touched before it. With `active_days`, only those published or touched in the last so many days stay.
    """
    judged = judge_items(items, interactions, as_of=as_of, active_days=active_days)
    kept = judged.loc[judged["absence"] == "", "item_id"].sort_values()
    return CatalogueItem.validate(pd.DataFrame({"item_id": kept.to_numpy()}, dtype="str"))


def touched(catalogue: DataFrame[CatalogueItem], traces: DataFrame[Event]) -> DataFrame[CatalogueItem]:
    """Keep the items of a catalogue that stand in some traces."""
    return catalogue.loc[catalogue["item_id"].isin(traces["item_id"])].reset_index(drop=True)


def judge_items(
    items: DataFrame[Item],
    interactions: DataFrame[Interaction],
    *,
    as_of: datetime,
    active_days: float = 0.0,
) -> pd.DataFrame:
    """Tell of each known item, as `absence`, why it is not in the catalogue: unpublished, inactive; else ""."""
    traces = interactions[interactions["at"] < as_of]
    known = (items if len(items) else traces).drop_duplicates("item_id")
    absence = np.full(len(known), "", dtype=object)
    if active_days > 0:
        since = as_of - timedelta(days=active_days)
        touched = known["item_id"].isin(traces.loc[traces["at"] >= since, "item_id"])
        fresh = (known["published_at"] >= since) if len(items) else False
        absence[~(touched | fresh)] = "inactive"
    if len(items):
        absence[(known["published_at"] >= as_of).to_numpy()] = "unpublished"
    return known[["item_id"]].assign(absence=absence)
