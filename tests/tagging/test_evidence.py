import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.tables import ItemTag
from slipstream.tasks.tagging.evidence import companions, explain, nearest_bearers
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import table

GIVEN = table(
    ItemTag,
    [
        ("a", "space", 1.0, "u", None), ("a", "alien", 1.0, "u", None), ("b", "space", 1.0, "v", None),
        ("b", "alien", 1.0, "v", None), ("c", "space", 1.0, "u", None), ("d", "alien", 1.0, "u", None),
    ],
)  # fmt: skip
PLACES = ItemEmbedding(pd.Index(["a", "b", "c", "d"]), np.array([[1, 0], [0, 1], [0.9, 0.1], [1, 0.1]]))
FOLD = {"a": 0, "b": 1, "c": 2, "d": 3}
PAIRS = pd.DataFrame(
    {
        "item_id": ["a", "d"],
        "tag": ["space", "space"],
        "people": [2, 0],
        "mentions_title": [1, 0],
        "mentions_text": [4, 3],
    }
)


@pytest.mark.parametrize(
    ("space", "words"),
    [
        ("given", ["given by 2 people", "given"]),
        ("mention", ["mentioned 1 time in the title", "mentioned 3 times in the text"]),
        ("content1", ["items like it (Cee) bear it", "items like it (Cee, Ay) bear it"]),
        ("cotags", ["goes with 'alien'", "goes with 'alien'"]),
        ("popularity", ["a common tag", "a common tag"]),
    ],
)
def test_the_largest_part_is_put_in_words(space, words):
    parts = pd.DataFrame({"other": [-1.0, 0.1], space: [1.0, 2.0]})
    places = ItemEmbedding(PLACES.ids, np.where(PLACES.matrix == 0, -0.01, PLACES.matrix))
    found = explain(PAIRS, parts, GIVEN, {"a": "Ay", "b": "Bee", "c": "Cee", "d": "Dee"}, {"content1": places}, FOLD)
    if space == "content1":
        assert found[0].startswith("items like it (Cee")
        assert found[1] in {"items like it (Cee, Ay) bear it", "items like it (Ay, Cee) bear it"}
    else:
        assert found.tolist() == words


def test_nothing_is_said_when_nothing_speaks_for_it():
    assert explain(PAIRS, pd.DataFrame({"cotags": [-1.0, 0.0]}), GIVEN, {}, {}, FOLD).tolist() == ["", ""]


def test_an_item_is_not_its_own_neighbour():
    assert "a" not in nearest_bearers(PAIRS, GIVEN, PLACES, FOLD)[0]


def test_an_item_of_the_same_fold_has_not_spoken():
    assert "c" in nearest_bearers(PAIRS, GIVEN, PLACES, FOLD)[1]
    assert "c" not in nearest_bearers(PAIRS, GIVEN, PLACES, {**FOLD, "c": 3})[1]


def test_companions_come_from_the_item():
    pairs = pd.DataFrame({"item_id": ["c", "d", "e"], "tag": ["alien", "space", "space"]})
    assert companions(pairs, GIVEN) == ["space", "alien", ""]
