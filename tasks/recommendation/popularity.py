"""Items for everybody: what people like, what they like now, and what is new."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

import numpy as np
import pandas as pd
from pandera.typing import DataFrame

from slipstream.tasks.matrices import Floats, positions, tally
from slipstream.tasks.recommendation.proposing import lay_board, propose_alike
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, Item, User


def hours_before(as_of: datetime, times: pd.Series) -> Floats:
    """Count the hours from each time to `as_of`."""
    return cast("Floats", (pd.Timestamp(as_of) - times).dt.total_seconds().to_numpy(np.float64) / 3600)


def popular_items(
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    top: int,
    source: str,
) -> Iterator[DataFrame[Candidate]]:
    """Propose what most people touched, each person counting by the root of the weight given, dislikes not at all."""
    board = lay_board(interactions, users, catalogue)
    people = pd.factorize(interactions["user_id"])[0]
    items = positions(interactions["item_id"], board.items)
    shape = (int(people.max(initial=-1)) + 1, len(board.items))
    given = tally(people, items, interactions["weight"].to_numpy(np.float32), shape)
    given.data = np.sqrt(np.maximum(given.data, 0))
    scores = np.asarray(given.astype(np.float64).sum(axis=0)).ravel()
    return propose_alike(board, scores, top=top, source=source)


def trending_items(
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    as_of: datetime,
    half_life_hours: float,
    window_hours: float,
    top: int,
    source: str,
) -> Iterator[DataFrame[Candidate]]:
    """Propose what people touched lately: a trace counts half after half_life_hours, nothing beyond window_hours.

    An hour count of 0 means that traces do not fade, or that there is no window.
    """
    seen = interactions[interactions["at"] < as_of]
    board = lay_board(seen, users, catalogue)
    age = hours_before(as_of, seen["at"])
    weight = np.maximum(seen["weight"].to_numpy(np.float64), 0)
    if half_life_hours > 0:
        weight = weight * 0.5 ** (age / half_life_hours)
    if window_hours > 0:
        weight = np.where(age <= window_hours, weight, 0)
    items = positions(seen["item_id"], board.items)
    scores = tally(np.zeros_like(items), items, weight, (1, len(board.items))).toarray()[0]
    return propose_alike(board, scores, top=top, source=source)


def fresh_items(
    items: DataFrame[Item],
    interactions: DataFrame[Interaction],
    users: DataFrame[User],
    catalogue: DataFrame[CatalogueItem],
    *,
    as_of: datetime,
    top: int,
    source: str,
) -> Iterator[DataFrame[Candidate]]:
    """Propose the newest items; the score is the age in days, negative.

    An item is as old as its `published_at`, or as its first trace if it has none; without either it is not proposed.
    """
    seen = interactions[interactions["at"] < as_of]
    board = lay_board(seen, users, catalogue)
    published = items.set_index("item_id")["published_at"].reindex(board.items)
    first = seen.groupby("item_id")["at"].min().reindex(board.items)
    born = published.fillna(first)
    age = hours_before(as_of, born) / 24
    scores = np.where(age > 0, -age, -np.inf)
    return propose_alike(board, scores, top=top, source=source, floor=-np.inf)
