import hypothesis
import numpy as np
import pandas as pd
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from slipstream.tasks import vectors
from slipstream.tasks.vectors import Embedding, ItemEmbedding, TagEmbedding, UserEmbedding, WordEmbedding

names = st.text(max_size=3)
numbers = st.one_of(st.just(0.0), st.floats(2.0**-10, 2.0**10, width=32), st.floats(-(2.0**10), -(2.0**-10), width=32))


@st.composite
def embeddings(draw):
    ids = draw(st.lists(names, max_size=5, unique=True))
    size = draw(st.integers(1, 4))
    return ItemEmbedding(pd.Index(ids), draw(arrays.arrays(np.float32, (len(ids), size), elements=numbers)))


def two():
    return ItemEmbedding(pd.Index(["a", "b"]), np.array([[3.0, 4.0], [0.0, 0.0]], np.float32))


@hypothesis.given(embeddings(), st.lists(names, max_size=6))
@hypothesis.settings(deadline=None)
def test_a_row_is_the_vector_of_its_id_and_zeros_for_strangers(given, asked):
    known = dict(zip(given.ids, given.matrix, strict=True))
    rows = given.rows(asked)
    assert rows.shape == (len(asked), given.size)
    for name, row in zip(asked, rows, strict=True):
        assert row.tolist() == known.get(name, np.zeros(given.size)).tolist()


@hypothesis.given(embeddings(), st.lists(names, max_size=6))
@hypothesis.settings(deadline=None)
def test_positions_lead_back_to_the_ids_and_strangers_have_none(given, asked):
    places = given.positions(asked)
    assert [given.ids[place] if place >= 0 else None for place in places] == [
        name if name in set(given.ids) else None for name in asked
    ]


@hypothesis.given(embeddings())
@hypothesis.settings(deadline=None)
def test_unit_vectors_have_length_one_and_their_direction(given):
    length = np.linalg.norm(given.matrix, axis=1)
    np.testing.assert_allclose(np.linalg.norm(given.unit, axis=1), (length > 0).astype(float), atol=1e-5)
    np.testing.assert_allclose(given.unit * length[:, None], given.matrix, rtol=1e-4, atol=1e-4)


@hypothesis.given(embeddings(), st.lists(names, max_size=6, unique=True))
@hypothesis.settings(deadline=None)
def test_what_is_taken_keeps_order_and_vectors(given, asked):
    part = given.take(asked)
    assert type(part) is ItemEmbedding
    assert part.ids.to_list() == [name for name in asked if name in set(given.ids)]
    np.testing.assert_array_equal(part.matrix, given.rows(part.ids))
    np.testing.assert_array_equal(given.take(given.ids).matrix, given.matrix)


def test_ids_become_text_and_numbers_float32():
    made = UserEmbedding([1, 2], np.array([[1], [2]], np.int64))
    assert made.ids.dtype == "str"
    assert made.matrix.dtype == np.float32
    assert made.rows(["2"]).tolist() == [[2.0]]
    assert (len(made), made.size) == (2, 1)


def test_what_is_given_stays_as_it_is():
    ids, matrix = pd.Index(["a", "b"]), np.array([[3.0, 4.0], [0.0, 0.0]])
    made = Embedding(ids, matrix)
    made.unit[0] = 9
    made.rows(["a"])[0] = 9
    assert matrix.tolist() == made.matrix.tolist() == [[3.0, 4.0], [0.0, 0.0]]


def test_an_empty_embedding_has_a_size():
    nobody = UserEmbedding(pd.Index([]), np.zeros((0, 3)))
    assert (len(nobody), nobody.size) == (0, 3)
    assert nobody.rows(["a"]).tolist() == [[0.0, 0.0, 0.0]]
    assert nobody.take(["a"]).matrix.shape == nobody.unit.shape == (0, 3)


@pytest.mark.parametrize(
    ("ids", "matrix", "words"),
    [
        (["a", "b"], [[1.0]], r"2 ids and a matrix of shape \(1, 1\)"),
        (["a", "b"], [1.0, 2.0], r"2 ids and a matrix of shape \(2,\)"),
        (["a", "b", "a"], [[1.0], [2.0], [3.0]], "item_id 'a' stands twice"),
        (["a", "b", "c"], [[1.0], [np.nan], [np.inf]], r"2 of 3 vectors are not finite \(first: 'b'\)"),
    ],
)
def test_ids_and_vectors_that_disagree_are_refused(ids, matrix, words):
    with pytest.raises(ValueError, match=words):
        ItemEmbedding(pd.Index(ids), np.array(matrix))


@pytest.mark.parametrize(
    ("kind", "name"),
    [(ItemEmbedding, "item_id"), (UserEmbedding, "user_id"), (TagEmbedding, "tag"), (WordEmbedding, "word")],
)
def test_a_kind_of_embedding_knows_what_its_ids_are(kind, name):
    with pytest.raises(ValueError, match=f"^{name} 'x' stands twice"):
        kind(pd.Index(["x", "x"]), np.zeros((2, 1)))


def test_two_parts_cannot_be_exchanged_afterwards():
    with pytest.raises(AttributeError):
        two().ids = pd.Index(["c", "d"])


def test_pairs_of_vectors_are_multiplied_whatever_their_number(monkeypatch):
    chance = np.random.default_rng(0)
    left, right = (chance.normal(size=(rows, 5)).astype(np.float32) for rows in (7, 9))
    rows, columns = chance.integers(0, 7, 50), chance.integers(0, 9, 50)
    found = vectors.dots(left, rows, right, columns)
    assert found == pytest.approx((left @ right.T)[rows, columns], abs=1e-5)
    monkeypatch.setattr(vectors, "PAIRS", 8)
    assert (vectors.dots(left, rows, right, columns) == found).all()
    assert vectors.dots(left, rows[:0], right, columns[:0]).shape == (0,)
