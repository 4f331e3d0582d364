import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from scipy.stats import spearmanr

from slipstream import conf, graph
from slipstream.pipelines import Recommend
from slipstream.tasks.cache.address import upstream_first
from slipstream.tasks.data import Interactions, Robots
from slipstream.tasks.linking import TagVocabulary
from slipstream.tasks.recommendation import Catalogue
from slipstream.tasks.tagging import ItemTagScores
from tests.pipelines.conftest import AS_OF, KNOBS, ROOT

READ_BY_ANOTHER_PROJECT = """
from datetime import datetime

import gokart
from slipstream.conf import load, set_workspace
from slipstream.pipelines import Recommend
from slipstream.tasks.linking import TagVocabulary
from slipstream.tasks.recommendation import Catalogue
from slipstream.tasks.tagging import ItemTagScores

load(["{root}/examples/newsroom/newsroom.ini"])
set_workspace("{workspace}")
pipeline = Recommend(as_of=datetime.fromisoformat("{as_of}"), windows=1)
scores = gokart.build(pipeline.find(ItemTagScores))
print(type(scores).__module__, len(scores), *scores.columns)
"""


def test_everybody_gets_a_full_list_with_reasons(recommend, newsroom):
    lists = recommend.products["recommendations"].output().load()
    people = set(pd.read_csv(newsroom / "answers.csv")["respondent"])

    catalogue = set(recommend.find(Catalogue).output().load()["item_id"])
    interactions = recommend.find(Interactions).output().load()
    seen = interactions[interactions["item_id"].isin(catalogue)].groupby("user_id")["item_id"].nunique()
    left = (len(catalogue) - lists["user_id"].drop_duplicates().map(seen).fillna(0)).clip(upper=20)

    assert people <= set(lists["user_id"])
    assert lists.groupby("user_id").size().to_list() == left.astype(int).to_list()
    assert lists["rank"].to_list() == [rank for n in lists.groupby("user_id").size() for rank in range(1, n + 1)]
    assert not lists.duplicated(["user_id", "item_id"]).any()
    assert (lists["reason"] != "").all()


def test_nothing_that_was_seen_is_recommended(recommend):
    lists = recommend.products["recommendations"].output().load()
    interactions = recommend.find(Interactions).output().load()
    pairs = ["user_id", "item_id"]

    assert lists.merge(interactions, on=pairs).empty


def test_a_reader_who_only_answered_gets_what_they_asked_for(recommend, newsroom):
    lists = recommend.products["recommendations"].output().load()
    answers = pd.read_csv(newsroom / "answers.csv")
    readers = set(answers["respondent"]) - set(pd.read_csv(newsroom / "events.csv")["uid"])
    readers -= set(pd.read_json(newsroom / "searches.jsonl", lines=True)["member"])
    served = lists[lists["user_id"].isin(readers)]
    fit = pd.read_parquet(newsroom / "truth/item_tags.parquet")
    wanted = answers[answers["respondent"].isin(readers)].rename(columns={"respondent": "user_id"})
    wanted = wanted.assign(tag=wanted["choice"].str.split("|")).explode("tag")
    tags = pd.read_csv(newsroom / "tags.csv").set_index("alias")["tag"]
    wanted["tag"] = wanted["tag"].map(tags).fillna(wanted["tag"])
    hits = served.merge(fit[fit["fit"] > 0.3]).merge(wanted[["user_id", "tag"]])

    assert readers
    assert set(served["source"]) == {"tags"}
    first = served[served["rank"] <= 3]
    share = len(first.merge(hits[["user_id", "item_id"]].drop_duplicates())) / len(first)
    assert share > 0.7
    assert served["reason"].str.contains("への関心から").mean() > 0.9


def test_the_planted_truth_is_found(recommend, newsroom):
    truth = pd.read_parquet(newsroom / "truth/item_tags.parquet")
    tastes = pd.read_parquet(newsroom / "truth/user_tags.parquet")
    items = recommend.products["item_tags"].output().load()
    users = recommend.products["user_tags"].output().load()
    pairs = pd.MultiIndex.from_product([truth["item_id"].unique(), truth["tag"].unique()], names=["item_id", "tag"])
    both = pairs.to_frame(index=False).merge(truth, how="left").merge(items, how="left").fillna({"fit": 0, "score": 0})
    liked = tastes[tastes["user_id"].isin(users["user_id"])].merge(users, how="left").fillna({"score": 0})

    assert spearmanr(both["fit"], both["score"])[0] > 0.6
    assert spearmanr(liked["taste"], liked["score"])[0] > 0.3


def test_robots_are_left_out(recommend, newsroom):
    robots = set(pd.read_csv(newsroom / "truth/robots.csv")["user_id"])
    found = set(recommend.find(Robots).output().load()["user_id"])

    assert robots
    assert found == robots
    assert not robots & set(recommend.find(Interactions).output().load()["user_id"])


@pytest.mark.usefixtures("recommend")
def test_the_second_run_executes_nothing(run):
    assert run(Recommend(**KNOBS)) == []


