from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.history import look_back, pair_up
from slipstream.tasks.recommendation.match_features import embedding_features, lay_out_tags, tag_features
from slipstream.tasks.tables import Candidate, Interaction, ItemTagScore, UserTagScore, empty
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import AS_OF, table

PAIRS = pair_up(table(Candidate, [("u", item, "knn", rank, 1.0) for rank, item in enumerate("ab", 1)]))


def test_tags_of_users_and_items_multiply():
    user_tags = table(UserTagScore, [("u", "noir", 0.8, ""), ("u", "jazz", 0.5, ""), ("other", "noir", 1.0, "")])
    item_tags = table(ItemTagScore, [("a", "noir", 0.5, ""), ("b", "noir", 0.5, ""), ("b", "jazz", 1.0, "")])
    of = tag_features(PAIRS, lay_out_tags(PAIRS, item_tags, user_tags))
    assert of["tags__sum"].tolist() == pytest.approx([0.4, 0.9])
    assert of["tags__best"].tolist() == pytest.approx([0.4, 0.5])
    assert of["tags__share"].tolist() == pytest.approx([0.4 / 0.9, 1])
    assert of["tags__cosine"][0] == pytest.approx(0.8 / np.sqrt(0.89))


def test_without_tags_all_is_zero():
    of = tag_features(PAIRS, lay_out_tags(PAIRS, empty(ItemTagScore), empty(UserTagScore)))
    assert all(values.tolist() == [0, 0] for values in of.values())


def test_recent_traces_count_more_than_old_ones():
    vectors = ItemEmbedding(pd.Index(["a", "b", "old", "new"]), np.array([[1, 0], [0, 1], [5, 0], [0, 5]], np.float32))
    traces = [("u", "old", 9.0, "weak", "view", AS_OF - timedelta(hours=2))]
    traces += [("u", "new", 1.0, "weak", "view", AS_OF - timedelta(hours=1))]
    history = look_back(table(Interaction, traces), PAIRS, as_of=AS_OF)
    of = embedding_features(PAIRS, history, vectors, name="embedding_0")
    assert of["embedding_0__all"][0] > of["embedding_0__all"][1]
    assert of["embedding_0__recent"][1] > of["embedding_0__recent"][0]


def test_an_item_without_a_vector_is_like_nothing():
    vectors = ItemEmbedding(pd.Index(["a"]), np.array([[1.0]], np.float32))
    history = look_back(table(Interaction, [("u", "a", 1.0, "weak", "view", AS_OF - timedelta(1))]), PAIRS, as_of=AS_OF)
    assert embedding_features(PAIRS, history, vectors, name="e")["e__all"].tolist() == [1, 0]
