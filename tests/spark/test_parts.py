"""Functions on parts of the users give what they give on all of them, also when a worker dies."""

from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from slipstream.tasks.data.strength import weigh
from slipstream.tasks.kinds import DEFAULT_KINDS, Kind
from slipstream.tasks.spark import by_users, cluster
from slipstream.tasks.spark.parts import load
from slipstream.tasks.tables import Event, Interaction, Search, empty
from tests.clusters import shelf, with_a_worker_killed
from tests.worlds import AS_OF, START, table

pytestmark = pytest.mark.spark
NAMES = ["10", "9", "A", "a", "ß", "é", "心臓", "😀"]  # in an order that is not that of their code points
KINDS = {**DEFAULT_KINDS, "play": Kind("weak", 1.0, 30.0, 2, by_value=True)}
WORK = partial(weigh, kinds=KINDS, as_of=AS_OF.to_pydatetime())


def log(users, traces):
    """Make up traces of every kind, some of them twice, in no order."""
    chance = np.random.default_rng(0)
    rows = users * traces
    events = pd.DataFrame(
        {
            "user_id": [f"{NAMES[n % len(NAMES)]}{n % users}" for n in range(rows)],
            "item_id": chance.integers(40, size=rows).astype(str),
            "kind": chance.choice(["view", "like", "bookmark", "play"], size=rows),
            "at": START + pd.to_timedelta(chance.integers(40 * 86400, size=rows), unit="s"),
            "value": np.where(chance.random(rows) < 0.5, chance.random(rows), np.nan),
        }
    )
    searches = events.iloc[::7].assign(query="q")[["user_id", "query", "at", "item_id"]]
    events = pd.concat([events, events.iloc[::11]]).sample(frac=1, random_state=1)
    return Event.validate(events.reset_index(drop=True)), Search.validate(searches.reset_index(drop=True))


def test_traces_weigh_the_same_and_stand_in_the_same_order_also_when_a_worker_is_killed(standalone, tmp_path):
    tables = log(users=2000, traces=20)
    with cluster({}, tmp_path) as spark:
        job = partial(by_users, spark, WORK, Interaction, shelf(tmp_path, *tables))
        made = with_a_worker_killed(standalone, job)
    pd.testing.assert_frame_equal(made, WORK(*tables), check_exact=True)


def test_no_rows_make_no_rows(standalone, tmp_path):
    del standalone
    with cluster({}, tmp_path) as spark:
        made = by_users(spark, WORK, Interaction, shelf(tmp_path, empty(Event), empty(Search)))
    pd.testing.assert_frame_equal(made, empty(Interaction))


def test_files_are_read_in_their_order_as_the_given_types(tmp_path):
    first, second = (table(Interaction, [(user, "i", 1.0, "weak", "view", START)]) for user in "ab")
    shelf(tmp_path, first, second)
    made = load(tmp_path, pa.Schema.from_pandas(first))
    pd.testing.assert_frame_equal(made, pd.concat([first, second], ignore_index=True))
    assert len(load(tmp_path / "none", pa.Schema.from_pandas(first))) == 0