def test_one_more_event_reruns_what_depends_on_events(recommend, newsroom, tmp_path, monkeypatch, made):
    old = {name: task.make_unique_id() for name, task in recommend.products.items()}
    copy = tmp_path / "newsroom"
    shutil.copytree(newsroom, copy)
    lines = (newsroom / "events.csv").read_text().splitlines()
    (copy / "events.csv").write_text("\n".join([*lines, lines[-1]]) + "\n")
    monkeypatch.setenv("NEWSROOM", str(copy))
    conf.set_workspace(made)
    again = Recommend(**KNOBS)
    unchanged = {name for name, task in again.products.items() if task.make_unique_id() == old[name]}
    kept = {type(step.task).__name__ for step in graph.steps(again) if step.task.complete()}

    assert unchanged == {"items"}
    assert {"ItemFile", "SearchFile", "AnswerFile", "ItemTagFile", "TagFile", "ItemTokens", "TfidfVectors"} <= kept
    assert not {"EventFile", "Interactions", "Ranker", "Recommendations", "AlsFactors"} & kept


def test_another_project_reads_the_product_as_a_frame(recommend, made, tmp_path):
    script = tmp_path / "read.py"
    script.write_text(READ_BY_ANOTHER_PROJECT.format(root=ROOT, as_of=AS_OF.isoformat(), workspace=made))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    scores = recommend.find(ItemTagScores).output()

    assert done.stdout.split() == ["pandas", str(len(scores.load())), "item_id", "tag", "score", "evidence"]
    assert pl.read_parquet(scores.file).rows() == [*scores.load().itertuples(index=False, name=None)]


def test_the_exports_hold_the_same_lists(recommend, made, tmp_path, run):
    conf.set_workspace(made)
    exporting = Recommend(**KNOBS, export_folder=str(tmp_path / "exports"))
    assert run(exporting) == ["CsvExport", "JsonLinesExport", "ParquetExport", "SqliteExport"]
    lists = recommend.products["recommendations"].output().load()

    csv = pd.read_csv(tmp_path / "exports/recommendations.csv", dtype={"user_id": str, "item_id": str})
    assert len(csv) == len(lists)
    assert len(pd.read_parquet(tmp_path / "exports/recommendations.parquet")) == len(lists)
    lines = (tmp_path / "exports/recommendations.jsonl").read_text().splitlines()
    assert {json.loads(line)["user_id"] for line in lines} == set(lists["user_id"])
    with sqlite3.connect(f"file:{tmp_path}/exports/slipstream.sqlite?mode=ro&immutable=1", uri=True) as database:
        [(count,)] = database.execute("select count(*) from recommendations")
    assert count == len(lists)


def test_a_declared_interest_changes_that_persons_tags_but_not_the_ranker(recommend, made, tmp_path, run):
    conf.set_workspace(made)
    before = recommend.products["user_tags"].output().load()
    user = recommend.products["recommendations"].output().load()["user_id"].iloc[0]
    known = set(before.loc[before["user_id"] == user, "tag"])
    wanted = min(set(recommend.find(TagVocabulary).output().load()["tag"]) - known)
    answers = tmp_path / "declared.csv"
    answers.write_text(f"user_id,question,tag,value,at\n{user},interests,{wanted},1,2024-04-14T10:00:00Z\n")
    asked = Recommend(**KNOBS, declared=[{"path": str(answers)}])
    ran = run(asked)
    after = asked.products["user_tags"].output().load()

    assert "Ranker" not in ran
    assert {"UserTagScores", "TagItems", "Recommendations"} <= set(ran)
    assert wanted in set(after.loc[after["user_id"] == user, "tag"])
    assert asked.products["ranker"].make_unique_id() == recommend.products["ranker"].make_unique_id()


def test_four_workers_write_the_same_bytes_as_one(recommend, made, newsroom, tmp_path):
    command = [
        sys.executable,
        "-m",
        "slipstream",
        "run",
        "Recommend",
        "--workers",
        "4",
        "--workspace",
        tmp_path / "four",
    ]
    knobs = [
        "--conf",
        ROOT / "examples/newsroom/newsroom.ini",
        "--set",
        f"as_of={AS_OF.isoformat()}",
        "--set",
        "windows=1",
    ]
    environment = {**os.environ, "NEWSROOM": str(newsroom)}
    subprocess.run([*command, *knobs], env=environment, cwd=ROOT, capture_output=True, check=True)

    steps = [step for step in upstream_first(recommend, lambda step: step.deps()) if step is not recommend]
    paths = [Path(step.output().path()).relative_to(made) for step in steps]
    sums = [
        [hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths] for root in (made, tmp_path / "four")
    ]
    assert len(paths) > 60
    assert sums[0] == sums[1]


def test_the_command_line_of_luigi_finds_the_same_products(recommend, made, newsroom, tmp_path):
    assert recommend.complete()
    command = ["-m", "luigi", "--module", "slipstream.pipelines.recommend", "Recommend", "--local-scheduler"]
    knobs = ["--as-of", AS_OF.isoformat(), "--windows", "1", "--workers", "2"]
    ini = tmp_path / "luigi.cfg"
    newsroom_ini = (ROOT / "examples/newsroom/newsroom.ini").read_text()
    ini.write_text(f"{newsroom_ini}\n[TaskOnKart]\nworkspace_directory={made}\n")
    environment = {**os.environ, "NEWSROOM": str(newsroom), "LUIGI_CONFIG_PATH": str(ini)}
    done = subprocess.run(
        [sys.executable, *command, *knobs], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "* 1 complete ones were encountered" in done.stderr
    assert "ran successfully" not in done.stderr
