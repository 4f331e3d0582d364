import pandas as pd
import pytest

from slipstream.tasks.tables import ItemTag, ItemTagScore, columns, empty
from slipstream.tasks.tagging.shares import share_tags
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import table

GIVEN = table(
    ItemTag,
    [
        ("alien", "space", 3.0, "a", None),
        ("alien", "horror", 1.0, "b", None),
        ("laura", "noir", 1.0, "a", None),
    ],
)
NEAR = ItemEmbedding(pd.Index(["alien", "laura", "moon"]), [[1, 0], [0, 1], [1, 0.1]])
KNOBS = {"neighbours": 1, "borrowed": 2.0, "reserve": 1.0, "top": 10}


def shared(given=GIVEN, embeddings=(), learnt=(), **knobs):
    found = share_tags(given, embeddings, learnt, **{**KNOBS, **knobs})
    return {(row.item_id, row.tag): (round(float(row.score), 4), row.evidence) for row in found.itertuples()}


def test_a_share_is_of_all_that_was_given_and_the_reserve():
    found = shared(borrowed=0.0)
    assert found["alien", "space"] == (3 / 5, "given 3 of 4")
    assert found["laura", "noir"] == (1 / 2, "given 1 of 1")


def test_an_item_without_tags_borrows_from_its_neighbours():
    assert shared(embeddings=[NEAR])["moon", "space"] == (round(2 * 0.75 / 3, 4), "not given")
    assert ("moon", "space") not in shared()


def test_top_bounds_the_tags_of_an_item():
    assert set(shared(top=1)) == {("alien", "space"), ("laura", "noir")}


def test_shares_of_an_item_add_up_to_one_at_most():
    found = share_tags(GIVEN, [NEAR], **{**KNOBS, "reserve": 0.0, "neighbours": 2})
    assert found.groupby("item_id")["score"].sum().max() == pytest.approx(1)


def test_nothing_gives_nothing():
    found = share_tags(empty(ItemTag), [NEAR], **KNOBS)
    assert found.empty
    assert list(found.columns) == columns(ItemTagScore)


def test_learnt_scores_speak_for_items_without_tags():
    learnt = table(ItemTagScore, [("moon", "space", 1.0, ""), ("alien", "noir", 0.5, "")])
    found = shared(learnt=[learnt])
    assert found["moon", "space"] == (round(2 / 3, 4), "not given")
    assert found["alien", "noir"][0] == round(2 * 0.5**3 / 7, 4)
