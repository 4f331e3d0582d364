"""Long tables as matrices."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from slipstream.tasks.matrices import arrange, distinct, positions, with_tags
from slipstream.tasks.tables import ItemTagScore
from tests.worlds import table


def test_cells_add_up_and_unknown_ids_are_left_out():
    rows, columns = pd.Series(["b", "a", "b", "?"], dtype="str"), pd.Series(["x", "y", "x", "x"], dtype="str")
    across = pd.Index(["a", "b"], dtype="str"), pd.Index(["x", "y"], dtype="str")
    assert arrange(rows, columns, pd.Series([1.0, 5.0, 2.0, 9.0]), across).toarray().tolist() == [[0, 5], [3, 0]]


def test_ids_are_sorted_and_found():
    ids = pd.Series(["b", "a", "b"], dtype="str")
    assert distinct(ids).tolist() == ["a", "b"]
    assert positions(ids, pd.Index(["a"], dtype="str")).tolist() == [-1, 0, -1]


def test_tags_stand_below_the_users_with_their_weight_on_average():
    liked = sparse.csr_array(np.array([[1, 0, 1], [0, 2, 0]], np.float32))
    tags = table(ItemTagScore, [("a", "heart", 0.9, ""), ("c", "heart", 0.3, ""), ("unseen", "skin", 1.0, "")])
    stacked = with_tags(pd.Index(["a", "b", "c"], dtype="str"), liked, tags, 0.6).toarray()
    assert np.array_equal(stacked[:2], liked.toarray())
    assert stacked[2:] == pytest.approx(np.array([[0.9, 0, 0.3]]))
