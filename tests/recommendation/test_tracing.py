from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.diversity import diversify
from slipstream.tasks.recommendation.evidence import Evidence, Likeness
from slipstream.tasks.recommendation.pins import pin
from slipstream.tasks.recommendation.ranker import RankingModel
from slipstream.tasks.recommendation.reasons import explain
from slipstream.tasks.recommendation.rules import parse_rules
from slipstream.tasks.recommendation.serving import ranked_items
from slipstream.tasks.recommendation.stages import Choice, Rules, Stages
from slipstream.tasks.recommendation.tracing import Outcome, trace
from slipstream.tasks.tables import (
    Candidate,
    CatalogueItem,
    Interaction,
    Item,
    ItemTagScore,
    Metric,
    Neighbour,
    RankingFeature,
    Refusal,
    User,
    UserTagScore,
    empty,
)
from slipstream.tasks.vectors import ItemEmbedding
from tests.worlds import AS_OF, table

YESTERDAY = AS_OF - timedelta(days=1)
USERS = table(User, [("u",), ("new",)])
ITEMS = table(
    Item,
    [
        *((item, f"Film {item}", "", None, None) for item in "abcdehsz"),
        ("later", "To come", "", None, AS_OF + timedelta(days=1)),
    ],
)
TRACES = table(
    Interaction,
    [
        ("u", "s", 2.0, "medium", "like", YESTERDAY),
        ("u", "s", 1.0, "weak", "view", YESTERDAY - timedelta(days=1)),
        ("v", "a", 2.0, "medium", "like", YESTERDAY),
    ],
)
KNN = table(Candidate, [("u", "a", "knn", 1, 0.9), ("u", "b", "knn", 2, 0.6), ("u", "e", "knn", 3, 0.1)])
POPULAR = table(
    Candidate,
    [("u", item, "popular", rank, 9.0 - rank) for rank, item in enumerate("cba", 1)]
    + [("new", item, "popular", rank, 9.0 - rank) for rank, item in enumerate("sabc", 1)],
)
FEATURES = RankingFeature.validate(
    pd.DataFrame(
        {
            "user_id": ["u", "u", "u", "new"],
            "item_id": ["a", "b", "c", "a"],
            "source_knn__rank": np.array([1, 0.5, 0, 0], np.float32),
            "source_knn__share": np.array([1, 0.6, 0, 0], np.float32),
            "source_popular__rank": np.array([0.3, 0.5, 1, 0.5], np.float32),
            "source_popular__share": np.array([0.75, 0.9, 1, 0.9], np.float32),
        }
    )
)
TAGS = table(ItemTagScore, [("a", "noir", 0.9, ""), ("b", "noir", 0.8, "")])
NEAR = [table(Neighbour, [("s", "a", 1.0), ("s", "b", 1.0)])]
EVIDENCE = Evidence(TRACES, empty(UserTagScore), Likeness(ITEMS, TAGS, NEAR))


NOWHERE = ItemEmbedding(pd.Index([], dtype="str"), np.zeros((0, 1), np.float32))
HIDING = table(Refusal, [("1: hide h", "h", None)])


def made(serve="blend", *, top=2, quotas=None, pins=(), refused=HIDING, fallbacks=(), active_days=0.0):
    """Serve the world as the pipeline does."""
    rules = Rules(AS_OF, top, active_days, quotas or {})
    model = RankingModel((), {"knn": 0.75, "popular": 0.25}, serve, empty(Metric))
    depth = 3 * top if quotas else top
    ranked = ranked_items(
        model, [FEATURES], [TRACES], USERS, [[one] for one in (*fallbacks, POPULAR)], [refused], top=depth
    )
    choice = None
    if quotas:
        before, ranked = ranked, diversify(ranked, TAGS, NOWHERE, diversity=0.0, quotas=quotas, top=top)
        choice = Choice(before, ranked, NOWHERE)
    catalogue = table(CatalogueItem, [(item,) for item in "abcdehsz"])
    ranked = pin(ranked, USERS, catalogue, TRACES, [refused], rules=parse_rules(pins), top=top)
    by_user = [FEATURES], [TRACES], [EVIDENCE.user_tags]
    lists = pd.concat(explain(ranked, model, *by_user, EVIDENCE.likeness, language="en", kinds={}))
    pool = pd.concat([KNN[KNN["rank"] <= 2], POPULAR], ignore_index=True)
    others = {f"other_{number}": fallback for number, fallback in enumerate(fallbacks)}
    sources = {"knn": KNN, "popular": POPULAR}
    told = sources, pool, FEATURES, model, others | {"popular": POPULAR}, lists, rules, [refused], choice
    return Stages(EVIDENCE, *told)


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        ("a", Outcome.SHOWN),
        ("c", Outcome.OUTRANKED),
        ("s", Outcome.SEEN),
        ("h", Outcome.REFUSED),
        ("later", Outcome.ABSENT),
        ("unheard", Outcome.ABSENT),
        ("d", Outcome.UNPROPOSED),
        ("e", Outcome.CUT),
    ],
)
def test_the_first_stage_that_an_item_did_not_pass_is_named(item, outcome):
    assert trace("u", item, made()).outcome == outcome


