"""Among very many vectors the best are found nearly."""

import sys

import numpy as np
import pytest
from scipy import sparse

from slipstream.tasks.recommendation.dot_products import top_items

TOP = 10


def vectors(count, seed):
    """Draw vectors around 40 centres."""
    chance = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(40, 16))
    return (centres[chance.integers(40, size=count)] + 0.5 * chance.normal(size=(count, 16))).astype(np.float32)


USERS, ITEMS = vectors(600, 1), vectors(5000, 2)


def pairs(found):
    return dict(zip(zip(found[0].tolist(), found[1].tolist(), strict=True), found[2].tolist(), strict=True))


def test_most_of_the_best_are_found_with_their_exact_scores():
    exact, near = (pairs(top_items(USERS, ITEMS, top=TOP, probes=probes)) for probes in (0, 40))
    shared = exact.keys() & near.keys()
    assert len(near) == len(exact) == TOP * len(USERS)
    assert 0.95 < len(shared) / len(exact) < 1
    assert {pair: near[pair] for pair in shared} == {pair: exact[pair] for pair in shared}


def test_all_clusters_hold_all_the_best():
    exact, near = (top_items(USERS, ITEMS, top=TOP, probes=probes) for probes in (0, 10**6))
    for left, right in zip(exact, near, strict=True):
        np.testing.assert_array_equal(left, right)


def test_what_is_excluded_is_made_up_for():
    row, column, _ = top_items(USERS, ITEMS, top=TOP)
    touched = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(len(USERS), len(ITEMS)))
    found = pairs(top_items(USERS, ITEMS, top=TOP, exclude=touched, probes=40))
    assert len(found) == TOP * len(USERS)
    assert not found.keys() & set(zip(row.tolist(), column.tolist(), strict=True))


def test_threads_change_nothing():
    one, two = (top_items(USERS, ITEMS, top=TOP, probes=20, threads=threads) for threads in (1, 2))
    for left, right in zip(one, two, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("count", [1, 3])
def test_few_items_are_all_found(count):
    assert len(top_items(USERS[:2], ITEMS[:count], top=TOP, probes=5)[0]) == 2 * count


def test_without_faiss_what_to_install_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ImportError, match=r"needs faiss; install it by: pip install 'slipstream\[approximate\]'"):
        top_items(USERS, ITEMS, top=TOP, probes=20)
