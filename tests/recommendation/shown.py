"""Lists that people were shown and clicked in, whose right answers are known."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from slipstream.tasks.tables import Impression
from tests.worlds import AS_OF, table

WORTH = {"above": 0.35, "below": 0.5, "c": 0.3, "d": 0.3, "e": 0.3, "f": 0.3}


def lists(users: int, rng: np.random.Generator) -> Iterator[list[str]]:
    """Show `above` before `below` in every list, at the top in four of five; the others stand anywhere."""
    for _ in range(users):
        others = ["above", "below", *(str(name) for name in rng.permutation(list("cdef")))]
        order = others if rng.random() < 0.8 else [str(name) for name in rng.permutation(others)]
        first, second = sorted((order.index("above"), order.index("below")))
        order[first], order[second] = "above", "below"
        yield order


def looked_at(
    shown: Sequence[Sequence[str]], rng: np.random.Generator, worth: Mapping[str, float] = WORTH
) -> pd.DataFrame:
    """Let each user click: position p is looked at with probability 1/p, what is looked at clicked by its worth."""
    rows = [
        (f"u{user:05}", item, place, "", None, bool(rng.random() < worth[item] / place), AS_OF)
        for user, order in enumerate(shown)
        for place, item in enumerate(order, 1)
    ]
    return table(Impression, rows)


def impressions(users: int, seed: int = 0) -> pd.DataFrame:
    """Show everybody one list."""
    rng = np.random.default_rng(seed)
    return looked_at(list(lists(users, rng)), rng)
