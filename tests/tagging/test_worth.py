import pandas as pd
import pytest

from slipstream.tasks.kinds import Kind
from slipstream.tasks.tables import Interaction, ItemTagScore, KindWorth, UserTag, columns, empty
from slipstream.tasks.tagging.worth import choose_worths
from tests.worlds import AS_OF, table

BORNE = table(ItemTagScore, [(tag + number, tag, 1.0, "") for tag in ("heart", "skin") for number in "123"])
KINDS = {"like": Kind("medium", 1.0), "view": Kind("weak", 1.0), "search": Kind("strong", 3.0)}
KNOBS = {"kinds": KINDS, "as_of": AS_OF, "shrinkage": 1.0, "sharpness": 1.0, "users": 100}
PEOPLE = [f"u{number:02d}" for number in range(20)]


def traces(*made):
    """Everybody did the same: (item, kind, days ago)."""
    rows = [
        (user, item, 1.0, "medium", kind, AS_OF - pd.Timedelta(days=days))
        for user in PEOPLE
        for item, kind, days in made
    ]
    return table(Interaction, rows)


def wanting(tag):
    return table(UserTag, [(user, tag, 1.0) for user in PEOPLE])


def chosen(interactions, wanted, **knobs):
    found = choose_worths(interactions, BORNE, wanted, **{**KNOBS, **knobs})
    return found.set_index("kind")


def test_a_kind_that_misleads_loses_its_weight():
    made = traces(("heart1", "view", 1), ("heart2", "view", 1), ("skin1", "like", 1))
    found = chosen(made, wanting("skin"))
    assert found.loc["view", "weight"] < found.loc["like", "weight"]
    assert found["gain"].max() > 0


def test_what_people_left_behind_fades():
    made = traces(*[(f"heart{number}", "view", 40 + number) for number in (1, 2, 3)], ("skin1", "view", 1))
    kinds = {"view": Kind("weak", 1.0)}
    found = chosen(made, wanting("skin"), kinds=kinds)
    assert 0 < found.loc["view", "half_life_days"] < 40
    assert found.loc["view", "weight"] == 1


def test_nothing_changes_without_gain():
    made = traces(("heart1", "view", 1), ("heart2", "like", 9))
    found = chosen(made, wanting("heart"))
    assert found["weight"].to_dict() == {"like": 1, "search": 3, "view": 1}
    assert (found["half_life_days"] == 0).all()
    assert (found["gain"] == 0).all()


def test_traces_from_as_of_on_are_not_seen():
    made = traces(("heart1", "view", 1))
    late = made.assign(at=AS_OF, item_id="skin1", kind="like")
    both = pd.concat([made, late], ignore_index=True)
    pd.testing.assert_frame_equal(chosen(both, wanting("skin")), chosen(made, wanting("skin")))


@pytest.mark.parametrize("made", [traces(("heart1", "view", 1)), empty(Interaction)])
def test_without_anything_wanted_kinds_stay_as_they_are(made):
    found = choose_worths(made, BORNE, empty(UserTag), **KNOBS)
    assert list(found.columns) == columns(KindWorth)
    assert found["weight"].tolist() == [1, 3, 1]
