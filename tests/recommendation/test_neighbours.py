"""Neighbours on literal traces."""

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.neighbours import knn_neighbours, neighbour_items, transition_items
from slipstream.tasks.tables import CatalogueItem, Interaction, Neighbour, User
from tests.worlds import joined, moment, table

PAIRS = table(Neighbour, [("a", "x", 1.0), ("b", "y", 1.0), ("b", "x", -3.0), ("c", "z", 1.0)])
SERVED = table(User, [("me",)]), table(CatalogueItem, [("x",), ("y",), ("z",)])


def traces(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return table(Interaction, [(user, item, weight, "weak", "view", moment(hour)) for user, item, weight, hour in rows])


def test_cosine_is_the_cosine_of_columns():
    found = knn_neighbours(traces(("u", "a", 3, 0), ("u", "b", 1, 0), ("v", "a", 4, 0)), method="cosine", top=5)
    assert found[["item_id", "neighbour_id"]].to_numpy().tolist() == [["a", "b"], ["b", "a"]]
    assert found["weight"].tolist() == pytest.approx([0.6, 0.6])


def test_only_the_nearest_are_kept():
    seen = traces(*[("u", item, 1, 0) for item in "abc"], ("v", "a", 1, 0), ("v", "b", 1, 0))
    found = knn_neighbours(seen, method="cosine", top=1)
    assert dict(zip(found["item_id"], found["neighbour_id"], strict=True)) == {"a": "b", "b": "a", "c": "a"}


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="'jaccard' is none of cosine"):
        knn_neighbours(traces(("u", "a", 1, 0)), method="jaccard", top=1)


def test_touched_items_speak_by_weight_and_dislikes_against():
    mine = traces(("me", "a", 2, 0), ("me", "c", 1, 0))
    found = joined(neighbour_items(PAIRS, mine, *SERVED, top=5, source="n"))
    assert found[["item_id", "score"]].to_numpy().tolist() == [["x", 2], ["z", 1]]
    disliked = joined(neighbour_items(PAIRS, traces(("me", "b", -1, 0)), *SERVED, top=5, source="n"))
    assert disliked[["item_id", "score"]].to_numpy().tolist() == [["x", 3]]


def test_the_last_touched_item_speaks_loudest():
    mine = traces(("me", "a", 1, 0), ("me", "c", 1, 5))
    found = joined(transition_items(PAIRS, mine, *SERVED, recent=5, decay=0.5, top=5, source="t"))
    assert found[["item_id", "score"]].to_numpy().tolist() == [["z", 1], ["x", 0.5]]
    assert joined(transition_items(PAIRS, mine, *SERVED, recent=1, decay=0.5, top=5, source="t"))[
        "item_id"
    ].tolist() == ["z"]


def test_items_of_one_moment_share_their_places():
    mine = traces(("me", "a", 1, 5), ("me", "c", 1, 5))
    found = joined(transition_items(PAIRS, mine, *SERVED, recent=5, decay=0.25, top=5, source="t"))
    assert np.allclose(found["score"], 0.5)
