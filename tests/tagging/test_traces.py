import pandas as pd
import pytest

from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.tables import Answer, QueryTag, empty
from slipstream.tasks.tagging.traces import declared_traces
from tests.worlds import AS_OF, moment, table

ANSWERS = table(
    Answer,
    [
        ("u", "q", "noir", 1.0, moment(1)),
        ("u", "q", "noir", -1.0, moment(2)),
        ("u", "q", "late", 1.0, AS_OF),
    ],
)
QUERIES = table(QueryTag, [("u", "space film", "space", AS_OF - pd.Timedelta(days=d)) for d in (10, 20, 30)])


def weights(answers, queries, kinds):
    found = declared_traces(answers, queries, parse_kinds(kinds), AS_OF)
    return dict(zip(found["words"], found["weight"], strict=True))


def test_the_last_answer_counts_and_the_future_does_not():
    assert weights(ANSWERS, empty(QueryTag), {}) == {"chose noir": -3.0}


def test_searches_fade_and_are_capped():
    found = weights(empty(Answer), QUERIES, {"search": {"weight": 1.0, "half_life_days": 10.0, "cap": 2}})
    assert found == {"searched for 'space film'": pytest.approx(0.5 + 0.25)}


def test_nothing_gives_nothing():
    assert declared_traces(empty(Answer), empty(QueryTag), parse_kinds({}), AS_OF).empty
