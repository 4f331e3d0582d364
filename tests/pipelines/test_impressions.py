from datetime import UTC, datetime

import pytest

from slipstream.pipelines import Impressions, Recommend
from slipstream.tasks.data import Between, Earlier, Later
from slipstream.tasks.recommendation import Exposures, PositionBias, Ranker
from tests.recommendation.shown import impressions
from tests.worlds import AS_OF

NOW = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def files(tmp_path):
    shown = impressions(400).rename(columns={"position": "slot", "clicked": "click"})
    shown.to_csv(tmp_path / "shown.csv", index=False)
    return [{"path": str(tmp_path / "shown.csv"), "columns": {"position": "slot", "clicked": "click"}}]


def test_a_service_learns_how_its_positions_are_looked_at(build, files):
    pipeline = Impressions(as_of=NOW, impressions=files)
    found = build(pipeline)
    assert found["position"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found["examination"].is_monotonic_decreasing
    rates = build(pipeline.products["click_rates"]).set_index("item_id")
    assert rates["corrected"].idxmax() == "below"
    assert len(build(pipeline.products["exposures"])) == 400 * 6


def test_what_was_shown_at_as_of_or_later_is_unknown(build, files):
    assert build(Impressions(as_of=AS_OF.to_pydatetime(), impressions=files)).empty


def test_the_ranker_is_given_what_was_shown_in_its_windows(files):
    ranker = Recommend(as_of=NOW, windows=2, impressions=files).find(Ranker)
    assert len(ranker.exposures) == len(ranker.labels) == 2
    for shown, labels in zip(ranker.exposures, ranker.labels, strict=True):
        assert isinstance(shown, Exposures)
        assert isinstance(shown.examination, PositionBias)
        assert isinstance(shown.impressions, Between)
        times = shown.impressions.since, shown.impressions.until
        assert times == (labels.events.since, labels.events.until)
    held = Recommend(as_of=NOW, learn_by="random", impressions=files).find(Ranker).exposures[0]
    assert isinstance(held.impressions, Later)


def test_without_impressions_the_ranker_is_given_none():
    assert list(Recommend(as_of=NOW).find(Ranker).exposures) == []


def test_what_robots_and_other_names_of_people_and_items_were_shown_is_told(build, files, tmp_path):
    (tmp_path / "users.csv").write_text("alias,id\nu00001,u00000\n")
    (tmp_path / "items.csv").write_text("alias,id\nbelow,above\n")
    visits = "".join(f"u00002,i{number},view,2024-01-01T00:00:{number % 60:02}\n" for number in range(601))
    (tmp_path / "events.csv").write_text("user_id,item_id,kind,at\n" + visits)
    given = {
        name: [{"path": str(tmp_path / f"{file}.csv")}]
        for name, file in (("events", "events"), ("user_aliases", "users"), ("item_aliases", "items"))
    }
    log = Impressions(as_of=NOW, impressions=files, remove_robots=True, **given).log()
    shown = build(log.impressions)
    assert len(shown) == 399 * 6
    assert not set(shown["user_id"]) & {"u00001", "u00002"}
    assert "below" not in set(shown["item_id"])
    left = log.without_held_out(share=0.5, by="random", seed=0)
    assert isinstance(left.impressions, Earlier)
    assert isinstance(log.without_held_out(share=0.5, by="time", seed=0).impressions, Earlier)
