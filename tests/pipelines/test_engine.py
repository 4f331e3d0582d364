"""The engine changes where products are made, not which."""

import configparser
import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from luigi.task_register import Register

from slipstream.pipelines import Recommend
from slipstream.pipelines.engine import ON_SPARK
from slipstream.pipelines.ranking import Stage
from slipstream.tasks.cache.address import upstream, upstream_first
from slipstream.tasks.data import Interactions, SparkInteractions, Users
from tests.clusters import REACHING
from tests.pipelines.conftest import ROOT
from tests.pipelines.logs import write
from tests.worlds import two_clubs

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
SPARK = {"spark.master": "spark://somewhere:7077"}


def recommend(**parameters: Any) -> Recommend:
    sources = {"candidate_sources": ("als", "content", "popular"), "windows": 1}
    return Recommend(as_of=AS_OF, **{**sources, **parameters})


def kinds_of(pipeline):
    return {type(task) for task in upstream_first(pipeline, upstream)}


def test_spark_makes_what_it_has_a_task_for():
    single, spark = kinds_of(recommend()), kinds_of(recommend(engine="spark", spark=SPARK))
    assert set(ON_SPARK) <= single
    assert not set(ON_SPARK.values()) & single
    assert set(ON_SPARK.values()) <= spark
    assert not (set(ON_SPARK) - {Interactions}) & spark  # the labels of a window are few


def test_a_task_on_spark_stands_for_the_one_it_replaces():
    for single, spark in ON_SPARK.items():
        assert issubclass(spark, single)
        assert {name for name, _ in spark.get_params()} - {name for name, _ in single.get_params()} == {"spark"}


def test_the_engine_is_part_of_the_key_and_how_it_is_set_up_is_not():
    here = recommend(engine="spark").find(SparkInteractions)
    Register.clear_instance_cache()  # in one process, tasks of one key are one
    there = recommend(engine="spark", spark=SPARK).find(SparkInteractions)
    assert (here.spark, there.spark) == ({}, SPARK)
    assert here.make_unique_id() == there.make_unique_id()
    assert here.make_unique_id() != recommend().find(Interactions).make_unique_id()


def test_there_are_two_engines():
    with pytest.raises(ValueError, match="dask is not a valid choice"):
        recommend(engine="dask")


@pytest.mark.spark
def test_lists_with_reasons_are_the_same_from_both_engines(build, standalone, tmp_path):
    del standalone
    files = write(two_clubs(), tmp_path / "clubs")
    known = {name: files[name] for name in ("events", "searches", "items")}
    knobs = {**known, "candidate_sources": ("content", "popular"), "window_hours": 700}
    here, there = (recommend(**knobs, engine=engine).products["recommendations"] for engine in ("single", "spark"))
    pd.testing.assert_frame_equal(build(there), build(here), check_exact=True)
    assert len(build(here)) > 6


@pytest.mark.spark
def test_the_missing_item_of_the_club_comes_first_by_factors_from_spark(build, standalone, tmp_path):
    del standalone
    world = two_clubs()
    pipeline = recommend(engine="spark", knobs={"als": {"size": 2, "epochs": 5}}, **write(world, tmp_path / "clubs"))
    log = pipeline.log()
    stage = Stage(pipeline, pipeline.knowledge(log, AS_OF), Users(tables=[log.events]), log.answers)
    found = build(stage.source("als"))
    assert found[found["rank"] == 1].set_index("user_id")["item_id"].to_dict() == world.right


@pytest.mark.spark
def test_a_run_without_its_master_ends_with_one_line_that_says_so(tmp_path):
    conf = configparser.ConfigParser()
    files = {name: json.dumps(value) for name, value in write(two_clubs(), tmp_path / "clubs").items()}
    spark = {"engine": "spark", "spark": json.dumps({"spark.master": "spark://127.0.0.1:1"})}
    conf["Embeddings"] = {**files, **spark, "as_of": AS_OF.isoformat()}
    with (tmp_path / "clubs.ini").open("w") as file:
        conf.write(file)
    words = ["run", "Embeddings", "--conf", str(tmp_path / "clubs.ini"), "--workspace", str(tmp_path / "made")]
    command = [sys.executable, "-m", "slipstream", *words]
    done = subprocess.run(command, cwd=ROOT, env=REACHING, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 40
    last = done.stderr.splitlines()[-1]
    assert "no Spark master answers at spark://127.0.0.1:1 (127.0.0.1:1: " in last
    assert "start it there, or set spark.master in the option spark" in last
