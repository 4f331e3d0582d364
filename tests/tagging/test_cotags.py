import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from slipstream.tasks.tables import TagJudgement, TagMention, empty
from slipstream.tasks.tagging.cotags import compare_cotags, find_company
from slipstream.tasks.tagging.examples import read_pairs
from tests.tagging.cases import TAGS, catalogue

GIVEN = sparse.csr_matrix(np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], np.float32))
NAMES = ("cotags", "cotags_fit", "cotags_vote")


def compared(item_tags, item):
    items, _ = catalogue()
    pairs = read_pairs(items, item_tags, empty(TagMention), empty(TagJudgement), folds=5, seed=0)
    rows, tags = np.flatnonzero(pairs.items != item), np.arange(len(pairs.tags))
    company = find_company(pairs.weighted[rows], pairs.given[rows], tags, 2)
    found = compare_cotags(pairs, company, tags, np.flatnonzero(pairs.items == item))
    return {name: pd.Series(values[0], index=pairs.tags) for name, values in found.items()}


def test_together_is_a_conditional_share_without_the_tag_itself():
    together = find_company(GIVEN, GIVEN, np.array([0, 1]), 2).together.toarray()
    assert together.tolist() == [[0, 0.5], [1, 0], [0, 0]]


@pytest.mark.parametrize("name", NAMES)
def test_tags_of_the_same_club_keep_company(name):
    found = compared(catalogue()[1], "heart00")[name]
    assert found[list(TAGS["heart"])].min() > found[list(TAGS["skin"])].max()


@pytest.mark.parametrize("name", NAMES)
def test_a_tag_does_not_speak_for_itself(name):
    _, item_tags = catalogue()
    blind = item_tags[(item_tags["item_id"] != "heart03") | (item_tags["tag"] != "valve")].reset_index(drop=True)
    first, second = (compared(tags, "heart03")[name]["valve"] for tags in (item_tags, blind))
    assert first == pytest.approx(second, abs=0.02)


def test_an_only_tag_leaves_nothing_to_compare_with():
    _, item_tags = catalogue()
    lonely = item_tags[(item_tags["item_id"] != "heart03") | (item_tags["tag"] == "valve")].reset_index(drop=True)
    found = compared(lonely, "heart03")
    assert [found[name]["valve"] for name in NAMES] == pytest.approx([0, 0, 0], abs=1e-6)


def test_nothing_keeps_no_company():
    nothing = sparse.csr_matrix((0, 3), dtype=np.float32)
    assert find_company(nothing, nothing, np.arange(3), 4).axes.shape == (3, 0)
