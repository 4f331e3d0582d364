"""Readers among the articles they left a trace on."""

import numpy as np
import pandas as pd
from tasks.push.vectors import cosine, pool

from slipstream.tasks.vectors import ItemEmbedding

ARTICLES = ItemEmbedding(pd.Index(["a", "b"]), np.array([[2, 0], [0, 3]], np.float32))


def test_a_reader_is_the_sum_of_unit_vectors():
    readers = pool(np.array(["ann", "ann", "bob", "cat"]), np.array(["a", "b", "b", "unknown"]), ARTICLES)
    assert readers.ids.tolist() == ["ann", "bob"]
    assert readers.matrix.tolist() == [[1, 1], [0, 1]]


def test_what_has_no_vector_has_no_cosine():
    readers = pool(np.array(["bob"]), np.array(["b"]), ARTICLES)
    near = cosine(["bob", "bob", "bob", "eve"], ["b", "a", "c", "b"], readers, ARTICLES)
    assert near[:2].tolist() == [1, 0]
    assert np.isnan(near[2:]).all()
