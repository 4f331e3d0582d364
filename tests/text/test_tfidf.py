import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.tables import ItemText, empty
from slipstream.tasks.text.tfidf import weigh_terms
from tests.worlds import table

TEXTS = table(
    ItemText,
    [
        ("a", "title", "heart"),
        ("a", "text", "the heart beats"),
        ("b", "title", "skin"),
        ("b", "text", "the skin"),
        ("c", "title", "heart"),
        ("c", "text", "the pump"),
    ],
)


def test_rows_have_unit_length_and_rare_terms_weigh_more():
    found = weigh_terms(TEXTS, min_items=1, max_share=1.0)
    lengths = found.groupby("item_id")["weight"].apply(lambda weight: float((weight**2).sum()))
    assert lengths.to_numpy() == pytest.approx([1, 1, 1])
    weight = found.set_index(["item_id", "term"])["weight"]
    assert weight["a", "heart"] > weight["a", "beats"] > weight["a", "the"]


def test_the_formula():
    found = weigh_terms(TEXTS, min_items=2, max_share=1.0, title_weight=2.0)
    raw = np.array([(1 + np.log(3)) * (1 + np.log(4 / 3)), 1.0])
    assert found.loc[found["item_id"] == "a", "weight"].to_numpy() == pytest.approx(raw / np.linalg.norm(raw))


def test_rare_and_common_terms_are_left_out():
    assert set(weigh_terms(TEXTS, min_items=2, max_share=0.7)["term"]) == {"heart"}


def test_only_the_heaviest_terms_are_kept():
    found = weigh_terms(TEXTS, min_items=1, max_share=1.0, top=1)
    assert found[["item_id", "term"]].to_numpy().tolist() == [["a", "heart"], ["b", "skin"], ["c", "heart"]]


def test_the_order_of_rows_does_not_matter():
    shuffled = TEXTS.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(weigh_terms(TEXTS, min_items=1), weigh_terms(shuffled, min_items=1))


def test_nothing_gives_nothing():
    assert weigh_terms(empty(ItemText)).empty
    assert weigh_terms(TEXTS, min_items=9).empty
