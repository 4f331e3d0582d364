import pandas as pd
import pytest

from slipstream.tasks.data.splitting import (
    before,
    between,
    common_tags,
    distinct_users,
    fold_users,
    join_tables,
    of_users,
    sample_users,
    shared_items,
)
from slipstream.tasks.tables import Event, Item, ItemTag, User, empty
from tests.worlds import moment, table


def events(*rows):
    return table(Event, [(user, item, "view", moment(hour), None) for user, item, hour in rows])


def items(frame):
    return frame["item_id"].tolist()


def test_before_and_between_meet_at_the_same_moment():
    given = events(("u", "a", 0), ("u", "b", 1), ("u", "c", 2))
    assert items(before(given, as_of=moment(1))) == ["a"]
    assert items(between(given, since=moment(1), until=moment(2))) == ["b"]


def test_what_has_no_time_was_always_there():
    tags = table(ItemTag, [("a", "x", 1.0, None, None), ("b", "x", 1.0, None, moment(1))])
    assert items(before(tags, as_of=moment(1))) == ["a"]
    assert between(tags, since=moment(0), until=moment(1)).empty
    assert len(before(table(User, [("u",)]), as_of=moment(0))) == 1


def test_items_appear_when_they_are_published():
    catalogue = table(Item, [("a", "", "", None, moment(0)), ("b", "", "", None, moment(1)), ("c", "", "", None, None)])
    assert items(before(catalogue, as_of=moment(1))) == ["a", "c"]
    with pytest.raises(ValueError, match="no column 'at'"):
        between(catalogue, since=moment(0), until=moment(1))


def test_users_of_several_tables():
    tags = table(ItemTag, [("a", "x", 1.0, "w", None), ("a", "x", 1.0, None, None)])
    assert distinct_users([events(("v", "a", 0), ("u", "a", 0), ("u", "b", 0)), tags])["user_id"].tolist() == [
        "u",
        "v",
        "w",
    ]
    assert distinct_users([]).empty


def test_joined_tables_keep_the_first_of_a_key():
    one = table(Item, [("b", "new", "", None, None)])
    two = table(Item, [("b", "old", "", None, None), ("a", "", "", None, None)])
    assert join_tables([one, two], row=Item)["title"].tolist() == ["", "new"]
    assert join_tables([empty(Item)], row=Item).empty
    both = events(("u", "a", 0))
    assert len(join_tables([both, both], row=Event)) == 2


def test_a_sample_keeps_most_of_itself_when_users_come():
    users = table(User, [(f"u{number}",) for number in range(50)])
    drawn = sample_users(users, size=10, seed=1)["user_id"]
    more = sample_users(table(User, [(f"u{number}",) for number in range(55)]), size=10, seed=1)["user_id"]
    assert len(drawn) == 10
    assert len(set(drawn) & set(more)) >= 5


def test_folds_part_the_users():
    users = table(User, [(f"u{number}",) for number in range(11)])
    parts = [fold_users(users, fold=fold, folds=3, seed=1)["user_id"] for fold in range(3)]
    assert sorted(map(len, parts)) == [3, 4, 4]
    assert sorted(pd.concat(parts)) == sorted(users["user_id"])
    with pytest.raises(ValueError, match="fold 3 is none of 0 to 2"):
        fold_users(users, fold=3, folds=3, seed=1)


def test_rows_of_users_are_kept():
    users = table(User, [("u",)])
    rows = pd.DataFrame({"user_id": ["u", "v", "u"], "tag": ["a", "b", "c"]})
    assert of_users(rows, users)["tag"].tolist() == ["a", "c"]


def test_tags_that_few_gave_are_left_out():
    given = [("i", "noir", 1.0, "u", None), ("j", "noir", 1.0, "v", None), ("k", "rare", 1.0, "u", None)]
    given += [("j", "rare", 1.0, "u", None), ("i", "editors", 1.0, None, None), ("j", "editors", 1.0, None, None)]
    kept = common_tags(table(ItemTag, given), min_users=2)
    assert kept["tag"].tolist() == ["noir", "noir"]


def test_items_of_one_person_are_left_out():
    given = events(("u", "a", 0), ("v", "a", 1), ("u", "b", 2), ("u", "b", 3))
    assert items(shared_items(given, min_users=2)) == ["a", "a"]
