import pandas as pd

from slipstream.tasks.data.humans import find_robots, without
from slipstream.tasks.tables import Event, empty
from tests.worlds import START, table


def traces(user, seconds, distinct=True):
    return [
        (user, f"i{place if distinct else 0}", "view", START + pd.Timedelta(seconds=second), None)
        for place, second in enumerate(seconds)
    ]


def robots(rows, **knobs):
    limits = {"max_per_hour": 100, "max_items_per_minute": 3, "busy_minutes": 2, **knobs}
    return find_robots(table(Event, rows), **limits)["user_id"].tolist()


def test_too_many_in_any_hour_across_the_clock():
    hasty = traces("hasty", range(3000, 3000 + 4 * 600, 600), distinct=False)
    calm = traces("calm", range(0, 4 * 1200, 1200), distinct=False)
    assert robots(hasty + calm, max_per_hour=3) == ["hasty"]


def test_just_as_many_as_allowed_is_a_person():
    assert robots(traces("u", range(3), distinct=False), max_per_hour=3) == []


def test_sweeping_in_several_minutes():
    sweep = traces("sweep", [0, 1, 2, 3, 60, 61, 62, 63])
    once = traces("once", [0, 1, 2, 3, 60])
    again = traces("again", [0, 1, 2, 3, 60, 61, 62, 63], distinct=False)
    assert robots(sweep + once + again) == ["sweep"]


def test_people_stay(robot):
    assert without(
        robot.events, find_robots(empty(Event), max_per_hour=1, max_items_per_minute=1, busy_minutes=1)
    ).equals(robot.events)
    rows = table(Event, traces("a", [0]) + traces("b", [0]))
    assert without(rows, pd.DataFrame({"user_id": ["a"]}, dtype="str"))["user_id"].tolist() == ["b"]


def test_no_traces_no_robots():
    assert robots([]) == []
