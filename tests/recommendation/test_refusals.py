from datetime import timedelta

import polars as pl
import pytest

from slipstream.tasks.recommendation.refusals import allow, count_rules, offered, refusals, refuse
from slipstream.tasks.recommendation.rules import parse_rules
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, ItemTag, Offer, Refusal, empty
from tests.worlds import AS_OF, table

CATALOGUE = table(CatalogueItem, [(item,) for item in "abcde"])
TAGS = table(ItemTag, [(item, tag, 1.0, None, None) for item, tag in ("ax", "by", "cx", "cy", "zx", "zq")])
OFFERS = table(
    Offer,
    [("a", "u", None), ("a", "v", None), ("b", None, AS_OF), ("c", None, AS_OF + timedelta(days=1)), ("z", "u", AS_OF)],
)
SEEN = table(Interaction, [("u", "c", -1.0, "weak", "dislike", AS_OF)])


def refused(*rules):
    rows = refusals(parse_rules(rules), CATALOGUE, TAGS, OFFERS, as_of=AS_OF)
    assert not len(rows) or set(rows["item_id"]) <= set("abcde")
    return rows


def pairs(*rules):
    rows = refused(*rules).astype(object)
    return sorted(zip(rows["item_id"], rows["user_id"].where(rows["user_id"].notna(), ""), strict=True))


@pytest.mark.parametrize(
    ("rule", "items"),
    [({"hide": ["b", "z"]}, "b"), ({"never": ["x"]}, "ac"), ({"only": ["y", "x"]}, "de"), ({"expire": True}, "b")],
)
def test_a_rule_refuses_to_everybody(rule, items):
    assert pairs(rule) == [(item, "") for item in items]


def test_owners_are_refused_their_own():
    assert pairs({"own": True}) == [("a", "u"), ("a", "v")]


def test_a_pin_refuses_nothing():
    assert pairs({"pin": "a"}) == []


def test_rules_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match=r"the rules '1: only xx' refuse all 5 items"):
        refused({"only": ["xx"]})


def candidates(rows):
    return pl.from_pandas(table(Candidate, [(user, item, "s", rank, 1.0) for rank, (user, item) in enumerate(rows, 1)]))


def test_the_rule_that_refuses_is_named():
    rows = candidates(["ua", "ub", "uc", "ud", "va", "wa"])
    barred = [refused({"own": True}, {"hide": ["b", "c"]})]
    judged = refuse(rows, SEEN, barred)
    assert judged["rule"].to_list() == ["1: own", "2: hide b, c", "2: hide b, c", None, "1: own", None]
    assert allow(rows, SEEN, barred).select("user_id", "item_id").rows() == [("u", "d"), ("w", "a")]


def test_without_rules_only_what_was_touched_is_left_out():
    assert refuse(candidates(["uc", "vc"]), SEEN, [])["rule"].to_list() == ["seen", None]
    assert len(allow(candidates(["uc"]), empty(Interaction), [empty(Refusal)])) == 1


def test_offered_is_what_nobody_is_refused():
    assert list(offered(CATALOGUE, refused({"own": True}, {"hide": ["b"]}))["item_id"]) == list("acde")


def test_what_a_rule_did_is_counted():
    given = [{"hide": ["b", "nope"]}, {"never": ["x", "q"]}, {"own": True}, {"pin": "d", "rank": 1}, {"pin": "gone"}]
    given[4]["rank"] = 2
    before = candidates(["ua", "ub", "va", "ve", "wb"]).to_pandas()
    after = table(Candidate, [(user, "d", "pin", 1, 0.0) for user in "uv"])
    rules = parse_rules(given)
    counts = count_rules(rules, CATALOGUE, TAGS, refused(*given), before, after)
    assert [tuple(row) for row in counts.itertuples(index=False)] == [
        ("1: hide b, nope", 1, 1, 2, 2),
        ("2: never x, q", 2, 1, 2, 2),
        ("3: own", 1, 0, 2, 2),
        ("4: pin d at 1", 1, 0, 2, 2),
        ("5: pin gone at 2", 0, 1, 0, 0),
    ]


def test_nothing_gives_nothing():
    none = refusals(parse_rules([{"only": ["x"]}]), empty(CatalogueItem), empty(ItemTag), empty(Offer), as_of=AS_OF)
    assert len(none) == 0
    counts = count_rules(
        parse_rules([{"own": True}]), empty(CatalogueItem), empty(ItemTag), none, empty(Candidate), empty(Candidate)
    )
    assert counts.iloc[0].tolist() == ["1: own", 0, 0, 0, 0]
