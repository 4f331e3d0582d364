"""Many days from the command line, in processes of their own: this one may have threads that no fork survives."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
INI = """
[log]
as_of = 2024-04-30T00:00:00+00:00
events = [{"path": "log/{day}.csv"}]
"""
COMMAND = [sys.executable, "-m", "slipstream", "backfill", "Traces", "--module", "tests.pipelines.logs"]
COMMAND += ["--conf", "log.ini", "--workers", "2", "--from", "2024-04-02", "--to"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write a log of six days."""
    folder = tmp_path_factory.mktemp("days")
    (folder / "log").mkdir()
    (folder / "log.ini").write_text(INI)
    for day in range(1, 7):
        rows = "".join(f"u{user},i{user % 3},view,2024-04-0{day}T0{user}:00:00Z\n" for user in range(8))
        (folder / f"log/2024-04-0{day}.csv").write_text("user_id,item_id,kind,at\n" + rows)
    return folder


@pytest.fixture(scope="module")
def whole(folder):
    """Run five days, and then one more; tell what ran each time, and what it said in the end."""
    return [backfill(folder, f"2024-04-0{day}", "whole") for day in (6, 7)]


def backfill(folder, last, workspace):
    command = [*COMMAND, last, "--workspace", workspace]
    finished = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return done(folder / workspace), finished.stdout.splitlines()[-1]


def journal(workspace):
    """Give the events of the last run: which task (the whole is nameless), in which process."""
    (*_, last) = sorted(workspace.glob("log/*/journal.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    plan, *events = [json.loads(line) for line in last.read_text().splitlines()]
    labels = {task["id"]: task["label"] for task in plan["tasks"]}
    return [(event["event"], labels.get(event["task"], ""), event["pid"]) for event in events]


def done(workspace):
    return sorted(label for event, label, _ in journal(workspace) if event == "done")


def products(workspace):
    return {path.relative_to(workspace): path.read_bytes() for path in workspace.rglob("*.parquet")}


def test_days_share_what_they_read_and_a_new_day_adds_only_its_own(whole):
    (first, _), (second, said) = whole
    assert [sum(label.startswith(name) for label in first) for name in ("EventFile", "Past", "Traces")] == [5, 4, 5]
    assert [label.partition("(")[0] for label in second] == ["", "EventFile", "Past", "Quarantine", "Traces"]
    assert said.startswith("4 tasks run, ")


@pytest.mark.usefixtures("whole")
def test_a_backfill_that_was_killed_goes_on_where_it_was(folder):
    workspace = folder / "killed"
    command = [*COMMAND, "2024-04-07", "--workspace", workspace]
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (list(workspace.glob("log/*/journal.jsonl")) and len(done(workspace)) > 3):
        time.sleep(0.005)
    runner = next(pid for event, _, pid in journal(workspace) if event == "start")
    os.killpg(os.getpgid(runner), signal.SIGKILL)
    process.kill()
    process.communicate(timeout=60)
    before = done(workspace)
    assert len(before) > 3
    assert "" not in before, "the whole was not done"

    after, _ = backfill(folder, "2024-04-07", "killed")
    assert after
    assert not set(before) & set(after), "nothing was made twice"
    assert products(workspace) == products(folder / "whole")
