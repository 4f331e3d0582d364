"""The demo, run as a newcomer runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder that looks like a fresh checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("examples", "conf"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def demo(home):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    command = [sys.executable, "examples/movielens/demo.py"]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def first(home):
    """What the first run prints."""
    return demo(home)


def section(printed, start, end):
    return printed[printed.index(start) : printed.index(end)]


def test_the_chosen_user_gets_five_films_with_reasons(first):
    shelf = section(first, "What user 272 gets ", "What user 272 gets after")

    assert [f"\n  {place} " in shelf for place in range(1, 7)] == [True] * 5 + [False]
    assert shelf.count("because you liked") >= 3


def test_recommend_is_above_every_baseline(first):
    board = section(first, "Judged by", "declares an interest")
    rows = [line.split() for line in board.splitlines() if "[" in line]
    leads = [line[line.rindex("[") + 1 :].split(",")[0] for line in board.splitlines() if line.count("[") == 3]

    assert rows[0][0] == "recommend"
    assert {"popular", "edlae", "edlae_tags", "knn", "ials", "transitions"} <= {row[0] for row in rows}
    assert len(leads) == len(rows) - 1
    assert all(float(lead) > 0 for lead in leads)


def test_one_more_interest_moves_the_list(first):
    after = section(first, "after that answer", "Products")

    assert any(mark in after for mark in ("▲", "▼", "new"))


def test_the_second_run_finds_everything_cached(first, home):
    assert "\n0 tasks run" not in first
    again = demo(home)

    assert again.count("\n0 tasks run") == 3
    assert section(again, "What user 272 gets ", "Products") == section(first, "What user 272 gets ", "Products")


@pytest.mark.usefixtures("first")
def test_reasons_name_what_the_reader_did_or_likes(home):
    files = [*home.rglob("Recommendations_*.parquet")]
    shares = [
        pd.read_parquet(path)["reason"].str.contains("because you |in your interest in ").mean() for path in files
    ]

    assert shares
    assert min(shares) >= 0.95


@pytest.mark.usefixtures("first")
def test_the_front_page_asks_why(home):
    command = [sys.executable, "-m", "slipstream", "why", "272", "fight club"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Fight Club (1999) [2959] for user 272: not shown: ranked ")
