import pytest

from slipstream.tasks.data.identity import merge_ids, name_tags, resolve
from slipstream.tasks.tables import Alias, Event, Item, ItemTag, empty
from tests.worlds import moment, table

NONE = empty(Alias)


def test_chains_end_at_the_last_id():
    chain = [(f"a{n}", f"a{n + 1}") for n in range(9)]
    assert set(resolve(table(Alias, chain))) == {"a9"}
    assert resolve(table(Alias, [("a", "a")])).empty


@pytest.mark.parametrize("circle", [[("a", "b"), ("b", "a")], [("x", "a"), ("a", "b"), ("b", "c"), ("c", "a")]])
def test_circles_are_shown(circle):
    with pytest.raises(ValueError, match=r"circle .*a -> b"):
        resolve(table(Alias, circle))


def test_users_and_items_are_merged():
    events = table(Event, [("u1", "i1", "view", moment(0), None), ("u2", "i2", "view", moment(1), None)])
    before = events.copy()
    merged = merge_ids(events, table(Alias, [("u2", "u1")]), table(Alias, [("i1", "i9")]), row=Event)
    assert merged[["user_id", "item_id"]].to_numpy().tolist() == [["u1", "i2"], ["u1", "i9"]]
    assert events.equals(before)


def test_the_item_of_the_id_itself_counts():
    items = table(Item, [("a", "alias", "", None, None), ("b", "own", "", None, None)])
    assert merge_ids(items, NONE, table(Alias, [("a", "b")]), row=Item)["title"].tolist() == ["own"]


def test_nothing_stays_nothing():
    assert merge_ids(empty(Event), NONE, NONE, row=Event).empty
    assert name_tags(empty(ItemTag), NONE).empty


def test_tags_get_their_names():
    tags = table(ItemTag, [("a", "13", 1.0, None, None), ("a", "rock", 1.0, None, None)])
    assert name_tags(tags, table(Alias, [("13", "metal")]))["tag"].tolist() == ["metal", "rock"]
