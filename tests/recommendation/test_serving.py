import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

from slipstream.tasks.recommendation.ranker import RankingModel
from slipstream.tasks.recommendation.serving import line_up, ranked_items
from slipstream.tasks.tables import Candidate, Interaction, Metric, RankingFeature, Refusal, User, columns, empty
from tests.worlds import AS_OF, table

FEATURES = RankingFeature.validate(
    pd.DataFrame(
        {
            "user_id": ["u", "u", "u", "new"],
            "item_id": ["a", "b", "c", "a"],
            "source_knn__rank": np.array([0.5, 1, 0, 1], np.float32),
            "source_knn__share": np.array([0.9, 0.1, 0, 1], np.float32),
            "source_popular__share": np.array([0.9, 0.1, 1, 1], np.float32),
        }
    )
)
SEEN = table(Interaction, [("u", "s", 1.0, "weak", "view", AS_OF)])
USERS = table(User, [("u",), ("new",), ("stranger",)])
TAGS = table(Candidate, [("new", "t", "tags", 1, 0.5), ("u", "b", "tags", 1, 0.9)])
TRENDING = table(
    Candidate,
    [(user, item, "trending", rank, 3.0) for user in ("u", "new", "stranger") for rank, item in enumerate("stz", 1)],
)


def model(serve):
    return RankingModel((), {"knn": 0.5, "popular": 0.5}, serve, empty(Metric))


def served(serve="knn", top=4, refused=(), features=FEATURES, users=USERS, fallbacks=(TAGS, TRENDING)):
    lists = ranked_items(model(serve), [features], [SEEN], users, [[one] for one in fallbacks], refused, top=top)
    assert list(lists) == columns(Candidate)
    return {user: list(zip(rows["item_id"], rows["source"], strict=True)) for user, rows in lists.groupby("user_id")}


def test_people_with_a_history_get_the_served_order_and_are_filled_up():
    assert served()["u"] == [("b", "knn"), ("a", "knn"), ("t", "trending"), ("z", "trending")]
    assert served("blend", top=3)["u"] == [("a", "blend"), ("c", "blend"), ("b", "blend")]


def test_people_without_a_history_get_declared_tags_then_trends():
    assert served()["new"] == [("t", "tags"), ("s", "trending"), ("z", "trending")]
    assert served()["stranger"] == [("s", "trending"), ("t", "trending"), ("z", "trending")]


def test_touched_and_refused_items_are_never_served_not_even_to_fill_up():
    lists = served(refused=[table(Refusal, [("1: hide", "z", None), ("1: hide", "b", None), ("2: own", "t", "new")])])
    assert lists["u"] == [("a", "knn"), ("t", "trending")]
    assert lists["new"] == [("s", "trending")]
    assert lists["stranger"] == [("s", "trending"), ("t", "trending")]


def test_what_stands_below_the_cut_fills_the_place_of_what_is_refused():
    assert served(top=2)["u"] == [("b", "knn"), ("a", "knn")]
    assert served(top=2, refused=[table(Refusal, [("1: hide", "b", None)])])["u"] == [("a", "knn"), ("t", "trending")]


def test_later_stages_fill_up_without_repeating():
    rows = [[("u", "b", "s", 1, 1.0)], [("u", "a", "s", 1, 1.0), ("u", "b", "s", 2, 1.0), ("v", "a", "s", 1, 1.0)]]
    lists = line_up([pl.from_pandas(table(Candidate, stage)) for stage in rows], top=2)
    assert list(zip(lists["user_id"], lists["item_id"], lists["rank"], strict=True)) == [
        ("u", "b", 1),
        ("u", "a", 2),
        ("v", "a", 1),
    ]


@pytest.mark.parametrize("top", [1, 2, 4])
def test_blocks_of_users_do_not_show(top):
    features = FEATURES.sort_values("user_id")
    blocks = [features[features["user_id"] == user] for user in ("new", "u")]
    found = [
        ranked_items(model("blend"), part, [SEEN], USERS, [[TRENDING]], [], top=top) for part in (blocks, [features])
    ]
    assert_frame_equal(*found, check_exact=True)


def test_only_those_asked_for_are_served():
    assert list(served(users=USERS[:1])) == ["u"]


@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_rows_does_not_matter(seed):
    shuffled = [table.sample(frac=1, random_state=seed) for table in (FEATURES, USERS, TAGS, TRENDING)]
    assert served(features=shuffled[0], users=shuffled[1], fallbacks=shuffled[2:]) == served()


def test_nothing_gives_nothing():
    assert served(features=empty(RankingFeature), fallbacks=()) == {}


def test_fallbacks_may_come_in_any_blocks():
    split = [[TAGS[:1], TAGS[1:]], [TRENDING[start : start + 2] for start in range(0, len(TRENDING), 2)]]
    found = [
        ranked_items(model("knn"), [FEATURES], [SEEN], USERS, part, [], top=4) for part in (split, [[TAGS], [TRENDING]])
    ]
    assert_frame_equal(*found)


def test_without_fallbacks_lists_are_as_long_as_the_order():
    lists = ranked_items(model("knn"), [FEATURES], [SEEN], USERS, [], [], top=4)
    assert lists["user_id"].value_counts().to_dict() == {"u": 2}
