"""The generator of large logs, on a small one."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

ROOT = Path(__file__).parents[3]
EVENTS, DAYS = 30_000, 5
PROGRAM = [sys.executable, "-m", "benchmarks.speed.generate"]


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write(folder, *options):
    command = [*PROGRAM, folder, "--events", str(EVENTS), "--days", str(DAYS), *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    folder = tmp_path_factory.mktemp("news")
    assert write(folder).startswith("30,000 events, ")
    return folder


@pytest.fixture(scope="module")
def log(news):
    return pl.read_parquet(news / "events/*.parquet")


@pytest.fixture(scope="module")
def robots(news):
    truth = pl.read_parquet(news / "truth/readers.parquet")
    return truth.filter("robot")["user_id"]


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(news, tmp_path):
    write(tmp_path / "same")
    write(tmp_path / "other", "--seed", "8")
    assert contents(tmp_path / "same") == contents(news)
    assert contents(tmp_path / "other")["events/2024-04-01.parquet"] != contents(news)["events/2024-04-01.parquet"]


def test_there_are_exactly_as_many_lines_as_asked_for_in_files_by_day_of_tokyo(news, log):
    assert len(log) == EVENTS
    for number in range(1, DAYS + 1):
        at = pd.to_datetime(pl.read_parquet(news / f"events/2024-04-0{number}.parquet")["ts"].to_pandas(), unit="ms")
        days = at.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo").dt.strftime("%Y-%m-%d")
        assert set(days) == {f"2024-04-0{number}"}
        assert len(at) == EVENTS // DAYS


def test_a_few_articles_and_readers_make_up_most_of_the_log(log, robots):
    people = log.filter(~pl.col("uid").is_in(robots.implode()))
    for name in ("article", "uid"):
        counts = people[name].value_counts(sort=True)["count"]
        assert counts.head(len(counts) // 10).sum() > 0.3 * len(people)


def test_nobody_reads_what_is_not_out_yet(news, log):
    out = pl.read_parquet(news / "articles.parquet").select(article="id", out=pl.col("published") * 1000)
    assert log.join(out, on="article", how="left").filter(pl.col("ts") < pl.col("out")).is_empty()


def test_robots_sweep_and_lines_stand_twice(log, robots):
    pace = log.filter(pl.col("uid").is_in(robots.implode())).group_by("uid").agg(pl.col("article").n_unique())
    assert pace["article"].min() > 50
    repeated = log.is_duplicated().sum() / 2 / len(log)
    assert 0.01 < repeated < 0.02


def test_readers_read_what_they_like_before_and_after_they_drift(news, log):
    truth = pl.read_parquet(news / "truth/readers.parquet").filter(~pl.col("robot"))
    tags = pl.read_parquet(news / "item_tags.parquet").select("article", "label").unique()
    read = log.join(truth, left_on="uid", right_on="user_id").join(tags, on="article")
    day = (pl.col("ts") - pl.lit(read["ts"].min())) // 86_400_000
    drifted = read.filter((pl.col("before") != pl.col("after")) & (day > pl.col("drift_day")))
    assert (drifted["label"] == drifted["after"]).mean() > 2 * (drifted["label"] == drifted["before"]).mean()
    same = read.filter(day < pl.col("drift_day"))
    assert (same["label"] == same["before"]).mean() > 0.2


def test_searches_and_answers_speak_of_known_tags(news):
    spellings = set(pl.read_parquet(news / "tags.parquet")["alias"])
    searches, answers = (pl.read_parquet(news / name) for name in ("searches/*.parquet", "answers.parquet"))
    assert set(searches["q"]) <= spellings
    assert 0.5 < searches["opened"].is_not_null().mean() < 0.7
    assert set(answers["choice"]) <= set(pl.read_parquet(news / "tags.parquet")["tag"])
