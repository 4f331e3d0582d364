import pandas as pd

from slipstream.tasks.data.humans import find_robots, without, without_repeats
from slipstream.tasks.tables import Event, empty
from tests.worlds import START, table

LIMITS = {
    "max_per_hour": 100,
    "max_items_per_minute": 3,
    "busy_minutes": 2,
    "max_items_per_day": 500,
    "awake_hours": 24.0,
    "regularity": 0.1,
}


def traces(user, seconds, distinct=True):
    return [
        (user, f"i{place if distinct else 0}", "view", START + pd.Timedelta(seconds=second), None)
        for place, second in enumerate(seconds)
    ]


def robots(rows, **knobs):
    return find_robots(table(Event, rows), **{**LIMITS, **knobs})["user_id"].tolist()


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


def test_who_sees_more_in_a_day_than_there_is_time_for():
    broad = traces("broad", [place * 7000 + place % 5 for place in range(12)])
    again = traces("again", [place * 7000 + place % 5 for place in range(12)], distinct=False)
    slow = traces("slow", [place * 11_000 + place % 5 for place in range(12)])
    assert robots(broad + again + slow, max_items_per_day=10) == ["broad"]


def test_who_never_sleeps():
    hours = [place + (place % 3) / 4 for place in range(26)]
    awake = traces("awake", [hour * 3600 for hour in hours])
    sleeper = traces("sleeper", [(hour + 3 * (hour > 15)) * 3600 for hour in hours])
    daily = traces("daily", [place * 86_400 for place in range(60)])
    assert robots(awake + sleeper + daily, regularity=0.0) == ["awake"]


def test_who_goes_on_like_a_clock():
    clock = traces("clock", [place * 60 + place % 3 for place in range(31)])
    twice = traces("twice", [place // 2 * 60 + place // 2 % 3 for place in range(62)])
    short = traces("short", [place * 60 for place in range(30)])
    reader = traces("reader", [place * 60 + 40 * (place % 2) for place in range(40)])
    daily = traces("daily", [place * 86_400 for place in range(60)])
    after_a_year = traces("later", [0, *(3e7 + place * 60 for place in range(31))])
    found = robots(clock + twice + short + reader + daily + after_a_year)
    assert found == ["clock", "later", "twice"]


def test_what_is_logged_at_one_moment_has_no_rhythm():
    assert robots(traces("import", [0] * 99)) == []


def test_a_trace_logged_again_counts_once():
    rows = [
        *traces("u", [0, 20, 40, 200], distinct=False),
        ("u", "i0", "like", START, None),
        ("v", "i0", "view", START, None),
    ]
    kept = without_repeats(table(Event, rows), seconds=60)
    seconds = (kept["at"] - START).dt.total_seconds()
    assert list(zip(kept["user_id"], kept["kind"], seconds, strict=True)) == [
        ("u", "like", 0),
        ("u", "view", 0),
        ("u", "view", 200),
        ("v", "view", 0),
    ]
    assert len(without_repeats(empty(Event), seconds=60)) == 0


def test_people_stay(robot):
    assert without(robot.events, find_robots(empty(Event), **LIMITS)).equals(robot.events)
    rows = table(Event, traces("a", [0]) + traces("b", [0]))
    assert without(rows, pd.DataFrame({"user_id": ["a"]}, dtype="str"))["user_id"].tolist() == ["b"]


def test_no_traces_no_robots():
    assert robots([]) == []
