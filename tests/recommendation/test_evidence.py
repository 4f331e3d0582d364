from datetime import timedelta

import numpy as np
import pandas as pd
import polars as pl

from slipstream.tasks.recommendation.evidence import Evidence, Likeness, best_tags, nearest_touched
from slipstream.tasks.tables import Interaction, Item, ItemTagScore, Neighbour, UserTagScore, empty
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import AS_OF, table

TRACES = table(
    Interaction,
    [
        ("u", "a", 1.0, "weak", "view", AS_OF - timedelta(hours=1)),
        ("u", "b", 2.0, "medium", "like", AS_OF - timedelta(hours=2)),
        ("u", "b", 1.0, "weak", "view", AS_OF - timedelta(hours=3)),
        ("u", "c", -1.0, "weak", "dislike", AS_OF - timedelta(hours=4)),
        ("v", "a", 1.0, "weak", "view", AS_OF - timedelta(hours=5)),
    ],
)
NEAR = table(Neighbour, [("a", "x", 2.0), ("b", "x", 1.0), ("c", "x", 9.0), ("b", "y", 1.0), ("a", "z", -1.0)])
ROWS = pl.DataFrame({"user_id": ["u", "u", "u", "v", "w"], "item_id": ["x", "y", "z", "x", "x"]})


def evidence(**given):
    tags = table(ItemTagScore, [("x", "noir", 0.9, ""), ("x", "jazz", 0.5, ""), ("y", "noir", 0.5, "")])
    interests = table(UserTagScore, [("u", "noir", 0.4, ""), ("u", "jazz", 0.9, ""), ("u", "opera", 1.0, "")])
    return Evidence(TRACES, interests, Likeness(empty(Item), tags, **given))


def test_the_liked_items_that_speak_most_are_named_with_their_strongest_kind():
    found = nearest_touched(ROWS, evidence(neighbours=[NEAR]))
    assert found == [[("b", "like"), ("a", "view")], [("b", "like")], [], [("a", "view")], []]


def test_vectors_speak_too():
    vectors = ItemEmbedding(pd.Index(["a", "b", "x"]), np.array([[0, 1], [1, 0], [0, 2]], np.float32))
    found = nearest_touched(ROWS, evidence(embeddings=[vectors]))
    assert found == [[("a", "view")], [], [], [("a", "view")], []]


def test_without_evidence_nothing_is_said():
    assert nearest_touched(ROWS, evidence()) == [[]] * 5


def test_the_best_shared_tag_is_named():
    assert best_tags(ROWS, evidence()) == ["jazz", "noir", "", "", ""]


def test_nothing_gives_nothing():
    assert nearest_touched(ROWS[:0], evidence(neighbours=[NEAR])) == []
    assert best_tags(ROWS[:0], evidence()) == []
