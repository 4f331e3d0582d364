"""Sentences of items."""

import numpy as np
import pandas as pd
import pytest
from gensim.models import Word2Vec

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


@pytest.fixture(scope="module")
def shelves():
    """People who read along one of two shelves of ten items, each from somewhere on."""
    chance = np.random.default_rng(0)
    rows = []
    for user in range(120):
        begin = int(chance.integers(0, 10))
        rows += [(f"u{user:03}", f"{'ab'[user % 2]}{(begin + step) % 10}", 1.0, "weak", "view", moment(step))
                 for step in range(6)]  # fmt: skip
    return table(Interaction, rows)


def separation(items):
    """Compare how near items of one shelf are with how near those of two are."""
    near = items.unit @ items.unit.T
    same = np.array([[one[0] == other[0] for other in items.ids] for one in items.ids])
    return near[same].mean() - near[~same].mean()


def test_learning_in_steps_is_what_the_library_does_at_once(shelves):
    knobs = {**KNOBS, "epochs": 3}
    found = item2vec(shelves, min_count=1, **knobs)
    texts = sentences(shelves.sort_values(["user_id", "at"]))
    model = Word2Vec(texts, sg=1, sample=0.0, workers=1, seed=0, vector_size=4, epochs=3, window=2, min_count=1)
    assert np.array_equal(found.matrix, model.wv[list(found.ids)])


def test_going_on_from_the_day_before_is_as_good_as_learning_anew(shelves):
    knobs = {**KNOBS, "size": 8, "min_count": 1}
    yesterday = shelves[~shelves["item_id"].isin(["a7", "b3"]) & (shelves["user_id"] < "u090")]
    before = item2vec(yesterday, **{**knobs, "epochs": 30})
    anew = item2vec(shelves, **{**knobs, "epochs": 30})
    further = item2vec(shelves, [before], **{**knobs, "epochs": 10})
    assert further.ids.equals(anew.ids)
    assert separation(further) > 0.95 * separation(anew)
    turn = [(before.unit * space.take(before.ids).unit).sum(axis=1).mean() for space in (further, anew)]
    assert turn[0] > 0.9 > turn[1], "vectors stay comparable from day to day"
