"""A day on top of the day before, beside a rebuild, on a small log."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.speed.days import AFTER, FRESH_DAYS, day_of, read_next
from benchmarks.speed.generate import generate

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    folder = tmp_path_factory.mktemp("news")
    generate(folder, events=6000, days=9)
    return folder


def test_the_day_lies_within_a_week_of_learning_and_two_days_follow(log):
    moment = day_of(log)
    last = max((log / "events").glob("*.parquet")).stem
    assert moment.toordinal() % FRESH_DAYS >= FRESH_DAYS // 2
    assert (datetime.fromisoformat(last).replace(hour=15, tzinfo=UTC) - moment).days >= AFTER


def test_what_is_judged_comes_after_the_day(log):
    moment = day_of(log)
    days = [path.stem for path in (log / "events").glob("*.parquet")]
    assert 0 < len(read_next(log, moment)) < 6000 * (len(days) - 1) / len(days)


def test_both_ways_are_run_and_judged(log, tmp_path):
    command = [sys.executable, "-m", "benchmarks.speed.days", str(log), str(tmp_path)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    tasks = {name: int(count) for name, count in re.findall(r"^(.+): (\d+) tasks in", told, flags=re.MULTILINE)}
    assert 0 < tasks["goes on"] < tasks["anew"] < tasks["days before"]
    quality = json.loads((tmp_path / "days.json").read_text())["quality"]
    assert [(row["source"], row["baseline"]) for row in quality] == [("anew", ""), ("goes on", ""), ("goes on", "anew")]
    lead = quality[1]["value"] - quality[0]["value"]
    assert quality[2]["value"] == pytest.approx(lead, abs=1e-6)
