import pytest

from slipstream.tasks.recommendation.rules import parse_rules


def names(*rules):
    return [rule.name for rule in parse_rules(rules)]


def test_rules_are_called_by_number_and_what_they_say():
    assert names(
        {"hide": ["b1", "b2"]},
        {"never": ["adult"]},
        {"only": ["a", "b", "c", "d", "e"]},
        {"own": True},
        {"expire": True},
        {"pin": "b7", "rank": 2, "users": ["u"]},
        {"pin": "b8"},
    ) == [
        "1: hide b1, b2",
        "2: never adult",
        "3: only a, b, c and 2 more",
        "4: own",
        "5: expire",
        "6: pin b7 at 2 for u",
        "7: pin b8 at 1",
    ]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"hides": ["b1"]}, "rule 2 .* exactly one of hide, never, only, own, expire, pin"),
        ({"hide": ["b1"], "never": ["a"]}, "has 2"),
        ({"hide": []}, "rule 2 has an empty list"),
        ({"hide": [7]}, "rule 2 has 7"),
        ({"hide": "b1"}, r"rule 2 has 'b1'; write a list"),
        ({"hide": ["b1"], "rank": 1}, "rule 2 has no option 'rank'"),
        ({"own": False}, "switched on by true, not False"),
        ({"pin": ["b1"]}, "name one item"),
        ({"pin": "b1", "rank": 0}, "rank 0"),
        ({"pin": "b1", "user": ["u"]}, "no option 'user'"),
        ({"hide": ["x"]}, "rule 2 repeats or contradicts rule 1"),
        ("hide", "must be a mapping"),
    ],
)
def test_a_senseless_rule_is_refused(rule, words):
    with pytest.raises((ValueError, TypeError), match=words):
        parse_rules([{"hide": ["x"]}, rule])


def test_two_items_cannot_have_one_place():
    with pytest.raises(ValueError, match="rule 2 repeats or contradicts rule 1"):
        names({"pin": "a", "rank": 1}, {"pin": "b", "rank": 1})
    assert len(names({"pin": "a", "rank": 1}, {"pin": "b", "rank": 1, "users": ["u"]})) == 2
