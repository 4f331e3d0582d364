from slipstream.tasks.recommendation.pins import pin
from slipstream.tasks.recommendation.rules import parse_rules
from slipstream.tasks.tables import Candidate, CatalogueItem, Interaction, Refusal, User, empty
from tests.worlds import AS_OF, table

USERS = table(User, [("u",), ("v",), ("w",)])
CATALOGUE = table(CatalogueItem, [(item,) for item in "abcdp"])
LISTS = table(
    Candidate,
    [
        (user, item, "knn", rank, 1.0)
        for user, items in (("u", "abcd"), ("v", "bp"))
        for rank, item in enumerate(items, 1)
    ],
)
SEEN = table(Interaction, [("v", "c", 1.0, "weak", "view", AS_OF)])


def lists(*rules, refused=(), top=4, ranked=LISTS):
    made = pin(ranked, USERS, CATALOGUE, SEEN, refused, rules=parse_rules(rules), top=top)
    assert (made["source"] == "pin").sum() == (made["score"] == 0).sum()
    assert made.groupby("user_id")["rank"].apply(list).map(lambda ranks: ranks == [*range(1, len(ranks) + 1)]).all()
    return {user: "".join(rows["item_id"]) for user, rows in made.groupby("user_id")}


def test_a_pin_stands_at_its_place_for_everybody_and_once():
    assert lists({"pin": "p", "rank": 2}) == {"u": "apbc", "v": "bp", "w": "p"}
    assert lists({"pin": "p"}, top=2) == {"u": "pa", "v": "pb", "w": "p"}


def test_a_pin_for_some_stands_before_one_for_all():
    rules = {"pin": "p", "rank": 1}, {"pin": "d", "rank": 1, "users": ["u", "nobody"]}
    assert lists(*rules) == {"u": "dpab", "v": "pb", "w": "p"}


def test_several_pins_keep_their_places():
    assert lists({"pin": "d", "rank": 3}, {"pin": "p", "rank": 1})["u"] == "padb"
    assert lists({"pin": "d", "rank": 4}, {"pin": "p", "rank": 2})["v"] == "bpd"


def test_touched_refused_and_unknown_items_are_not_pinned():
    assert lists({"pin": "c"})["v"] == "bp"
    assert lists({"pin": "unknown"})["u"] == "abcd"
    barred = table(Refusal, [("1: own", "p", "u")])
    assert lists({"pin": "p"}, refused=[barred]) == {"u": "abcd", "v": "pb", "w": "p"}


def test_nothing_gives_nothing():
    assert len(pin(empty(Candidate), empty(User), CATALOGUE, SEEN, [], rules=parse_rules([{"pin": "a"}]), top=3)) == 0
