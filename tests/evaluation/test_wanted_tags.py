from slipstream.tasks.evaluation.wanted_tags import count_later_tags, list_applied_tags
from slipstream.tasks.tables import ItemTag
from tests.evaluation.cases import AFTER, BEFORE, traces
from tests.worlds import table

GIVEN = table(
    ItemTag,
    [
        ("alien", "space", 1.0, "u", None),
        ("alien", "space", 1.0, "v", None),
        ("solaris", "space", 1.0, "v", None),
        ("laura", "noir", 1.0, "v", None),
        ("laura", "noir", 1.0, None, None),
    ],
)
SEEN = traces([("u", "heat"), ("v", "heat")], BEFORE)


def test_items_of_later_traces_are_counted_by_tag():
    later = traces([("u", "alien"), ("u", "alien"), ("u", "solaris"), ("u", "laura")], AFTER)
    found = count_later_tags(later, SEEN, GIVEN, relevant=("strong",))
    assert found.to_numpy().tolist() == [["u", "noir", 1.0], ["u", "space", 2.0]]


def test_newcomers_dislikes_and_weak_traces_are_not_judged():
    newcomer, disliked = traces([("x", "alien")], AFTER), traces([("u", "alien")], AFTER, weight=-1.0)
    weak = traces([("u", "alien")], AFTER, strength="weak")
    assert all(count_later_tags(rows, SEEN, GIVEN, relevant=("strong",)).empty for rows in (newcomer, disliked, weak))


def test_people_are_judged_by_the_tags_they_gave():
    found = list_applied_tags(GIVEN, SEEN, min_tags=2)
    assert found.to_numpy().tolist() == [["v", "noir", 1.0], ["v", "space", 1.0]]
    assert set(list_applied_tags(GIVEN, SEEN[:1], min_tags=1)["user_id"]) == {"u"}
