import copy
from dataclasses import replace

import pytest

from slipstream.tasks.kinds import DEFAULT_KINDS, Kind, parse_kinds, worth_kinds
from slipstream.tasks.tables import STRENGTHS, KindWorth
from tests.worlds import table


def test_nothing_given_are_the_default_kinds():
    assert parse_kinds({}) == DEFAULT_KINDS
    assert {kind.strength for kind in DEFAULT_KINDS.values()} == set(STRENGTHS)


def test_a_known_kind_keeps_what_is_not_given():
    before = DEFAULT_KINDS["view"]
    view = parse_kinds({"view": {"weight": 0.5}})["view"]
    assert view == Kind(before.strength, 0.5, before.half_life_days, before.cap, before.verb)


def test_a_new_kind_stands_beside_the_known_ones():
    kinds = parse_kinds({"rating": {"strength": "medium", "weight": -1, "verb": "rated"}})
    assert kinds["rating"] == Kind("medium", -1, verb="rated")
    assert set(kinds) == {*DEFAULT_KINDS, "rating"}


def test_neither_the_default_kinds_nor_what_is_given_change():
    given, before = {"view": {"cap": 9}}, copy.deepcopy(DEFAULT_KINDS)
    parse_kinds(given)["extra"] = Kind("weak", 1)
    assert before == DEFAULT_KINDS
    assert given == {"view": {"cap": 9}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"view": {"wieght": 1}}, r"kind 'view' has no option 'wieght'; the options are by_value, cap, half_life_days"),
        ({"rating": {"weight": 1}}, "kind 'rating' needs strength"),
        ({"rating": {}}, "kind 'rating' needs strength and weight"),
        ({"view": {"strength": "mild"}}, "strength 'mild' is none of strong, medium, weak"),
        ({"view": {"half_life_days": -1}}, "half_life_days -1 and cap 3 must not be negative"),
        ({"view": {"cap": -2}}, "cap -2 must not be negative"),
    ],
)
def test_what_means_nothing_is_refused_by_name(given, words):
    with pytest.raises(ValueError, match=words):
        parse_kinds(given)


def test_found_worths_replace_weight_and_half_life():
    found = table(KindWorth, [("view", 0.25, 7.0, 0.01)])
    kinds = worth_kinds({"view": {"cap": 9}}, [found])
    assert kinds["view"] == replace(DEFAULT_KINDS["view"], weight=0.25, half_life_days=7.0, cap=9)
    assert kinds["like"] == DEFAULT_KINDS["like"]
    assert worth_kinds({}, []) == DEFAULT_KINDS
