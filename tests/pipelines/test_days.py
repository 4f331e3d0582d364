"""A log by day: each day is read once, nothing after as_of is seen, and models go on from the day before."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from slipstream.pipelines import Embeddings, Recommend
from slipstream.tasks.embedding import AlsFactors, SequenceItemEmbedding
from slipstream.tasks.tables import Interaction
from tests.pipelines.logs import Traces

FIRST = datetime(2024, 4, 1, tzinfo=UTC)
DAYS = 5


class Weighed(Traces):
    """Weighted traces."""

    def requires(self):
        log = self.log()
        return {"interactions": self.interactions(log, self.as_of)}


def moment(day):
    return FIRST + timedelta(days=day)


@pytest.fixture
def folder(tmp_path):
    """Write a log of five days, with a robot, with lines that arrive a day late and lines that stand in two files."""
    chance = np.random.default_rng(0)
    folder = tmp_path / "log"
    folder.mkdir()
    late = pd.DataFrame()
    for day in range(DAYS):
        count = 200
        seconds = np.sort(chance.integers(0, 86_400, count))
        rows = pd.DataFrame(
            {
                "user_id": [f"u{user}" for user in chance.integers(0, 25, count)],
                "item_id": [f"i{item}" for item in chance.integers(0, 12, count)],
                "kind": chance.choice(["view", "like"], count),
                "at": [moment(day) + timedelta(seconds=int(second)) for second in seconds],
            }
        )
        swept = rows.assign(user_id="robot", at=[moment(day) + timedelta(seconds=place) for place in range(count)])
        whole = pd.concat([rows, swept, late])
        whole.assign(at=whole["at"].map(lambda at: at.isoformat())).to_csv(
            folder / f"{FIRST + timedelta(days=day):%Y-%m-%d}.csv", index=False
        )
        late = rows.sample(20, random_state=day)
    return folder


def over(folder, day, path="{day}.csv", pipeline=Weighed, **knobs):
    events = [{"path": f"{folder}/{path}"}]
    return pipeline(as_of=moment(day), events=events, remove_robots=True, **knobs)


def test_a_new_day_reads_one_new_file_and_takes_the_others_from_the_cache(folder, run):
    read = run(over(folder, 3))
    assert read.count("EventFile") == 3
    ran = run(over(folder, 4))
    assert ran.count("EventFile") == ran.count("Quarantine") == 1
    assert set(ran) == {"EventFile", "Quarantine", "Past", "Robots", "HumanEvents", "Before", "Interactions"}
    assert run(over(folder, 4)) == []


@pytest.mark.parametrize("day", [1, 3, 5])
def test_the_days_together_are_the_whole_log(folder, build, day):
    by_day = build(over(folder, day))
    assert "robot" not in set(by_day["user_id"])
    for file in sorted(folder.iterdir())[day:]:
        file.unlink()
    pd.testing.assert_frame_equal(by_day, build(over(folder, day, path="*.csv")))


def test_what_lies_after_as_of_changes_nothing(folder, run, build):
    before = build(over(folder, 2))
    assert before["at"].max() < pd.Timestamp(moment(2))
    for file in sorted(folder.iterdir())[2:]:
        file.write_text("this is no log")
    assert run(over(folder, 2)) == []
    with (folder / "2024-04-02.csv").open("a") as file:
        file.write("u0,i0,view,2024-04-09T00:00:00+00:00\n")
    pd.testing.assert_frame_equal(build(over(folder, 2)), before)


def test_before_the_first_day_there_is_nothing(folder, build):
    assert build(over(folder, 0)).empty


def test_a_lost_day_stops_the_run(folder, build):
    (folder / "2024-04-02.csv").unlink()
    with pytest.raises(FileNotFoundError, match="no file for 2024-04-02"):
        over(folder, 4).requires()
    assert len(build(over(folder, 1)))


def chain(task):
    found = [task]
    while found[-1].before:
        found.extend(found[-1].before)
    return [(one.epochs, len(one.before)) for one in found]


@pytest.mark.parametrize("pipeline", [Embeddings, Recommend])
def test_models_go_on_from_the_day_before_and_begin_anew_now_and_then(folder, pipeline):
    fresh = moment(5).toordinal() - 2  # a number of days after which learning begins anew on 4 April
    assert chain(over(folder, 5, pipeline=pipeline).today().factors) == [(15, 0)]
    further = over(folder, 5, pipeline=pipeline, fresh_days=fresh)
    assert chain(further.today().factors) == [(5, 1), (5, 1), (15, 0)]
    assert chain(over(folder, 3, pipeline=pipeline, fresh_days=fresh).today().factors) == [(15, 0)]
    assert further.today().factors.before[0] == over(folder, 4, pipeline=pipeline, fresh_days=fresh).today().factors
    first = over(folder, 2, pipeline=pipeline, fresh_days=1000)
    assert chain(first.today().factors) == [(5, 1), (15, 0)], "the first day of a log has nothing to go on from"


def test_a_day_learns_in_its_recipe_from_what_the_day_before_left(folder, run):
    knobs = {"pipeline": Embeddings, "fresh_days": 1000, "size": 4, "epochs": 3}
    run(over(folder, 2, **knobs))
    ran = run(over(folder, 3, **knobs))
    assert [ran.count(name) for name in ("EventFile", "AlsFactors", "SequenceItemEmbedding")] == [1, 1, 1]
    today = over(folder, 3, **knobs)
    assert chain(today.find(AlsFactors)) == [(5, 1), (5, 1), (15, 0)]
    assert chain(today.find(SequenceItemEmbedding)) == [(1, 1), (1, 1), (3, 0)]


def test_nothing_learnt_a_day_before_knows_of_today(folder):
    today = over(folder, 5, pipeline=Embeddings, fresh_days=1000).today()
    earlier = today.factors.before[0]
    assert earlier.interactions.as_of == moment(4)
    assert earlier.interactions.row is Interaction
