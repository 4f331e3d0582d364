"""Robots and doubled traces in the log of two clubs."""

from typing import Any

import pandas as pd
import pytest
from pandera.typing import DataFrame

from slipstream import conf
from slipstream.pipelines.ranking import Ranked, Stage
from slipstream.tasks.data import Users
from slipstream.tasks.tables import Candidate
from tests.pipelines.logs import write
from tests.worlds import AS_OF, World, moment, two_clubs


class Near(Ranked[DataFrame[Candidate]]):
    """What people who like the same like."""

    def requires(self) -> dict[str, Any]:
        """Recommend by neighbours alone: whatever is ranked starts from such proposals."""
        log = self.log()
        stage = Stage(self, self.knowledge(log, self.as_of), Users(tables=[log.events]), log.answers)
        return {"lists": stage.source("knn")}


def noisy(world):
    """Add robots that go back and forth between one item of each club, and a repeat of every other trace."""
    beats = [(f"robot{one}", ("heart4", "skin1")[beat % 2], beat) for one in range(4) for beat in range(40)]
    robots = [(name, item, "like", moment(5) + pd.Timedelta(seconds=30 * beat), None) for name, item, beat in beats]
    repeats = world.events[::2].assign(at=world.events["at"][::2] + pd.Timedelta(seconds=20))
    planted = pd.DataFrame(robots, columns=list(world.events))
    return World(**{**vars(world), "events": pd.concat([world.events, repeats, planted], ignore_index=True)})


@pytest.fixture
def lists(tmp_path, workspace, build):
    """Make the lists of the people."""
    conf.set_workspace(workspace)

    def make(world, name, **cleaning):
        made = build(Near(as_of=AS_OF.to_pydatetime(), **write(world, tmp_path / name), **cleaning))
        people = made[~made["user_id"].str.startswith("robot")]
        return people.sort_values(["user_id", "rank"], ignore_index=True)

    return make


def test_a_cleaned_log_recommends_what_the_clean_one_does(lists):
    clean, noise = lists(two_clubs(), "clean"), noisy(two_clubs())
    cleaned = lists(noise, "noise", remove_robots=True, repeat_seconds=60)
    pd.testing.assert_frame_equal(cleaned, clean)
    assert not lists(noise, "noise")[["user_id", "item_id"]].equals(clean[["user_id", "item_id"]])


def test_a_robot_is_known_by_what_it_did_so_far(tmp_path, build):
    later = two_clubs()
    rows = [("h1", "heart1", "like", moment(40) + pd.Timedelta(seconds=30 * beat), None) for beat in range(40)]
    world = World(
        **{**vars(later), "events": pd.concat([later.events, pd.DataFrame(rows, columns=list(later.events))])}
    )
    files = write(world, tmp_path / "later")
    for hour, stays in ((40, True), (60, False)):
        log = Near(as_of=moment(hour).to_pydatetime(), remove_robots=True, **files).log()
        assert ("h1" in set(build(log.events)["user_id"])) == stays
