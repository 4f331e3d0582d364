import pandas as pd
import pytest

from slipstream.tasks.tables import ItemTag, empty
from slipstream.tasks.tagging.peers import score_by_logistic_regression, score_by_neighbours
from tests.tagging.cases import TAGS, catalogue, described, embedding


def scored(kind, items, item_tags):
    if kind == "neighbours":
        return score_by_neighbours(items, item_tags, [embedding(items)])
    return score_by_logistic_regression(described(items, item_tags))


@pytest.mark.parametrize("kind", ["neighbours", "logistic"])
def test_the_tags_of_a_club_come_first(kind):
    items, item_tags = catalogue(120)
    scores = scored(kind, items, item_tags)
    best = scores.sort_values("score", ascending=False).groupby("item_id").head(2)
    right = [tag in TAGS[item[:-2]] for item, tag in zip(best["item_id"], best["tag"], strict=True)]
    assert pd.Series(right).mean() > 0.95


@pytest.mark.parametrize("kind", ["neighbours", "logistic"])
def test_nothing_gives_nothing(kind):
    items, _ = catalogue(4)
    assert scored(kind, items, empty(ItemTag)).empty
