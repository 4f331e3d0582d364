import pandas as pd
import pytest

from slipstream.tasks import user_blocks
from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.tables import (
    Answer,
    Interaction,
    Item,
    ItemTag,
    ItemTagScore,
    QueryTag,
    UserTagScore,
    columns,
    empty,
)
from slipstream.tasks.tagging.interest import score_user_tags
from tests.worlds import AS_OF, joined, moment, table

BORNE = table(
    ItemTagScore,
    [
        ("alien", "space", 0.9, ""),
        ("alien", "horror", 0.6, ""),
        ("laura", "noir", 0.8, ""),
        ("solaris", "space", 0.8, ""),
    ],
)
TITLES = table(Item, [(item, item.title(), "", "en", None) for item in ("alien", "laura")])


def did(*rows):
    return table(Interaction, [(user, item, weight, "medium", "like", moment(1)) for user, item, weight in rows])


def frames(interactions=None, answers=None, queries=None, **knobs):
    tables = (
        [empty(Interaction) if interactions is None else interactions],
        BORNE,
        empty(Answer) if answers is None else answers,
        empty(QueryTag) if queries is None else queries,
        TITLES,
    )
    return score_user_tags(*tables, kinds=parse_kinds({}), as_of=AS_OF, **knobs)


def scored(*tables, **knobs):
    return joined(frames(*tables, **knobs))


def of(scores, user):
    mine = scores[scores["user_id"] == user]
    return dict(zip(mine["tag"], mine["score"], strict=True))


def test_the_score_is_the_weighted_mean_of_the_tags():
    found = of(scored(did(("u", "alien", 2.0), ("u", "laura", 1.0)), shrinkage=0.0, lift=0.0), "u")
    assert found == {
        "space": pytest.approx(2 * 0.9**3 / 3, abs=1e-6),
        "horror": pytest.approx(2 * 0.6**3 / 3, abs=1e-6),
        "noir": pytest.approx(0.8**3 / 3, abs=1e-6),
    }


def test_answers_alone_and_searches_alone_are_enough():
    answers = table(Answer, [("u", "q", "noir", 1.0, moment(1))])
    queries = table(QueryTag, [("v", "space film", "space", moment(1))])
    found = scored(answers=answers, queries=queries, shrinkage=0.0)
    assert found[["user_id", "tag", "evidence"]].to_numpy().tolist() == [
        ["u", "noir", "chose noir"],
        ["v", "space", "searched for 'space film'"],
    ]


def test_a_negative_answer_lowers():
    liked = did(("u", "alien", 2.0))
    no_horror = table(Answer, [("u", "q", "horror", -1.0, moment(1))])
    assert "horror" in of(scored(liked, shrinkage=0.0), "u")
    assert "horror" not in of(scored(liked, no_horror, shrinkage=0.0), "u")


def test_few_traces_lean_on_everybody():
    others = [(f"x{number}", "laura", 9.0) for number in range(9)]
    found = scored(did(("u", "alien", 1.0), *others), shrinkage=5.0, lift=0.0)
    assert of(found, "u")["noir"] > of(found, "u")["space"]
    assert found.set_index(["user_id", "tag"]).loc[("u", "noir"), "evidence"] == "widely liked"


def test_lift_favours_what_is_rare_among_others():
    rows = [("u", "alien", 1.0), ("u", "laura", 1.0), *[(f"x{number}", "alien", 1.0) for number in range(20)]]
    plain, lifted = (of(scored(did(*rows), shrinkage=0.0, lift=lift), "u") for lift in (0.0, 0.5))
    assert plain["space"] > plain["noir"]
    assert lifted["space"] < lifted["noir"]


def test_evidence_names_the_strongest_traces():
    found = scored(did(("u", "alien", 2.0), ("u", "solaris", 1.0)), shrinkage=0.0).set_index(["user_id", "tag"])[
        "evidence"
    ]
    assert found["u", "space"] == "liked Alien; liked solaris"
    assert found["u", "horror"] == "liked Alien"


def test_the_future_is_not_seen():
    late = did(("u", "alien", 1.0)).assign(at=AS_OF)
    assert scored(late).empty


def test_top_bounds_the_tags_of_a_user():
    assert len(scored(did(("u", "alien", 2.0), ("u", "laura", 1.0)), top=2)) == 2


def test_the_order_of_rows_does_not_matter():
    rows = did(("u", "alien", 2.0), ("v", "laura", 1.0), ("u", "laura", 0.1), ("v", "alien", -0.3))
    pd.testing.assert_frame_equal(scored(rows), scored(rows.iloc[::-1].reset_index(drop=True)))


def test_some_users_at_a_time_give_what_all_give(monkeypatch):
    rows = [(f"u{number}", item, number + 1.0) for number in range(5) for item in ("alien", "laura")]
    answers = table(Answer, [(user, "q", "noir", 1.0, moment(1)) for user in ("a", "u2", "u4", "z")])
    whole = scored(did(*rows), answers)
    assert set(whole["user_id"]) == {"a", "z", *(f"u{number}" for number in range(5))}
    monkeypatch.setattr(user_blocks, "ROWS", 2)
    parts = list(frames(did(*rows), answers))
    assert len(parts) == 6
    pd.testing.assert_frame_equal(joined(parts), whole)


def test_nothing_gives_nothing():
    found = scored()
    assert found.empty
    assert list(found.columns) == columns(UserTagScore)


def test_tags_that_many_people_give_themselves_are_raised():
    rows = did(("u", "alien", 1.0))
    given = table(ItemTag, [("alien", "horror", 1.0, f"x{number}", None) for number in range(9)])
    plain, named = (of(scored(rows, given=given, shrinkage=0.0, naming=naming), "u") for naming in (0.0, 1.0))
    assert plain["space"] > plain["horror"]
    assert named["space"] < named["horror"]


def test_answers_and_traces_merge():
    answers = table(Answer, [("u", "q", "noir", 1.0, moment(1))])
    both = of(scored(did(("u", "alien", 1.0)), answers, shrinkage=0.0), "u")
    assert both.keys() == of(scored(did(("u", "alien", 1.0)), shrinkage=0.0), "u").keys() | {"noir"}
    assert max(both, key=both.get) == "noir"


def test_a_declared_dislike_wins_over_a_few_traces_and_many_traces_over_it():
    no_space = table(Answer, [("u", "q", "space", -1.0, moment(1))])
    assert "space" not in of(scored(did(("u", "alien", 1.0)), no_space, shrinkage=0.0), "u")
    assert "space" in of(scored(did(("u", "alien", 9.0)), no_space, shrinkage=0.0), "u")
