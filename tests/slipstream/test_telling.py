from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks.recommendation.stages import Rules
from slipstream.tasks.recommendation.tracing import Outcome, Place, Trace, Voice
from slipstream.telling import answer, lines, ordinal
from tests.worlds import AS_OF

RULES = Rules(AS_OF, top=2, spaces=("AlsItemEmbedding",), kinds={"like": {"verb": "watched"}})
PARTS = pd.DataFrame(
    {"item": [0.5, 0.25, np.nan], "last": [1.5, 0.25, np.nan]}, index=["embedding_0", "source_knn", "user"]
)
OUTRANKED = Trace(
    user_id="u",
    item_id="a",
    outcome=Outcome.OUTRANKED,
    traces=12,
    catalogue=1000,
    absence="",
    rule="",
    past=(),
    voices=(Voice("knn", 5, 0.9, 100, 0.1, fallback=False), Voice("popular", None, None, 0, None, fallback=True)),
    pooled=("knn",),
    serve="ranker",
    line=212,
    place=Place("a", 57, -1.5, "ranker"),
    last=Place("b", 2, 0.5, "ranker"),
    contributions=PARTS,
    moved=None,
    shown=None,
    reason="",
    arguments=(("touched", 0.5, "because you watched Laura"), ("popular", 0.0, "")),
)
NOWHERE = replace(OUTRANKED, place=None, line=0, contributions=PARTS[:0], arguments=(), pooled=())


def told(found):
    return list(lines(found, RULES, {"a": "Alpha", "b": "Beta"}))


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            OUTRANKED,
            (
                "not shown: ranked 57th of 212 candidates, the first 2 are shown; it falls behind the last of them by "
                "closeness to what the user touched, AlsItemEmbedding (-1.000)"
            ),
        ),
        (
            replace(OUTRANKED, contributions=PARTS[1:]),
            "not shown: ranked 57th of 212 candidates, the first 2 are shown",
        ),
        (
            replace(OUTRANKED, outcome=Outcome.SHOWN, shown=Place("a", 1, 2.0, "ranker"), reason="new"),
            "shown at rank 1, new",
        ),
        (replace(NOWHERE, outcome=Outcome.SEEN, past=(("like", AS_OF),)), "seen: watched on 2024-02-01"),
        (replace(NOWHERE, outcome=Outcome.REFUSED, rule="1: hide a"), "removed by rule 1: hide a"),
        (
            replace(OUTRANKED, outcome=Outcome.MOVED, moved=("1 of tag 'noir' stand before it", 2, 0)),
            "not shown: moved behind the places shown: moved from 2 to no place, as 1 of tag 'noir' stand before it",
        ),
        (
            replace(NOWHERE, outcome=Outcome.ABSENT, absence="unpublished"),
            "not in the catalogue as of 2024-02-01: it is published later",
        ),
        (replace(NOWHERE, outcome=Outcome.UNPROPOSED), "no source proposed it"),
        (
            replace(NOWHERE, outcome=Outcome.UNPROPOSED, traces=0),
            "no source proposed it (the user has no traces, so fallbacks are served)",
        ),
        (
            replace(NOWHERE, outcome=Outcome.UNPLACED, serve="fresh"),
            (
                "not shown: a candidate that what is served does not propose (fresh alone is served, "
                "the guard found no rival better)"
            ),
        ),
        (replace(NOWHERE, outcome=Outcome.CUT), "proposed, but cut from the pool of candidates"),
    ],
)
def test_the_answer_stands_on_one_line(found, line):
    assert answer(found, RULES) == line
    assert told(found)[0] == f"Alpha [a] for user u: {line}"


def test_stages_follow_in_order():
    page = told(OUTRANKED)
    starts = [line.split()[0] for line in page[1:] if line[:1].strip()]
    assert starts == ["user", "catalogue", "seen", "sources", "pool", "ranking", "rules", "list", "reason"]
    assert "user       12 traces, so the ranker's order is served" in page
    assert "pool       in, proposed by 1 of 1 sources" in page
    assert "ranking    57th of 212, score -1.500 by ranker" in page
    assert "list       not in it; the last place has Beta [b] at 2" in page


def test_a_refused_item_is_told_the_place_it_would_have():
    page = told(replace(OUTRANKED, outcome=Outcome.REFUSED, rule="2: never noir"))
    assert "ranking    would be 57th of 212, score -1.500 by ranker" in page
    assert "rules      removed by rule 2: never noir" in page


def test_contributions_stand_beside_those_of_the_last_one_shown_by_falling_difference():
    page = [" ".join(line.split()) for line in told(OUTRANKED)]
    first = page.index("this item the last difference")
    assert page[first + 1 : first + 5] == [
        "closeness to what the user touched, AlsItemEmbedding +0.500 +1.500 -1.000",
        "source knn +0.250 +0.250 +0.000",
        "habits of the user - - -",
        "start of every candidate -2.250 -1.250 -1.000",
    ]


def test_sources_are_a_table():
    page = [" ".join(line.split()) for line in told(OUTRANKED)]
    assert {"knn 5 0.9 100 0.1", "popular (fallback) - - 0 -"} <= set(page)


def test_what_is_missing_is_said_to_be():
    page = told(replace(NOWHERE, outcome=Outcome.ABSENT, absence="inactive", last=None, traces=0))
    assert "ranking    no place" in page
    assert "rules      not reached" in page
    assert "reason     none, as it is not shown" in page
    assert "list       not in it; the last place has none" in page


@pytest.mark.parametrize(("number", "text"), [(1, "1st"), (2, "2nd"), (13, "13th"), (23, "23rd"), (1011, "1,011th")])
def test_places_are_written_as_people_read_them(number, text):
    assert ordinal(number) == text
