"""Long tables as matrices."""

import pandas as pd

from slipstream.tasks.matrices import arrange, distinct, positions


def test_cells_add_up_and_unknown_ids_are_left_out():
    rows, columns = pd.Series(["b", "a", "b", "?"], dtype="str"), pd.Series(["x", "y", "x", "x"], dtype="str")
    across = pd.Index(["a", "b"], dtype="str"), pd.Index(["x", "y"], dtype="str")
    assert arrange(rows, columns, pd.Series([1.0, 5.0, 2.0, 9.0]), across).toarray().tolist() == [[0, 5], [3, 0]]


def test_ids_are_sorted_and_found():
    ids = pd.Series(["b", "a", "b"], dtype="str")
    assert distinct(ids).tolist() == ["a", "b"]
    assert positions(ids, pd.Index(["a"], dtype="str")).tolist() == [-1, 0, -1]
