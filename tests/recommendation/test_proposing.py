"""Selection of the best, against sorting everything."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as shapes
from scipy import sparse

from slipstream.tasks.matrices import tally
from slipstream.tasks.recommendation import proposing
from slipstream.tasks.recommendation.proposing import Board, candidates, select

SCORES = shapes.arrays(np.float32, st.tuples(st.integers(0, 4), st.integers(1, 60)), elements=st.integers(-3, 3))


@given(SCORES, st.integers(1, 5), st.sampled_from([0.0, -np.inf]))
@settings(deadline=None)
def test_the_best_are_those_of_a_full_sort(scores: np.ndarray, top: int, floor: float):
    row, column, rank = select(scores, top=top, floor=floor)
    for line, values in enumerate(scores):
        order = [place for place in np.argsort(-values, kind="stable") if values[place] > floor][:top]
        assert column[row == line].tolist() == order
        assert rank[row == line].tolist() == list(range(1, len(order) + 1))


def test_frames_hold_about_as_many_rows_as_asked_for_and_there_is_one_at_least(monkeypatch):
    monkeypatch.setattr(proposing, "ROWS", 4)
    people, wares = pd.Index([f"u{number}" for number in range(5)], dtype="str"), pd.Index(["a", "b", "c"], dtype="str")
    board = Board(people, wares, sparse.csr_array((5, 3), dtype=np.float32))
    best = np.array([0, 1, 2]), np.array([1, 2, 3]), np.ones(3, np.float32)
    found = [(np.full(3, user), *best) for user in range(5)]
    assert [len(frame) for frame in candidates(board, found, "s")] == [6, 6, 3]
    assert [len(frame) for frame in candidates(board, [], "s")] == [0]
    assert [len(frame) for frame in candidates(board, found[:2], "s")] == [6]


def test_values_of_a_cell_add_up_and_unknown_places_are_left_out():
    rows, columns = np.array([1, 0, 1, -1, 0]), np.array([2, 0, 2, 1, -1])
    found = tally(rows, columns, np.array([1.0, 5.0, 2.0, 9.0, 9.0]), (2, 3))
    assert found.toarray().tolist() == [[5, 0, 0], [0, 0, 3]]


def test_sums_do_not_depend_on_the_order_of_their_parts():
    values = np.random.default_rng(0).normal(size=1000) * 10.0 ** np.arange(-5, 5).repeat(100)
    cells = np.zeros(1000, np.int64)
    assert (
        tally(cells, cells, values, (1, 1)).data.tobytes() == tally(cells, cells, values[::-1], (1, 1)).data.tobytes()
    )
