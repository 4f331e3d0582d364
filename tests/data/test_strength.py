import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.data.strength import contribution, weigh
from slipstream.tasks.kinds import Kind
from slipstream.tasks.tables import Answer, Event, Interaction, KindContribution, Search, empty
from tests.worlds import table

AS_OF = pd.Timestamp("2024-02-01T00:00:00Z").to_pydatetime()
KINDS = {
    "view": Kind("weak", 1.0, half_life_days=10, cap=2),
    "like": Kind("medium", 2.0),
    "hide": Kind("medium", -1.0),
    "search": Kind("strong", 3.0),
    "answer": Kind("strong", 3.0),
}


def days_ago(days):
    return pd.Timestamp(AS_OF) - pd.Timedelta(days=days)


def events(*traces):
    return table(Event, [(user, item, kind, days_ago(days), None) for user, item, kind, days in traces])


def weights(given, searches=None):
    found = weigh(given, empty(Search) if searches is None else searches, kinds=KINDS, as_of=AS_OF)
    return [(row.item_id, row.kind, row.strength, round(float(row.weight), 4)) for row in found.itertuples()]


def test_weight_fades_by_half_life():
    found = weights(
        events(("u", "a", "view", 10), ("u", "b", "view", 20), ("u", "c", "like", 999), ("u", "d", "hide", 1))
    )
    assert found == [
        ("a", "view", "weak", 0.5),
        ("b", "view", "weak", 0.25),
        ("c", "like", "medium", 2.0),
        ("d", "hide", "medium", -1.0),
    ]


def test_nothing_at_or_after_as_of_is_seen():
    assert weights(events(("u", "a", "like", 0), ("u", "b", "like", -1), ("u", "c", "like", 1e-6))) == [
        ("c", "like", "medium", 2.0)
    ]


def test_only_the_newest_traces_up_to_the_cap_count():
    found = weights(events(*[("u", "a", "view", days) for days in (40, 10, 20, 30)], ("v", "a", "view", 30)))
    assert [weight for *_, weight in found] == [0.25, 0.5, 0.125]


def test_a_trace_given_twice_counts_once():
    assert len(weights(events(("u", "a", "like", 1), ("u", "a", "like", 1)))) == 1


def test_a_value_counts_relative_to_what_is_usual_with_the_user():
    played = [("u", "a", 30.0), ("u", "b", 10.0), ("u", "c", 2.0), ("u", "d", None), ("v", "a", 500.0)]
    given = table(Event, [(user, item, "play", days_ago(1), value) for user, item, value in played])
    kinds = {**KINDS, "play": Kind("medium", 2.0, by_value=True)}
    found = weigh(given, empty(Search), kinds=kinds, as_of=AS_OF)
    assert found["weight"].tolist() == pytest.approx([4, 2, 2 * np.log2(1.2), 2, 2])
    flat = weigh(given, empty(Search), kinds={**KINDS, "play": Kind("medium", 2.0)}, as_of=AS_OF)
    assert flat["weight"].tolist() == [2] * 5


def test_a_trace_given_twice_counts_once_with_its_larger_value():
    given = table(Event, [("u", "a", "play", days_ago(1), value) for value in (1.0, 3.0)])
    kinds = {**KINDS, "play": Kind("medium", 1.0, by_value=True)}
    assert weigh(given, empty(Search), kinds=kinds, as_of=AS_OF)["weight"].tolist() == [1.0]


def test_opened_searches_are_strong():
    searches = table(Search, [("u", "heart", days_ago(1), "a"), ("u", "heart", days_ago(2), None)])
    assert weights(empty(Event), searches) == [("a", "search", "strong", 3.0)]


def test_a_kind_without_worth_is_named():
    with pytest.raises(ValueError, match=r"first: 'rating'.*known are answer, hide"):
        weights(events(("u", "a", "rating", 1)))


def test_the_order_of_rows_does_not_matter_and_nothing_is_changed():
    given = events(*[("u", "a", "view", days) for days in (4, 1, 2, 3)], ("v", "b", "like", 1))
    before = given.copy()
    one = weigh(given, empty(Search), kinds=KINDS, as_of=AS_OF)
    pd.testing.assert_frame_equal(one, weigh(given[::-1], empty(Search), kinds=KINDS, as_of=AS_OF))
    pd.testing.assert_frame_equal(given, before)
    pd.testing.assert_frame_equal(one, Interaction.validate(one))


def test_contribution_is_a_share_of_absolute_weight():
    answers = table(Answer, [("u", "q", "heart", 1.0, days_ago(1)), ("v", "q", "heart", 1.0, days_ago(-1))])
    given = events(("u", "a", "like", 1), ("v", "a", "like", 1), ("u", "b", "hide", 1))
    weighed = weigh(given, empty(Search), kinds=KINDS, as_of=AS_OF)
    halves = [weighed[:1], weighed[1:]]
    table_ = contribution(halves, answers, kinds=KINDS, as_of=AS_OF).set_index("kind")
    assert table_["weight"].to_dict() == {"answer": 3.0, "hide": 1.0, "like": 4.0}
    assert np.isclose(table_["share"].to_list(), [3 / 8, 1 / 8, 4 / 8]).all()
    assert table_["worth"].to_dict() == {"answer": 3.0, "hide": -1.0, "like": 2.0}
    assert table_["half_life_days"].to_dict() == {"answer": 0.0, "hide": 0.0, "like": 0.0}
    assert table_.loc["like", ["traces", "users", "items"]].tolist() == [2, 2, 1]
    assert table_.loc["answer", ["traces", "users", "items"]].tolist() == [1, 1, 0]


def test_nothing_contributes_nothing():
    none = contribution([empty(Interaction)], empty(Answer), kinds=KINDS, as_of=AS_OF)
    assert none.dtypes.to_dict() == empty(KindContribution).dtypes.to_dict()
    assert weights(empty(Event)) == []
