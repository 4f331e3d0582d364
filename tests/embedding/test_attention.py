"""Sequences as they are cut, and what self-attention makes of an order that is known."""

import sys

import numpy as np
import pytest

from slipstream.tasks.embedding.attention import Lesson, attention_factors, cut, pad, read_sequences
from slipstream.tasks.tables import Interaction
from tests.worlds import World, moment, table

RING = [f"i{number}" for number in range(6)]
LESSON = Lesson(size=16, layers=1, epochs=40, learning_rate=0.01, negatives=0, seed=0)


def ring(likes=5):
    """Everybody goes round the ring, each user from another place; the next item is the right one."""
    rows = [
        (f"u{user}", RING[(user + step) % 6], 1.0, "medium", "like", moment(step))
        for user in range(12)
        for step in range(likes)
    ]
    return table(Interaction, rows)


def next_items(factors):
    scores = factors.users.matrix @ factors.items.matrix.T
    return dict(zip(factors.users.ids, factors.items.ids[scores.argmax(axis=1)], strict=True))


@pytest.mark.parametrize(("negatives", "epochs"), [(0, 40), (3, 100)])
def test_what_follows_is_learnt_from_the_order(negatives, epochs):
    lesson = Lesson(**{**vars(LESSON), "negatives": negatives, "epochs": epochs})
    found = next_items(attention_factors(ring(), length=4, lesson=lesson))
    assert found == {f"u{user}": RING[(user + 5) % 6] for user in range(12)}


def test_a_vector_is_of_the_last_likes_only():
    lesson = Lesson(**{**vars(LESSON), "epochs": 2})
    given = ring()
    given = given[(given["user_id"] != "u6") | (given["at"] >= moment(3))].reset_index(drop=True)
    near = attention_factors(given, length=2, lesson=lesson).users.rows(["u0", "u6", "u1"])
    assert near[0].tobytes() == near[1].tobytes(), "u0 and u6 end with the same two items"
    assert near[0].tobytes() != near[2].tobytes()


def test_dislikes_are_left_out_and_ties_follow_the_seed():
    rows = [("u", item, weight, "medium", "like", moment(0)) for item, weight in (("a", 1.0), ("b", 1.0), ("c", -1.0))]
    users, items, sequences = read_sequences(table(Interaction, rows), seed=0)
    assert (list(users), list(items)) == (["u"], ["a", "b"])
    assert {tuple(read_sequences(table(Interaction, rows), seed=seed)[2][0]) for seed in range(9)} == {(1, 2), (2, 1)}
    assert len(sequences) == 1


def test_sequences_are_cut_from_their_ends_and_every_step_is_taught_once():
    rows = cut([np.arange(1, 8), np.array([5]), np.array([3, 4])], length=3)
    assert rows.tolist() == [[4, 5, 6, 7], [1, 2, 3, 4], [3, 4, 0, 0]]
    assert pad([np.array([2, 1])], 3).tolist() == [[2, 1, 0]]


@pytest.mark.parametrize("likes", [0, 1])
def test_where_nothing_can_follow_there_is_nothing(likes):
    given = ring(likes)[:1] if likes else ring()[:0]
    factors = attention_factors(given, length=4, lesson=LESSON)
    assert (len(factors.users), len(factors.items), factors.items.size) == (0, 0, 16)


def test_a_world_of_clubs_proposes_the_missing_item(two_clubs: World):
    lesson = Lesson(**{**vars(LESSON), "size": 8})
    factors = attention_factors(two_clubs.interactions, length=4, lesson=lesson)
    scores = factors.users.matrix @ factors.items.matrix.T
    own = np.array([[user[0] == item[0] for item in factors.items.ids] for user in factors.users.ids])
    assert scores[own].mean() > scores[~own].mean()


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.delitem(sys.modules, "slipstream.tasks.embedding.attention_network", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"needs PyTorch; install it by: pip install 'slipstream\[torch\]'"):
        attention_factors(ring(), length=4, lesson=LESSON)
