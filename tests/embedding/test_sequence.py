"""Sentences of items."""

import pandas as pd

from slipstream.tasks.embedding.sequence import item2vec, sentences
from slipstream.tasks.tables import Interaction
from tests.worlds import moment, table

KNOBS = {"size": 4, "epochs": 1, "window": 2, "sample": 0.0, "seed": 0}


def test_a_sentence_is_a_user():
    traces = pd.DataFrame({"user_id": ["u", "u", "v"], "item_id": ["b", "a", "b"]})
    assert sentences(traces) == [["b", "a"], ["b"]]


def test_rare_and_disliked_items_have_no_vector():
    rows = [("u", "a", 1.0), ("v", "a", 1.0), ("u", "b", 1.0), ("u", "c", -1.0), ("v", "c", -1.0)]
    traces = table(Interaction, [(*row, "weak", "view", moment(hour)) for hour, row in enumerate(rows)])
    assert item2vec(traces, min_count=2, **KNOBS).ids.tolist() == ["a"]
    assert item2vec(traces, min_count=1, **KNOBS).ids.tolist() == ["a", "b"]
