import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation import diversity
from slipstream.tasks.recommendation.diversity import check_diversity, diversify
from slipstream.tasks.tables import Candidate, ItemTagScore, empty
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import table

TAGS = table(
    ItemTagScore,
    [
        ("a", "noir", 0.9, ""),
        ("a", "jazz", 0.1, ""),
        ("b", "noir", 0.6, ""),
        ("b", "jazz", 0.7, ""),
        ("c", "noir", 0.4, ""),
    ],
)
SPACE = ItemEmbedding(pd.Index(list("abcx")), np.array([[1, 0], [2, 0], [1, 1], [0, 3]], np.float32))


def ranked(*users, items="abcxy"):
    return table(Candidate, [(user, item, "knn", rank, 9.0) for user in users for rank, item in enumerate(items, 1)])


def chosen(lists, user="u", **knobs):
    made = diversify(lists, TAGS, SPACE, **{"diversity": 0.0, "quotas": {}, "top": 5, **knobs})
    return "".join(made[made["user_id"] == user].sort_values("rank")["item_id"])


def test_what_is_like_the_items_before_it_moves_back():
    assert chosen(ranked("u")) == "abcxy"
    assert chosen(ranked("u"), diversity=0.5) == "axycb"


def test_each_item_has_the_greatest_marginal_relevance_of_those_left():
    order, near = chosen(ranked("u"), diversity=0.3), {"a": 0, "b": 1, "c": 2, "x": 3}
    cosine = SPACE.unit @ SPACE.unit.T
    left, before = list("abcxy"), []
    for item in order:
        worth = {
            one: 0.7 / np.log2("abcxy".index(one) + 2)
            - 0.3
            * max([cosine[near[one], near[other]] for other in before if one in near and other in near], default=0)
            for one in left
        }
        assert item == max(worth, key=worth.__getitem__)
        before.append(item)
        left.remove(item)


def test_a_tag_that_is_used_up_waits_behind_the_others():
    assert chosen(ranked("u"), quotas={"noir": 1}) == "axybc"
    assert chosen(ranked("u"), quotas={"noir": 2}, top=3) == "abx"
    assert chosen(ranked("u"), quotas={"noir": 0}, top=2) == "xy"


def test_an_item_counts_for_every_tag_that_fits_it():
    assert chosen(ranked("u", items="bay"), quotas={"noir": 1}) == "bya"
    assert chosen(ranked("u", items="bcy"), quotas={"jazz": 1}) == "bcy"


def test_a_star_stands_for_every_other_tag():
    assert chosen(ranked("u"), quotas={"*": 1}) == "axybc"
    assert chosen(ranked("u"), quotas={"*": 1, "noir": 3}) == "abcxy"


def test_users_are_independent_of_their_blocks(monkeypatch):
    lists = pd.concat([ranked("u", "v"), ranked("w", items="cb")], ignore_index=True)
    whole = diversify(lists, TAGS, SPACE, diversity=0.4, quotas={"noir": 1}, top=3)
    monkeypatch.setattr(diversity, "USERS", 1)
    pd.testing.assert_frame_equal(diversify(lists, TAGS, SPACE, diversity=0.4, quotas={"noir": 1}, top=3), whole)
    assert whole.groupby("user_id").size().to_list() == [3, 3, 2]


@pytest.mark.parametrize(("share", "quotas", "words"), [(1.5, {}, "diversity 1.5"), (0, {"x": -1}, "-1 items of 'x'")])
def test_numbers_without_meaning_are_refused(share, quotas, words):
    with pytest.raises(ValueError, match=words):
        check_diversity(share, quotas)


def test_nothing_gives_nothing():
    nowhere = ItemEmbedding(pd.Index([], dtype="str"), np.zeros((0, 2), np.float32))
    none = diversify(empty(Candidate), empty(ItemTagScore), nowhere, diversity=0.5, quotas={"*": 1}, top=3)
    assert len(none) == 0
    alone = diversify(ranked("u"), empty(ItemTagScore), nowhere, diversity=0.5, quotas={"*": 1}, top=3)
    assert list(alone["item_id"]) == list("abc")
