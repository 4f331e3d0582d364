"""Popular, trending and fresh items on literal traces."""

import pandas as pd
import pytest

from slipstream.tasks.recommendation.popularity import fresh_items, popular_items, trending_items
from slipstream.tasks.tables import CatalogueItem, Interaction, Item, User
from tests.worlds import joined, moment, table

NOW = moment(10)


def traces(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return table(Interaction, [(user, item, weight, "weak", "view", moment(hour)) for user, item, weight, hour in rows])


def serve(*items: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return table(User, [("me",)]), table(CatalogueItem, [(item,) for item in items])


def test_many_people_are_worth_more_than_one_who_returns():
    seen = traces(("u1", "crowd", 1, 0), ("u2", "crowd", 1, 0), ("u3", "crowd", 1, 0), ("u1", "fan", 4, 1))
    found = joined(popular_items(seen, *serve("crowd", "fan"), top=5, source="p"))
    assert found["item_id"].tolist() == ["crowd", "fan"]
    assert found["score"].tolist() == [3, 2]


def test_dislikes_do_not_make_popular():
    seen = traces(("u1", "bad", -3, 0), ("u2", "good", 1, 0))
    assert joined(popular_items(seen, *serve("bad", "good"), top=5, source="p"))["item_id"].tolist() == ["good"]


def test_recent_traces_win_by_half_life():
    seen = traces(("u1", "old", 1, 0), ("u2", "old", 1, 0), ("u3", "new", 1, 9))
    knobs = {"as_of": NOW, "window_hours": 0, "top": 5, "source": "t"}
    fast = joined(trending_items(seen, *serve("old", "new"), half_life_hours=1, **knobs))
    slow = joined(trending_items(seen, *serve("old", "new"), half_life_hours=1000, **knobs))
    assert fast["item_id"].tolist() == ["new", "old"]
    assert fast["score"].iloc[0] == 0.5
    assert slow["item_id"].tolist() == ["old", "new"]


def test_nothing_outside_the_window_counts():
    seen = traces(("u1", "old", 1, 8), ("u2", "new", 1, 9.5))
    knobs = {"as_of": NOW, "half_life_hours": 0, "window_hours": 1, "top": 5, "source": "t"}
    found = joined(trending_items(seen, *serve("old", "new"), **knobs))
    assert found[["item_id", "score"]].to_numpy().tolist() == [["new", 1]]


@pytest.mark.parametrize("hour", [10, 11])
def test_nothing_at_or_after_as_of_is_visible(hour: float):
    seen = traces(("u1", "past", 1, 1), ("u1", "future", 9, hour), ("me", "past", 1, hour))
    knobs = {"as_of": NOW, "half_life_hours": 0, "window_hours": 0, "top": 5, "source": "t"}
    assert joined(trending_items(seen, *serve("past", "future"), **knobs))["item_id"].tolist() == ["past"]


def test_fresh_items_are_as_old_as_published_or_first_touched():
    seen = traces(("u1", "touched", 1, 4), ("u2", "touched", 1, 9), ("u1", "dated", 1, 9))
    items = table(
        Item,
        [
            ("dated", "", "", None, moment(1)),
            ("touched", "", "", None, None),
            ("unknown", "", "", None, None),
            ("future", "", "", None, moment(11)),
        ],
    )
    found = joined(
        fresh_items(items, seen, *serve("dated", "touched", "unknown", "future"), as_of=NOW, top=5, source="f")
    )
    assert found["item_id"].tolist() == ["touched", "dated"]
    assert found["score"].tolist() == pytest.approx([-6 / 24, -9 / 24])
