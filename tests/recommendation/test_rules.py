import pandas as pd
import polars as pl

from slipstream.tasks.recommendation.rules import allow, crowd, line_up, refuse, spread
from slipstream.tasks.tables import Candidate, Interaction, ItemTagScore, empty
from tests.worlds import AS_OF, table


def ranked(*rows):
    return table(Candidate, [(user, item, "ranker", rank, 1.0) for user, item, rank in rows])


def listed(candidates, user="u"):
    return list(candidates[candidates["user_id"] == user].sort_values("rank")["item_id"])


def test_touched_and_hidden_items_are_left_out():
    rows = pl.from_pandas(ranked(("u", "a", 1), ("u", "b", 2), ("v", "a", 1), ("v", "c", 2)))
    seen = table(Interaction, [("u", "a", -1.0, "weak", "dislike", AS_OF)])
    kept = allow(rows, seen, ["c"])
    assert kept.select("user_id", "item_id").rows() == [("u", "b"), ("v", "a")]


def test_later_stages_fill_up_without_repeating():
    first, second = (
        pl.from_pandas(ranked(*rows)) for rows in ((("u", "b", 1),), (("u", "a", 1), ("u", "b", 2), ("v", "a", 1)))
    )
    lists = line_up([first, second], top=2)
    assert listed(lists) == ["b", "a"]
    assert listed(lists, "v") == ["a"]
    assert lists["rank"].tolist() == [1, 2, 1]


TAGS = table(
    ItemTagScore, [("a", "noir", 0.9, ""), ("a", "jazz", 0.1, ""), ("b", "noir", 0.5, ""), ("c", "noir", 0.4, "")]
)
LIST = ranked(("u", "a", 1), ("u", "b", 2), ("u", "c", 3), ("u", "x", 4), ("u", "y", 5))


def test_too_much_of_one_tag_moves_behind_the_others():
    assert listed(spread(LIST, TAGS, per_tag=1, top=5)) == ["a", "x", "y", "b", "c"]
    assert listed(spread(LIST, TAGS, per_tag=2, top=3)) == ["a", "b", "x"]


def test_no_limit_keeps_the_list():
    pd.testing.assert_frame_equal(spread(LIST, TAGS, per_tag=0, top=5), LIST)


def test_nothing_gives_nothing():
    assert len(spread(empty(Candidate), empty(ItemTagScore), per_tag=1, top=3)) == 0


def test_the_rule_that_refuses_is_named():
    rows = pl.from_pandas(ranked(("u", "a", 1), ("u", "b", 2), ("u", "c", 3)))
    seen = table(Interaction, [("u", item, 1.0, "weak", "view", AS_OF) for item in ("a", "a", "b")])
    assert refuse(rows, seen, ["b"])["rule"].to_list() == ["seen", "hidden", None]


def test_the_tag_that_crowds_an_item_out_is_named():
    rows = crowd(LIST, TAGS, per_tag=2)
    assert rows.filter("crowded").select("item_id", "tag").rows() == [("c", "noir")]
    assert not crowd(LIST, TAGS, per_tag=0)["crowded"].any()