def test_a_candidate_that_the_served_source_does_not_know_has_no_place():
    stages = made("knn")
    alone = replace(stages, fallbacks={})
    assert trace("u", "c", alone).outcome == Outcome.UNPLACED
    assert trace("u", "c", stages).place.source == "popular"


def test_a_shown_item_has_its_reason_and_what_speaks_for_it():
    found = trace("u", "a", made())
    assert (found.shown.rank, found.reason) == (1, "because you liked Film s")
    assert [(family, words) for family, weight, words in found.arguments if weight > 0] == [
        ("touched", "because you liked Film s"),
        ("popular", "popular with everyone"),
    ]


def test_the_line_is_what_serving_would_go_on_with():
    found = trace("u", "c", made())
    assert (found.place.rank, found.line) == (3, 3)
    assert (found.last.item_id, found.last.rank) == ("b", 2)
    longer = made(top=3).lists
    assert list(longer.loc[longer["user_id"] == "u", "item_id"]) == ["a", "b", "c"]


def test_contributions_tell_the_item_from_the_last_one_shown():
    parts = trace("u", "c", made()).contributions
    heard = np.log(0.02 + np.array([0.25, 0.75 * 0.6 + 0.25 * 0.9])) - np.log(0.02)
    assert parts.loc["source_knn"].to_list() == pytest.approx([0, heard[1] * 0.45 / 0.675])
    assert parts.loc["source_popular"].to_list() == pytest.approx([heard[0], heard[1] * 0.225 / 0.675])


def test_a_single_source_needs_no_contributions():
    assert trace("u", "a", made("knn")).contributions.empty


def test_sources_say_what_rank_they_gave_and_where_they_end():
    voices = {voice.source: voice for voice in trace("u", "b", made(fallbacks=[POPULAR[:0]])).voices}
    assert (voices["knn"].rank, voices["knn"].count, voices["knn"].fallback) == (2, 3, False)
    assert voices["knn"].least == pytest.approx(0.1)
    assert (voices["other_0"].rank, voices["other_0"].least, voices["other_0"].fallback) == (None, None, True)


def test_a_refused_item_has_the_place_it_would_have_without_rules():
    stages = made(refused=table(Refusal, [("1: never noir", "a", None), ("1: never noir", "b", None)]))
    found = trace("u", "b", stages)
    assert (found.outcome, found.rule, found.place.rank, found.moved) == (Outcome.REFUSED, "1: never noir", 2, None)
    assert trace("u", "c", stages).shown.rank == 1


def test_too_much_of_one_tag_is_told():
    stages = made(top=3, quotas={"*": 1})
    assert trace("u", "b", stages).moved == ("1 of tag 'noir' stand before it", 2, 3)
    assert trace("u", "c", stages).moved == ("others fell behind it", 3, 2)
    assert trace("u", "a", stages).moved is None


def test_an_item_that_diversity_moved_out_of_the_list_was_moved():
    found = trace("u", "b", made(top=2, quotas={"noir": 1}))
    assert (found.outcome, found.moved) == (Outcome.MOVED, ("1 of tag 'noir' stand before it", 2, 0))


def test_pins_move_and_are_told():
    stages = made(top=2, pins=[{"pin": "d"}])
    assert trace("u", "d", stages).moved == ("a rule pins it", 0, 1)
    assert trace("u", "d", stages).reason == "picked by the editors"
    assert trace("u", "a", stages).moved == ("pinned items stand before it", 1, 2)
    assert trace("u", "b", stages).outcome == Outcome.MOVED


def test_who_has_no_traces_is_served_by_fallbacks():
    found = trace("new", "b", made())
    assert (found.traces, found.outcome, found.place.rank, found.place.source) == (0, Outcome.OUTRANKED, 3, "popular")
    assert trace("new", "a", made()).shown.source == "popular"


def test_the_past_of_the_pair_is_told_newest_first():
    assert [kind for kind, _ in trace("u", "s", made()).past] == ["like", "view"]


def test_absence_has_its_cause():
    assert trace("u", "later", made()).absence == "unpublished"
    assert trace("u", "d", made(active_days=7)).absence == "inactive"
    assert trace("u", "unheard", made()).absence == "unknown"
    assert trace("u", "d", made()).catalogue == 8


def test_every_item_of_every_list_is_told_as_shown():
    stages = made(top=3, quotas={"*": 1}, pins=[{"pin": "z", "rank": 2}])
    for row in stages.lists.itertuples():
        found = trace(row.user_id, row.item_id, stages)
        assert (found.outcome, found.shown.rank, found.reason) == (Outcome.SHOWN, row.rank, row.reason)
