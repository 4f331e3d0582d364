"""Given tags held out, to be foretold."""

import numpy as np
import pandas as pd


def hold_out_tags(item_tags: pd.DataFrame, *, by: str, share: float, seed: int) -> "pd.Series[bool]":
    """Tell which rows to hold out: all tags of a share of the items, or by "pairs" that share of all tags.

    All rows of one pair of item and tag go together. Single pairs are drawn among those that people gave, where people
    gave any: an editor gives an item all its tags or none.
    """
    chance = np.random.default_rng(seed)
    if by == "items":
        items = np.sort(item_tags["item_id"].unique())
        drawn = items[chance.permutation(len(items))[: round(len(items) * share)]]
        return item_tags["item_id"].isin(drawn)
    pairs = pd.MultiIndex.from_frame(item_tags[["item_id", "tag"]])
    by_people = item_tags["user_id"].notna().to_numpy()
    distinct = pairs[by_people if by_people.any() else slice(None)].unique().sort_values()
    some = distinct[chance.permutation(len(distinct))[: round(len(distinct) * share)]]
    return pd.Series(pairs.isin(some), index=item_tags.index)


def shown_tags(item_tags: pd.DataFrame, *, by: str, share: float, seed: int) -> pd.DataFrame:
    """Keep the tags that are not held out."""
    return item_tags[~hold_out_tags(item_tags, by=by, share=share, seed=seed)].reset_index(drop=True)


def hidden_tags(item_tags: pd.DataFrame, *, by: str, share: float, seed: int) -> pd.DataFrame:
    """Keep the tags that are held out."""
    return item_tags[hold_out_tags(item_tags, by=by, share=share, seed=seed)].reset_index(drop=True)
