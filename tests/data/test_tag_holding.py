import pandas as pd
import pytest

from slipstream.tasks.data.tag_holding import hidden_tags, shown_tags
from slipstream.tasks.tables import ItemTag, empty
from tests.worlds import table

ROWS = [(f"i{n}", f"t{m}", 1.0, user, None) for n in range(20) for m in range(5) for user in "ab"]
GIVEN = table(ItemTag, ROWS)


@pytest.mark.parametrize(("by", "left"), [("items", 16), ("pairs", 20)])
def test_some_items_lose_all_their_tags_or_all_lose_some(by, left):
    shown, hidden = (part(GIVEN, by=by, share=0.2, seed=0) for part in (shown_tags, hidden_tags))
    assert len(shown) == 0.8 * len(GIVEN)
    assert len(hidden) == 0.2 * len(GIVEN)
    tags = shown.groupby("item_id")["tag"].nunique()
    assert len(tags) == left
    assert (tags.min() < 5) == (by == "pairs")
    keys = [set(zip(part["item_id"], part["tag"], strict=True)) for part in (shown, hidden)]
    assert not keys[0] & keys[1]


def test_single_tags_of_editors_are_not_hidden_where_people_give_tags():
    editors = table(ItemTag, [(f"i{n}", "news", 1.0, None, None) for n in range(20)])
    hidden = hidden_tags(pd.concat([GIVEN, editors], ignore_index=True), by="pairs", share=0.5, seed=0)
    assert "news" not in set(hidden["tag"])
    assert len(hidden_tags(editors, by="pairs", share=0.5, seed=0)) == 10


def test_the_order_of_rows_does_not_matter():
    first, second = (hidden_tags(rows, by="pairs", share=0.3, seed=1) for rows in (GIVEN, GIVEN.iloc[::-1]))
    order = ["item_id", "tag", "user_id"]
    assert first.sort_values(order, ignore_index=True).equals(second.sort_values(order, ignore_index=True))


def test_nothing_is_parted_into_nothing():
    assert hidden_tags(empty(ItemTag), by="items", share=0.2, seed=0).empty
    assert shown_tags(empty(ItemTag), by="items", share=0.2, seed=0).empty
