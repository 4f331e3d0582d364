import pytest

from slipstream.tasks.data.tag_holding import hidden_tags, shown_tags
from slipstream.tasks.tables import ItemTag, empty
from tests.worlds import table

ROWS = [(f"i{n}", f"t{m}", 1.0, user, None) for n in range(20) for m in range(5) for user in "ab"]
GIVEN = table(ItemTag, ROWS)


def test_some_items_lose_all_their_tags_and_others_some():
    shown, hidden = (part(GIVEN, share=0.2, seed=0) for part in (shown_tags, hidden_tags))
    assert len(shown) + len(hidden) == len(GIVEN)
    left = shown.groupby("item_id")["tag"].nunique()
    assert 20 - len(left) == pytest.approx(4, abs=1)
    assert left.min() < 5
    keys = [set(zip(part["item_id"], part["tag"], strict=True)) for part in (shown, hidden)]
    assert not keys[0] & keys[1]


def test_the_order_of_rows_does_not_matter():
    first, second = (hidden_tags(rows, share=0.3, seed=1) for rows in (GIVEN, GIVEN.iloc[::-1]))
    order = ["item_id", "tag", "user_id"]
    assert first.sort_values(order, ignore_index=True).equals(second.sort_values(order, ignore_index=True))


def test_nothing_is_parted_into_nothing():
    assert hidden_tags(empty(ItemTag), share=0.2, seed=0).empty
    assert shown_tags(empty(ItemTag), share=0.2, seed=0).empty
