"""Embeddings side by side, on literal vectors."""

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.embedding.joining import fill_items, join_items
from slipstream.tasks.vectors import ItemEmbedding


def embedding(**vectors: list[float]) -> ItemEmbedding:
    return ItemEmbedding(pd.Index(list(vectors)), np.array(list(vectors.values()), np.float32))


def test_unit_vectors_stand_side_by_side_by_the_root_of_their_weights():
    found = join_items([embedding(a=[3, 4]), embedding(a=[0, 5])], weights=[1.0, 4.0], ridge=1.0)
    assert found.matrix.tolist() == [pytest.approx([0.6, 0.8, 0, 2])]


def test_what_one_part_lacks_is_read_from_the_others():
    left = embedding(a=[1, 0], b=[1, 0], c=[0, 1], d=[0, 1])
    right = embedding(a=[0, 1], b=[0, 1], c=[1, 0], d=[1, 0], new=[0, 1])
    found = join_items([left, right], weights=[], ridge=1e-6)
    assert found.ids.tolist() == ["a", "b", "c", "d", "new"]
    assert found.matrix[4] == pytest.approx(found.matrix[0], abs=1e-3)


def test_a_weight_each_or_none():
    with pytest.raises(ValueError, match="3 weights for 1 embeddings"):
        join_items([embedding(a=[1])], weights=[1.0, 2.0, 3.0], ridge=1.0)


def test_behaviour_stays_and_content_fills_the_gaps():
    behaviour = embedding(b=[2, 0], a=[2, 0], c=[0, 2], d=[0, 2])
    content = embedding(a=[1, 0], b=[1, 0], c=[0, 1], d=[0, 1], new=[0, 7])
    found = fill_items(behaviour, content, ridge=1e-6)
    assert found.ids.tolist() == ["a", "b", "c", "d", "new"]
    assert found.take(behaviour.ids).matrix.tolist() == behaviour.matrix.tolist()
    assert found.matrix[4] == pytest.approx([0, 2], abs=1e-3)
