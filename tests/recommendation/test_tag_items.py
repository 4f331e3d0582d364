"""Items by tag, on literal scores."""

import pandas as pd
import pytest

from slipstream.tasks.recommendation.tag_items import tag_items
from slipstream.tasks.tables import CatalogueItem, Interaction, ItemTagScore, User, UserTagScore
from tests.worlds import table

OFFERED = [("focused", "heart", 0.8), ("broad", "heart", 0.9), ("broad", "skin", 0.9), ("other", "eye", 0.9)]


def propose(wanted: list[tuple[str, str, float]], evenness: float) -> pd.DataFrame:
    users, items = table(User, [("me",)]), table(CatalogueItem, [("broad",), ("focused",), ("other",)])
    tags = table(UserTagScore, [(*row, "{}") for row in wanted]), table(ItemTagScore, [(*row, "{}") for row in OFFERED])
    return tag_items(*tags, table(Interaction, []), users, items, evenness=evenness, top=5, source="t")


def test_scores_are_sums_of_products():
    found = propose([("me", "heart", 2.0)], 0.0)
    assert found["item_id"].tolist() == ["broad", "focused"]
    assert found["score"].tolist() == pytest.approx([1.8, 1.6])


def test_evenness_prefers_items_that_carry_little_else():
    assert propose([("me", "heart", 2.0)], 1.0)["item_id"].tolist() == ["focused", "broad"]


def test_disliked_tags_speak_against():
    assert propose([("me", "heart", 1.0), ("me", "skin", -2.0)], 0.0)["item_id"].tolist() == ["focused"]
