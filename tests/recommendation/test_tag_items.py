"""Items by tag, on literal scores."""

import pandas as pd
import pytest

from slipstream.tasks.recommendation.tag_items import tag_items
from slipstream.tasks.tables import CatalogueItem, Interaction, ItemTagScore, User, UserTagScore
from tests.worlds import joined, table

OFFERED = [("focused", "heart", 0.8), ("broad", "heart", 0.9), ("broad", "skin", 0.9), ("other", "eye", 0.9)]


def propose(wanted: list[tuple[str, str, float]], evenness: float) -> pd.DataFrame:
    users, items = table(User, [("me",)]), table(CatalogueItem, [("broad",), ("focused",), ("other",)])
    tags = table(UserTagScore, [(*row, "{}") for row in wanted]), table(ItemTagScore, [(*row, "{}") for row in OFFERED])
    return joined(
        tag_items(*tags, table(Interaction, []), users, items, evenness=evenness, popularity=0.0, top=5, source="t")
    )


def test_scores_are_sums_of_products():
    found = propose([("me", "heart", 2.0)], 0.0)
    assert found["item_id"].tolist() == ["broad", "focused"]
    assert found["score"].tolist() == pytest.approx([1.8, 1.6])


def test_evenness_prefers_items_that_carry_little_else():
    assert propose([("me", "heart", 2.0)], 1.0)["item_id"].tolist() == ["focused", "broad"]


def test_disliked_tags_speak_against():
    assert propose([("me", "heart", 1.0), ("me", "skin", -2.0)], 0.0)["item_id"].tolist() == ["focused"]


def test_of_items_that_fit_alike_the_better_known_comes_first():
    users, items = table(User, [("u",)]), table(CatalogueItem, [("a",), ("b",)])
    tags = table(UserTagScore, [("u", "t", 1.0, "")]), table(ItemTagScore, [("a", "t", 0.5, ""), ("b", "t", 0.5, "")])
    traces = table(Interaction, [("v", "b", 1.0, "weak", "view", pd.Timestamp("2024-01-01", tz="UTC"))])
    found = {
        power: joined(tag_items(*tags, traces, users, items, evenness=0.5, popularity=power, top=5, source="t"))
        for power in (0.0, 0.5)
    }

    assert found[0.0]["item_id"].to_list() == ["a", "b"]
    assert found[0.5]["item_id"].to_list() == ["b", "a"]
