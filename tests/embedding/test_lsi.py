"""Themes of terms and tags."""

import numpy as np
import pytest

from slipstream.tasks.embedding.lsi import lsi_items, tag_items
from slipstream.tasks.tables import ItemTagScore, TermWeight
from tests.worlds import table

TERMS = table(TermWeight, [("a", "x", 3.0), ("a", "y", 4.0), ("b", "x", 3.0), ("c", "z", 1.0)])


def test_full_rank_keeps_the_geometry():
    matrix = np.array([[3, 4, 0], [3, 0, 0], [0, 0, 1]])
    found = lsi_items(TERMS, size=3, seed=0)
    assert found.ids.tolist() == ["a", "b", "c"]
    assert np.allclose(found.matrix @ found.matrix.T, matrix @ matrix.T, atol=1e-4)


def test_the_largest_entry_of_a_theme_is_positive():
    matrix = lsi_items(TERMS, size=3, seed=0).matrix
    assert (matrix[np.abs(matrix).argmax(axis=0), range(3)] > 0).all()


def test_more_themes_than_the_rank_are_zero():
    found = lsi_items(TERMS, size=5, seed=0)
    assert found.size == 5
    assert not found.matrix[:, 3:].any()


def test_tags_give_themes_too():
    given = [("a", "heart", 0.5, "{}"), ("b", "heart", 0.5, "{}"), ("c", "skin", 0.9, "{}")]
    found = tag_items(table(ItemTagScore, given), size=2, seed=0)
    assert found.unit @ found.unit.T == pytest.approx(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]), abs=1e-6)
