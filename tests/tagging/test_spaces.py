import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from slipstream.tasks.tables import TermWeight
from slipstream.tasks.tagging.spaces import (
    Space,
    latent_axes,
    neighbour_votes,
    tag_centroids,
    tag_directions,
    text_space,
    unit,
)
from tests.worlds import table

GIVEN = sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], np.float32))
PLACES = np.array([[1, 0], [1, 0], [0, 1]], np.float32)


def test_zero_rows_stay_zero():
    assert unit(np.array([[3, 4], [0, 0]], np.float32)).tolist() == [pytest.approx([0.6, 0.8]), [0, 0]]


def test_centroids_lie_amid_the_bearers():
    assert tag_centroids(GIVEN, PLACES).tolist() == [[1, 0], [1, 0], [0, 1]]


def test_neighbours_vote_for_their_tags():
    votes = neighbour_votes(np.array([[1, 0], [0, 1], [0, 0]], np.float32), PLACES, GIVEN, neighbours=2)
    assert votes.tolist() == [[1, 0.5, 0], [0, 0, 1], [0, 0, 0]]


def test_a_direction_leads_to_the_bearers():
    space = Space("place", np.vstack([PLACES, np.zeros((1, 2), np.float32)]))
    assert space.centred.sum(axis=0) == pytest.approx([0, 0], abs=1e-6)
    assert not space.centred[3].any()
    fit = space.centred[:3] @ tag_directions(GIVEN, space.centred[:3]).T
    assert fit[0, 0] > 0 > fit[2, 0]
    assert fit[2, 2] > 0 > fit[0, 2]
    assert tag_directions(GIVEN, np.zeros((3, 0), np.float32)).shape == (3, 0)


def test_axes_span_the_matrix():
    assert latent_axes(GIVEN, 8).shape == (3, 3)
    assert latent_axes(sparse.csr_matrix((0, 3), dtype=np.float32), 8).shape == (3, 0)


def test_items_of_the_same_words_lie_together():
    terms = table(TermWeight, [("a", "x", 1.0), ("b", "x", 1.0), ("c", "y", 1.0), ("c", "z", 1.0), ("gone", "x", 1.0)])
    vectors = text_space("text", terms, pd.Index(["a", "b", "c", "d"]), 2).vectors
    assert vectors[0] @ vectors[1] == pytest.approx(1, abs=1e-5)
    assert vectors[0] @ vectors[2] == pytest.approx(0, abs=1e-5)
    assert not vectors[3].any()
