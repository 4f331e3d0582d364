"""The whole job by size, measured on a small log, and its tables."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks.speed.__main__ as speed
from benchmarks.speed.__main__ import costs_of, exponent, peers_table, reading_table, tasks_table

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


def cost(task, cpu, runs=1):
    spent = {"seconds": 2 * cpu, "cpu_seconds": cpu, "costliest": cpu / runs}
    return {"task": task, "runs": runs, "peak_memory": 5e8, "rows": 10, "bytes": 2e6, **spent}


def result(events, learn, plain=None):
    ours = [cost("AlsFactors", learn, runs=2), cost("EventFile", 1.0, runs=4)]
    found = {"pipeline": "Recommend", "events": events, "ours": ours}
    return found | ({"plain": plain} if plain else {})


def test_growth_is_the_power_of_the_size():
    assert exponent([10, 100], [2.0, 20.0]) == "1.00"
    assert exponent([10, 100, 1000], [1.0, 100.0, 10_000.0]) == "2.00"
    assert exponent([10, 100], [0.01, 20.0]) == exponent([10], [2.0]) == ""


def test_a_row_a_task_tells_every_size():
    table = tasks_table([result(1_000_000, 4.0), result(10_000_000, 40.0)]).splitlines()
    assert table[0].startswith("| task | runs | 1 M: s | CPU s | MB | 10 M: s | CPU s | MB |")
    assert table[2] == "| AlsFactors | 2 | 8.0 | 4.0 | 500 | 80.0 | 40.0 | 500 | 10 | 2.0 | 1.00 |"
    assert table[-1].startswith("| all | 6 | 10.0 | 5.0 | 500 | 82.0 | 41.0 | 500 |")
    assert len({line.count("|") for line in table}) == 1


def test_peers_stand_beside_the_costliest_run():
    plain = {step: {"cpu_seconds": 3.0, "peak_memory": 1e9} for step in ("read", "prepare", "learn", "recommend")}
    table = peers_table([result(1_000_000, 4.0, plain)]).splitlines()
    assert table[2:] == [
        "| 1 M | read | 1.00 | 500 | 3.00 | 1,000 | 3.00 |  |  |  |",
        "| 1 M | learn | 2.00 | 500 | 3.00 | 1,000 | 1.50 |  |  |  |",
    ]


def test_what_makes_a_log_ready_stands_beside_reading_it():
    found = result(1_000_000, 4.0) | {"once": {"read": {"cpu_seconds": 0.5, "peak_memory": 1e8}}}
    assert reading_table([result(1, 4.0), found]).splitlines()[2] == "| 1 M | 0.50 | 100 | 1.00 | 500 | 2.0 |"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("speed")
    words = ["4e3", "--pipeline", "Embeddings", "--folder", folder / "cache", "--results", folder]
    command = [sys.executable, "-m", "benchmarks.speed", *map(str, words), "--without", "rectools"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return folder


def test_a_log_is_made_run_and_compared(measured):
    found = json.loads((measured / "Embeddings-4000.json").read_text())
    ours = {row["task"]: row for row in found["ours"]}
    assert ours["EventFile"]["rows"] == 4_000
    assert ours["AlsFactors"]["cpu_seconds"] > 0
    assert ours["AlsFactors"]["peak_memory"] > 1e8
    assert set(found["plain"]) == {"read", "prepare", "learn", "recommend"}
    page = (measured / "Embeddings.md").read_text()
    assert "| 0.004 M | learn | " in page
    assert 0 < found["once"]["read"]["cpu_seconds"] < ours["EventFile"]["cpu_seconds"]


def test_the_picture_is_drawn(measured):
    assert (measured / "Embeddings.png").read_bytes().startswith(b"\x89PNG")


def test_preparation_is_measured_alone(measured, tmp_path):
    words = ["4e3", "--pipeline", "Preparation", "--folder", measured / "cache", "--results", tmp_path]
    command = [sys.executable, "-m", "benchmarks.speed", *map(str, words), "--without", "plain", "rectools"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found = json.loads((tmp_path / "Preparation-4000.json").read_text())
    assert {row["task"] for row in found["ours"]} >= {"EventFile", "Robots", "Interactions"}
    assert "plain" not in found
    assert "usual way" not in (tmp_path / "Preparation.md").read_text()
    workspace = measured / "cache/workspace-Preparation-4000"
    page = next(path for path in workspace.rglob("Robots_*.manifest.json"))
    older = json.loads(page.read_text()) | {"key": "0" * 20}
    page.with_name(f"Robots_{older['key']}.manifest.json").write_text(json.dumps(older))
    assert costs_of(workspace) == found["ours"]


@pytest.mark.parametrize("resume", [True, False])
def test_only_a_run_that_goes_on_keeps_what_is_there(resume, tmp_path, monkeypatch):
    there = [tmp_path / name for name in ("log-5/truth/readers.parquet", "workspace-Recommend-5/made", "plain-5/made")]
    for path in there:
        path.parent.mkdir(parents=True)
        path.touch()

    def run(*words, **_):
        if words[0] == "benchmarks.speed.read_once":
            words[2].parent.mkdir()
            words[2].write_text("{}")

    monkeypatch.setattr(speed, "run", run)
    monkeypatch.setattr(speed, "costs_of", lambda _: [])
    speed.measure(5, "Recommend", tmp_path, ["plain"], resume=resume)
    assert [path.exists() for path in there] == [True, resume, False]
