import numpy as np
import pytest

from slipstream.tasks.evaluation.interest_baselines import METHODS, score_simply
from slipstream.tasks.tables import Interaction, ItemTag, UserTagScore, columns, empty
from tests.evaluation.cases import BEFORE, traces
from tests.worlds import table

GIVEN = table(
    ItemTag,
    [
        ("alien", "space", 3.0, "a", None),
        ("alien", "horror", 1.0, "b", None),
        ("solaris", "space", 1.0, "b", None),
        ("laura", "noir", 1.0, "a", None),
    ],
)
TOUCHED = traces([("u", "alien"), ("u", "solaris"), ("v", "laura")], BEFORE)


def scored(method, top=10):
    found = score_simply(TOUCHED, GIVEN, method=method, top=top)
    return {(row.user_id, row.tag): row.score for row in found.itertuples()}


def test_counts_are_of_items():
    assert scored("counts") == {("u", "space"): 2, ("u", "horror"): 1, ("v", "noir"): 1}


def test_tfidf_favours_tags_of_few_items():
    found = scored("tf-idf")
    assert found["u", "horror"] == pytest.approx(np.log(4 / 2), abs=1e-6)
    assert found["u", "space"] == pytest.approx(2 * np.log(4 / 3), abs=1e-6)


def test_the_sum_shares_what_an_item_says():
    assert scored("sum") == {("u", "space"): 0.875, ("u", "horror"): 0.125, ("v", "noir"): 1}


def test_what_is_popular_is_the_same_for_everybody():
    found = scored("popular")
    assert found["u", "noir"] == found["v", "noir"] == 0.5
    assert scored("given")["v", "space"] == 2


def test_lift_divides_by_what_everybody_turns_to():
    assert scored("lift") == pytest.approx({("u", "space"): 2, ("u", "horror"): 2, ("v", "noir"): 2})


def test_top_bounds_the_tags_of_a_user():
    assert set(scored("sum", top=1)) == {("u", "space"), ("v", "noir")}


@pytest.mark.parametrize("method", METHODS)
def test_nothing_gives_nothing(method):
    found = score_simply(empty(Interaction), GIVEN, method=method, top=10)
    assert found.empty
    assert list(found.columns) == columns(UserTagScore)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="'guess' is none of counts"):
        score_simply(TOUCHED, GIVEN, method="guess", top=10)
