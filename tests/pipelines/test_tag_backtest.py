from datetime import timedelta

import pandas as pd
import pytest

from slipstream import conf
from slipstream.pipelines import TagBacktest, TagHoldOut
from slipstream.tasks.evaluation.reliability import calibration_error
from tests.pipelines.conftest import AS_OF

SINCE = AS_OF - timedelta(days=3)
SOURCES = {"gauss", "logistic", "neighbours", "counts", "tf-idf", "popular"}
COLUMNS = {"item_id": "article", "tag": "label", "user_id": "editor", "at": "given_at"}


@pytest.fixture
def late_tags(newsroom, tmp_path):
    """The editors' tags, every third one given only after the cut."""
    tags = pd.read_csv(newsroom / "item_tags.csv")
    late = tags.index % 3 == 0
    tags["given_at"] = [(SINCE + timedelta(days=1 if x else -1)).isoformat() for x in late]
    tags.to_csv(tmp_path / "item_tags.csv", index=False)
    return [{"path": str(tmp_path / "item_tags.csv"), "columns": COLUMNS, "constants": {"weight": 1}}]


def test_learnt_scores_foresee_later_tags_better_than_counting(newsroom_conf, made, run, late_tags):
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = TagBacktest(as_of=AS_OF, since=SINCE, candidates=30, item_tags=late_tags)
    run(pipeline)
    quality = pipeline.output().load()
    leads = quality[(quality["source"] == "gauss") & (quality["baseline"] == "popular")]
    leads = leads[leads["slice"] == "all"].set_index("metric")

    assert set(quality["source"]) == SOURCES
    assert (leads["low"] > 0).all()
    assert run(pipeline) == []


@pytest.mark.parametrize("by", ["items", "pairs"])
def test_hidden_tags_are_foreseen(newsroom_conf, made, run, by):
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = TagHoldOut(as_of=AS_OF, candidates=30, by=by)
    run(pipeline)
    quality = pipeline.output().load()
    auc = quality[(quality["metric"] == "auc") & quality["baseline"].isna()].set_index(["slice", "source"])["value"]
    assert set(quality["source"]) == SOURCES
    assert auc["all", "gauss"] > auc["all", "popular"]
    reliability = pipeline.products["reliability"].output().load()
    gauss = reliability[(reliability["source"] == "gauss") & (reliability["slice"] == "all")]
    assert calibration_error(gauss) < 0.1
