"""Literal tables for the tests of this room."""

from collections.abc import Sequence

import pandas as pd

from slipstream.tasks.evaluation.trial import Trial
from slipstream.tasks.tables import CatalogueItem, Interaction
from tests.worlds import AS_OF, table

BEFORE = AS_OF - pd.Timedelta(days=1)
AFTER = AS_OF + pd.Timedelta(days=1)
KNOBS = {"ks": (1, 2, 5), "relevant": ("strong", "medium"), "cold_below": 2}
FEW = {"resamples": 200, "seed": 7}


def traces(
    pairs: Sequence[tuple[str, str]], at: pd.Timestamp, strength: str = "strong", weight: float = 1.0
) -> pd.DataFrame:
    return table(Interaction, [(user, item, weight, strength, "like", at) for user, item in pairs])


def listed(*lists: tuple[str, str]) -> pd.DataFrame:
    """Lists as words: ("anna", "a b c") shows a, b, c in this order."""
    rows = [(user, item, rank) for user, items in lists for rank, item in enumerate(items.split(), 1)]
    return pd.DataFrame(rows, columns=["user_id", "item_id", "rank"]).astype({"user_id": "str", "item_id": "str"})


def trial(recommendations: pd.DataFrame, truth: pd.DataFrame, seen: pd.DataFrame, catalogue: str = "a b c d") -> Trial:
    return Trial(recommendations, truth, seen, table(CatalogueItem, [(item,) for item in catalogue.split()]))
