import hypothesis
import pandas as pd
import pytest
from hypothesis import strategies as st

from slipstream.tasks.data.splitting import (
    before,
    between,
    common_tags,
    distinct_users,
    earlier,
    fold_users,
    join_tables,
    later,
    of_users,
    sample_users,
    shared_items,
)
from slipstream.tasks.tables import Event, Item, ItemTag, Search, User, columns, empty
from tests.worlds import moment, table

KNOBS = {"share": 0.2, "by": "time", "seed": 0}


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


def test_the_last_fifth_is_held_out_with_ties_by_item():
    given = events(*[("u", item, 0) for item in "abcdefghij"], ("v", "a", 0), ("w", "a", 0), ("w", "b", 1))
    assert items(later(given, given, **KNOBS)) == ["i", "j", "b"]


def test_at_least_one_of_two_and_none_of_one():
    given = events(("u", "a", 0), ("u", "b", 1), ("v", "a", 0))
    assert items(later(given, given, **KNOBS)) == ["b"]


def test_other_tables_are_cut_at_the_same_moment():
    given = events(("u", "a", 0), ("u", "b", 5))
    searches = table(Search, [("u", "x", moment(4), None), ("u", "x", moment(5), None), ("v", "x", moment(9), "b")])
    assert earlier(searches, given, **KNOBS)["user_id"].tolist() == ["u", "v"]
    tags = table(ItemTag, [("b", "x", 1.0, "u", None), ("b", "x", 1.0, None, moment(9))])
    assert later(tags, given, **KNOBS).empty


def test_random_holds_out_pairs_wherever_they_occur():
    given = events(*[("u", item, hour) for hour, item in enumerate("abcdefghij")], ("u", "a", 99))
    knobs = {**KNOBS, "by": "random"}
    held = set(items(later(given, given, **knobs)))
    assert len(held) == 2
    assert not held & set(items(earlier(given, given, **knobs)))
    tags = table(ItemTag, [(item, "x", 1.0, "u", None) for item in "abcdefghij"])
    assert set(items(later(tags, given, **knobs))) == held
    others = {frozenset(items(later(given, given, **{**knobs, "seed": seed}))) for seed in range(20)}
    assert len(others) > 5


@pytest.mark.parametrize("knobs", [{"share": 0.0}, {"share": 1.0}, {"by": "chance"}])
def test_senseless_knobs_are_refused(knobs):
    with pytest.raises(ValueError, match=next(iter(knobs))):
        later(events(), events(), **{**KNOBS, **knobs})


def test_a_table_without_users_cannot_be_held_out():
    with pytest.raises(ValueError, match="no column 'user_id'"):
        earlier(empty(Item), events(), **KNOBS)


trace = st.tuples(st.sampled_from("uvw"), st.sampled_from("abcde"), st.integers(0, 6))


@hypothesis.given(
    rows=st.lists(trace, max_size=20),
    share=st.floats(0.05, 0.95),
    by=st.sampled_from(["time", "random"]),
    seed=st.integers(0, 3),
    order=st.randoms(use_true_random=False),
)
@hypothesis.settings(max_examples=25, deadline=None)
def test_both_parts_are_all_and_share_nothing(rows, share, by, seed, order):
    given = events(*rows)
    knobs = {"share": share, "by": by, "seed": seed}
    first, last = earlier(given, given, **knobs), later(given, given, **knobs)
    names = columns(Event)
    together = pd.concat([first, last]).sort_values(names, ignore_index=True)
    pd.testing.assert_frame_equal(together, given.sort_values(names, ignore_index=True))
    shuffled = list(rows)
    order.shuffle(shuffled)
    again = later(events(*shuffled), given, **knobs).sort_values(names, ignore_index=True)
    pd.testing.assert_frame_equal(again, last.sort_values(names, ignore_index=True))
    unit = ["user_id", "item_id"] if by == "random" else ["user_id", "item_id", "at"]
    assert first[unit].merge(last[unit]).empty
    sizes = given[unit].drop_duplicates().groupby("user_id").size()
    held = last[unit].drop_duplicates().groupby("user_id").size().reindex(sizes.index, fill_value=0)
    for count, out in zip(sizes, held, strict=True):
        assert out == (0 if count < 2 else max(1, int(share * count + 1e-9)))
    if by == "time" and len(first) and len(last):
        latest = first.groupby("user_id")["at"].max()
        assert all(row.at >= latest[row.user_id] for row in last.itertuples() if row.user_id in latest)


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
