"""What is done to some users at a time, or to some rows, gives what is done to all at once."""

import numpy as np
import pandas as pd
import pytest

from slipstream.tasks import ranges
from slipstream.tasks.data import humans, splitting, strength
from slipstream.tasks.kinds import parse_kinds
from slipstream.tasks.ranges import Stored
from slipstream.tasks.tables import Event, Search, User, columns, empty
from tests.worlds import START

LIMITS = {
    "max_per_hour": 12,
    "max_items_per_minute": 3,
    "busy_minutes": 2,
    "max_items_per_day": 9,
    "awake_hours": 20.0,
    "regularity": 0.1,
}
AS_OF = (START + pd.Timedelta(days=2)).to_pydatetime()
KINDS = parse_kinds({"view": {"weight": 1.0, "half_life_days": 1.0, "cap": 2, "by_value": True}})


@pytest.fixture(params=[40, 10_000])
def few(request, monkeypatch):
    monkeypatch.setattr(ranges, "ROWS", request.param)


@pytest.fixture(scope="module")
def events():
    """Some people and a few robots, with repeated and tied traces."""
    chance = np.random.default_rng(0)
    count = 300
    frame = pd.DataFrame(
        {
            "user_id": np.char.add("u", chance.integers(0, 30, count).astype(str)),
            "item_id": np.char.add("i", chance.integers(0, 12, count).astype(str)),
            "kind": chance.choice(["view", "like"], count),
            "at": START + pd.to_timedelta(chance.integers(0, 72 * 12, count) * 300, unit="s"),
            "value": np.where(chance.random(count) < 0.3, np.nan, chance.integers(1, 60, count)),
        }
    )
    sweep = START + pd.to_timedelta(range(40), unit="s")
    hasty = [f"u{place % 2}x" for place in range(40)], [f"i{place}" for place in range(40)]
    swept = pd.DataFrame({"user_id": hasty[0], "item_id": hasty[1], "kind": "view", "at": sweep, "value": 1.0})
    clock = pd.DataFrame(
        {
            "user_id": "tick",
            "item_id": "i1",
            "kind": "view",
            "at": START + pd.to_timedelta(range(0, 4000, 100), unit="s"),
        }
    )
    whole = pd.concat([frame, swept, clock.assign(value=2.0)])
    return Event.validate(whole.sort_values(columns(Event), ignore_index=True))


@pytest.fixture(scope="module")
def searches():
    rows = [
        (f"u{user}", "heart", START + pd.Timedelta(hours=user), f"i{user}" if user % 3 else None) for user in range(30)
    ]
    return Search.validate(pd.DataFrame(rows, columns=columns(Search)).sort_values("user_id", ignore_index=True))


@pytest.fixture
def store(tmp_path):
    """Write tables in row groups of ten rows."""

    def write(*tables):
        paths = [tmp_path / f"{len(list(tmp_path.iterdir()))}-{number}.parquet" for number in range(len(tables))]
        for path, table in zip(paths, tables, strict=True):
            table.to_parquet(path, row_group_size=10)
        return Stored(tuple(paths))

    return write


def same(stream, row, whole):
    joined = row.validate(pd.concat(stream, ignore_index=True)).reset_index(drop=True)
    return len(whole) > 0 and joined.equals(whole.reset_index(drop=True))


@pytest.mark.usefixtures("few")
def test_traces_are_weighed_alike(events, searches, store):
    parts = strength.weigh_by_user(store(events), store(searches), kinds=KINDS, as_of=AS_OF)
    whole = strength.weigh(events, searches, kinds=KINDS, as_of=AS_OF)
    assert 0 < len(whole) < len(events)
    pd.testing.assert_frame_equal(type(whole)(pd.concat(parts, ignore_index=True)), whole)


@pytest.mark.usefixtures("few")
def test_the_same_robots_are_found(events, store):
    whole = humans.find_robots(events, **LIMITS)
    assert {"tick", "u0x", "u1x"} <= set(whole["user_id"])
    pd.testing.assert_frame_equal(humans.find_robots_by_user(store(events), **LIMITS), whole)


@pytest.mark.usefixtures("few")
def test_the_same_rows_are_left_out(events, store):
    nobody = User.validate(pd.DataFrame({"user_id": ["tick", "u3"]}))
    assert same(humans.without_in_parts(store(events), nobody), Event, humans.without(events, nobody))
    assert same(
        humans.without_repeats_by_user(store(events), seconds=900), Event, humans.without_repeats(events, seconds=900)
    )
    assert same(splitting.before_in_parts(store(events), as_of=AS_OF), Event, splitting.before(events, as_of=AS_OF))


@pytest.mark.usefixtures("few")
def test_tables_are_joined_alike_whichever_comes_first(events, store):
    left, right = events.iloc[::2].reset_index(drop=True), events.iloc[1::2].reset_index(drop=True)
    for tables in ((left, right), (right, left), (events, empty(Event))):
        assert same(splitting.join_by_user(store(*tables), row=Event), Event, events)
        cut = splitting.join_before(store(*tables), row=Event, as_of=AS_OF)
        assert same(cut, Event, splitting.before(events, as_of=AS_OF))
