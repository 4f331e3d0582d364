import pandas as pd

from slipstream.tasks.data.newcomers import cut_short, declare, known_well, without_touched
from slipstream.tasks.tables import Event, Interaction, User, UserTag, empty
from tests.worlds import AS_OF, moment, table

USERS = table(User, [("u",), ("v",)])


def events(*rows):
    return table(Event, [(user, item, "view", moment(hour), None) for user, item, hour in rows])


def test_people_who_touched_enough_items_are_known_well():
    given = events(("u", "a", 0), ("u", "b", 1), ("v", "a", 2), ("v", "a", 3), ("x", "a", 4), ("x", "b", 5))
    assert known_well(given, USERS, min_items=2)["user_id"].tolist() == ["u"]


def test_the_items_touched_last_are_told_with_all_their_traces():
    given = events(("u", "a", 0), ("u", "b", 1), ("u", "c", 2), ("u", "a", 3), ("v", "b", 9), ("x", "a", 9))
    found = cut_short(given, USERS, items=2)
    assert found[["user_id", "item_id"]].to_numpy().tolist() == [["u", "a"], ["u", "c"], ["u", "a"], ["v", "b"]]
    assert cut_short(given, USERS, items=0).empty


def test_the_order_of_rows_does_not_matter():
    given = events(("u", "a", 1), ("u", "b", 1), ("u", "c", 1))
    pd.testing.assert_frame_equal(cut_short(given, USERS, items=2), cut_short(given[::-1], USERS, items=2))


def test_people_declare_what_they_want_most_just_before():
    wanted = table(UserTag, [("u", "noir", 1.0), ("u", "space", 3.0), ("u", "horror", 1.0), ("v", "noir", 1.0)])
    found = declare(wanted, tags=2, as_of=AS_OF)
    assert found[["user_id", "tag"]].to_numpy().tolist() == [["u", "space"], ["u", "horror"], ["v", "noir"]]
    assert (found["at"] < AS_OF).all()
    assert declare(empty(UserTag), tags=2, as_of=AS_OF).empty


def test_lists_lose_what_was_touched():
    lists = pd.DataFrame({"user_id": ["u", "u", "v"], "item_id": ["a", "b", "a"], "rank": [1, 2, 1]})
    touched = table(Interaction, [("u", "a", 1.0, "weak", "view", moment(0))])
    assert without_touched(lists, touched)[["user_id", "item_id"]].to_numpy().tolist() == [["u", "b"], ["v", "a"]]
    assert len(without_touched(lists, empty(Interaction))) == 3
