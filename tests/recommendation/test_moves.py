from slipstream.tasks.recommendation.diversity import diversify
from slipstream.tasks.recommendation.moves import ROSE, find_moves
from slipstream.tasks.tables import Candidate, empty
from tests.recommendation.test_diversity import SPACE, TAGS, ranked


def moves(*users, diversity=0.0, quotas=None, top=5):
    lists, quotas = ranked(*users), quotas or {}
    after = diversify(lists, TAGS, SPACE, diversity=diversity, quotas=quotas, top=top)
    found = find_moves(lists, after, TAGS, SPACE, quotas=quotas, top=top)
    return [tuple(row)[1:] for row in found.itertuples(index=False) if row.user_id == users[-1]]


def test_a_quota_is_named_where_it_moved_an_item():
    assert moves("v", "u", quotas={"noir": 1}, top=3) == [
        ("b", 2, 0, "1 of tag 'noir' stand before it"),
        ("c", 3, 0, "1 of tag 'noir' stand before it"),
        ("x", 4, 2, ROSE),
        ("y", 5, 3, ROSE),
    ]


def test_the_item_that_another_is_like_is_named():
    assert moves("u", diversity=0.5) == [
        ("b", 2, 5, "it is like 'a' before it (cosine 1.00)"),
        ("c", 3, 4, "it is like 'a' before it (cosine 0.71)"),
        ("x", 4, 2, ROSE),
        ("y", 5, 3, ROSE),
    ]


def test_where_nothing_moved_there_is_nothing_to_tell():
    assert moves("u") == []
    assert len(find_moves(empty(Candidate), empty(Candidate), TAGS, SPACE, quotas={}, top=3)) == 0
