import hypothesis
import pandas as pd
import pytest
from hypothesis import strategies as st

from slipstream.tasks.data.holding_out import earlier, later, without_pairs
from slipstream.tasks.tables import Event, Item, ItemTag, Search, columns, empty
from tests.worlds import moment, table

KNOBS = {"share": 0.2, "by": "time", "seed": 0}
TRACE = ["user_id", "item_id", "at"]
UNITS = {"time": TRACE, "last": TRACE, "items": ["item_id"]}


def events(*rows):
    return table(Event, [(user, item, "view", moment(hour), None) for user, item, hour in rows])


def items(frame):
    return frame["item_id"].tolist()


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


def test_the_last_one_is_held_out_and_then_the_one_before():
    given = events(("u", "b", 0), ("u", "c", 1), ("u", "a", 2), ("v", "a", 0), ("w", "a", 7), ("w", "b", 3))
    knobs = {**KNOBS, "by": "last", "share": 0.0}
    assert items(later(given, given, **knobs)) == ["a", "a"]
    rest = earlier(given, given, **knobs)
    assert items(later(rest, rest, **knobs)) == ["c"]
    assert items(earlier(rest, rest, **knobs)) == ["b", "a", "b"]


def test_a_share_of_all_events_may_take_all_or_nothing_of_a_user():
    given = events(*[(f"u{number}", item, 0) for number in range(50) for item in "ab"])
    held = later(given, given, **{**KNOBS, "by": "events"})
    assert len(held) == 20
    assert {0, 1, 2} == {0, *held.groupby("user_id").size()}


def test_held_out_items_take_everything_on_them_with_them():
    given = events(*[(user, item, 0) for user in "uvw" for item in "abcdefghij"], ("u", "a", 5))
    knobs = {**KNOBS, "by": "items"}
    held = later(given, given, **knobs)
    assert held["item_id"].nunique() == 2
    assert not set(items(held)) & set(items(earlier(given, given, **knobs)))
    searches = table(Search, [("u", "x", moment(4), item) for item in (*"abcdefghij", None)])
    assert set(later(searches, given, **knobs)["item_id"]) == set(items(held))


def test_given_pairs_are_taken_out_whatever_their_time():
    given = events(("u", "a", 0), ("u", "a", 5), ("u", "b", 0), ("v", "a", 0))
    assert without_pairs(given, events(("u", "a", 9), ("v", "b", 0)))[["user_id", "item_id"]].to_numpy().tolist() == [
        ["u", "b"],
        ["v", "a"],
    ]
    tags = table(ItemTag, [("a", "x", 1.0, "u", None), ("a", "x", 1.0, None, None)])
    assert without_pairs(tags, events(("u", "a", 0)))["user_id"].isna().tolist() == [True]
    with pytest.raises(ValueError, match="no column 'user_id'"):
        without_pairs(empty(Item), events())


def test_a_table_without_users_cannot_be_held_out():
    with pytest.raises(ValueError, match="no column 'user_id'"):
        earlier(empty(Item), events(), **KNOBS)


trace = st.tuples(st.sampled_from("uvw"), st.sampled_from("abcde"), st.integers(0, 6))


@hypothesis.given(
    rows=st.lists(trace, max_size=20),
    share=st.floats(0.05, 0.95),
    by=st.sampled_from(["time", "last", "random", "events", "items"]),
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
    unit = UNITS.get(by, ["user_id", "item_id"])
    assert first[unit].merge(last[unit]).empty
    least, groups = (0, "whole") if by in {"events", "items"} else (1, "user_id")
    sizes, held = (part.drop_duplicates(unit).assign(whole="").groupby(groups).size() for part in (given, last))
    for count, out in zip(sizes, held.reindex(sizes.index, fill_value=0), strict=True):
        whole = 1 if by == "last" else max(least, int(share * count + 1e-9))
        assert out == (0 if count < 2 else whole)
    if by in {"time", "last"} and len(first) and len(last):
        latest = first.groupby("user_id")["at"].max()
        assert all(row.at >= latest[row.user_id] for row in last.itertuples() if row.user_id in latest)
