from datetime import timedelta

import numpy as np
import pytest

from slipstream.tasks.recommendation.history import look_back, pair_up, place_within, share_within
from slipstream.tasks.tables import Candidate, Interaction, empty
from tests.worlds import AS_OF, table

POOL = table(Candidate, [("v", "b", "knn", 1, 1.0), ("u", "b", "knn", 1, 1.0), ("u", "b", "ease", 1, 1.0)])
TRACES = table(
    Interaction,
    [
        ("u", "z", 1.0, "weak", "view", AS_OF - timedelta(hours=2)),
        ("u", "b", 3.0, "strong", "search", AS_OF - timedelta(hours=1)),
        ("w", "a", 1.0, "weak", "view", AS_OF - timedelta(hours=3)),
        ("u", "c", -1.0, "weak", "dislike", AS_OF - timedelta(hours=1)),
    ],
)


def test_pairs_are_distinct_and_sorted_and_every_proposal_finds_its_pair():
    pairs = pair_up(POOL)
    assert list(zip(pairs.users[pairs.user], pairs.items[pairs.item], strict=True)) == [("u", "b"), ("v", "b")]
    assert pairs.row.tolist() == [1, 0, 0]


def test_the_past_is_newest_first_without_dislikes():
    history = look_back(TRACES, pair_up(POOL), as_of=AS_OF)
    assert history.items.tolist() == ["b", "a", "z"]
    assert history.user.tolist() == [-1, 0, 0]
    assert history.items[history.item].tolist() == ["a", "b", "z"]
    assert history.age.tolist() == [3, 1, 2]
    assert history.place.tolist() == [0, 0, 1]


def test_the_future_is_refused():
    with pytest.raises(
        ValueError, match=r"2 of 4 interactions are not before as_of .*; pass only the history before it"
    ):
        look_back(TRACES, pair_up(POOL), as_of=AS_OF - timedelta(hours=1))


def test_places_are_counted_within_runs():
    assert place_within(np.array([3, 3, 5, 5, 5, 3])).tolist() == [0, 1, 0, 1, 2, 0]


def test_shares_relate_to_the_best_and_lift_negative_scores():
    shares = share_within(np.array([0, 0, 1, 1, 2]), np.array([4.0, 1.0, -3.0, 1.0, 0.0]), 3)
    assert shares.tolist() == [1, 0.25, 0, 1, 0]


def test_nothing_gives_nothing():
    pairs = pair_up(empty(Candidate))
    history = look_back(empty(Interaction), pairs, as_of=AS_OF)
    assert (len(pairs), len(history.item), len(history.items)) == (0, 0, 0)
