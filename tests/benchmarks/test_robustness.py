"""What robots and doubled traces cost, on a small log."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from slipstream.tasks.data import Robots
from slipstream.tasks.data.humans import find_robots
from slipstream.tasks.tables import Event
from tests.pipelines.logs import write
from tests.worlds import moment, table, two_clubs

PROGRAM = Path(__file__).parents[2] / "benchmarks/robustness.py"
LIMITS = ("max_per_hour", "max_items_per_minute", "busy_minutes", "max_items_per_day", "awake_hours", "regularity")
INI = """
[log]
as_of = 2024-02-01T00:00:00+00:00
{files}

[Backtest]
candidate_sources = ["popular", "knn"]
learn_by = time
"""


@pytest.fixture(scope="module")
def program():
    specification = importlib.util.spec_from_file_location("robustness", PROGRAM)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_all_planted_robots_are_found_and_nobody_else(program):
    people = [
        (
            f"u{place % 40}",
            f"i{place * 7 % 900}",
            "view",
            moment(place % 40 + place // 400 * 24 + place % 400 / 4000),
            None,
        )
        for place in range(12_000)
    ]
    log = table(Event, people)
    noise, robots = program.plant(log, share=0.1, seed=3)
    limits = {name: getattr(Robots, name)._default for name in LIMITS}

    assert set(find_robots(Event.validate(noise), **limits)["user_id"]) == set(robots["user_id"])
    assert {name.split()[0] for name in robots["user_id"]} == {"clock", "crawler", "sweeper"}
    assert noise["user_id"].isin(robots["user_id"]).sum() >= 0.1 * len(log)
    assert (~noise["user_id"].isin(robots["user_id"])).sum() == round(1.1 * len(log))
    pd.testing.assert_frame_equal(program.plant(log, share=0.1, seed=3)[0], noise)


@pytest.mark.slow
def test_the_program_tells_what_noise_costs(tmp_path):
    files = write(two_clubs(), tmp_path / "files")
    ini = INI.format(files="\n".join(f"{name} = {json.dumps(source)}" for name, source in files.items()))
    (tmp_path / "clubs.ini").write_text(ini)
    command = [sys.executable, PROGRAM, "--conf", "clubs.ini"]
    environment = {**os.environ, "PYTHONPATH": str(PROGRAM.parents[1])}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "robots found: 3 of 3; people taken for robots: 0" in done.stdout
    assert "the same traces are left of either log by cleaning" in done.stdout
    number = r"[+-]?\d\.\d{4}"
    assert len(re.findall(rf"^\| .* \| {number} \[{number}, {number}\] \|", done.stdout, flags=re.MULTILINE)) == 3
