"""A second project on top of ours: its tests, its tutorial, what it takes from the cache and what that is worth."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NIGHT = "2024-04-24T15:00:00+00:00"
FILES = ["--conf", "../newsroom/newsroom.ini", "--conf", "conf/push.ini"]
BLOCK = re.compile(r"^```console in examples/downstream\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
RUN = """
import json, sys
from slipstream.cli import execute
for command in json.loads(sys.argv[1]):
    print("$", " ".join(command), flush=True)
    if execute(command):
        sys.exit(f"{command} failed")
"""
CONSTRUCT = """
import json
from slipstream import conf, graph
from slipstream.tasks.cache.address import upstream_first
conf.load(["../newsroom/newsroom.ini", "conf/push.ini"])
from pipelines import Push
push = Push()
push.make_unique_id()
"""
KEYS = """
order = upstream_first(push, lambda task: task.deps())
print(json.dumps({task.make_unique_id(): type(task).__name__ for task in order}))
"""
MISSING = """
steps = [step for features in push.windows()[-1].features.values() for step in graph.steps(features)]
left = {type(step.task) for step in steps if step.state != graph.State.CACHED}
print(json.dumps(sorted(f"{kind.__module__}.{kind.__name__}" for kind in left)))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The project as its team has it checked out, beside the newsroom."""
    folder = tmp_path_factory.mktemp("projects")
    ignored = shutil.ignore_patterns("__pycache__", ".*", "data", "workspace", "*.egg-info")
    shutil.copytree(ROOT / "examples/downstream", folder / "downstream", ignore=ignored)
    (folder / "newsroom").symlink_to(ROOT / "examples/newsroom")
    return folder / "downstream"


def call(home, *command):
    variables = {"PYTHONPATH": f"{home}:{ROOT}", "NEWSROOM": "data", "WORKSPACE": "workspace", "COLUMNS": "160"}
    words = [sys.executable, *command]
    done = subprocess.run(words, cwd=home, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tutorial(home):
    """The commands of the tutorial, in order."""
    page = (home / "README.md").read_text(encoding="utf-8")
    lines = "".join(BLOCK.findall(page)).replace("\\\n", " ").splitlines()
    return [shlex.split(line[2:], comments=True) for line in lines if line.startswith("$ ")]


@pytest.fixture(scope="module")
def night(home):
    """After the service's nightly run, in brief: the keys of Push, and what its last night's features still lack."""
    call(home, "make_data.py", "data")
    short = ["--set", "windows=1", "--set", 'candidate_sources=["trending_24h", "tags"]']
    service = ["run", "Recommend", "--conf", "../newsroom/newsroom.ini", "--set", f"as_of={NIGHT}", *short]
    said = call(home, "-c", RUN + CONSTRUCT + KEYS + MISSING, json.dumps([service]))
    keys, left = said.splitlines()[-2:]
    return json.loads(keys), json.loads(left)


@pytest.fixture(scope="module")
def quality(home, night):
    """What comes out when the tutorial's commands are typed."""
    assert night
    commands = [command[1:] for command in tutorial(home) if command[0] == "slipstream"]
    assert ["run", "Push", *FILES] in commands
    assert "own + tags + vectors" in call(home, "-c", RUN, json.dumps(commands))
    page = next((home / "workspace/tasks/push").glob("PushQuality_*.manifest.json"))
    return pd.read_parquet(page.parent / json.loads(page.read_text())["file"])


def test_its_own_tests_pass(home):
    assert " passed" in call(home, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")


def test_what_the_nightly_run_made_is_not_made_again(night):
    _, left = night
    assert [name for name in left if name.startswith("slipstream.")] == [
        "slipstream.tasks.data.tasks.Before",  # of the pushes, which slipstream has never seen
        "slipstream.tasks.data.tasks.Between",
        "slipstream.tasks.embedding.tasks.PooledUserEmbedding",  # by content, which Recommend has no use for
    ]


def test_the_tutorial_names_targets_of_the_makefile(home):
    targets = re.findall(r"^([a-z]+):", (home / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = {command[1] for command in tutorial(home) if command[0] == "make"}
    assert {"data", "nightly", "test"} <= told <= set(targets)


def test_the_features_of_slipstream_are_worth_it(quality):
    lead = quality[(quality["source"] == "own + tags + vectors") & (quality["baseline"] == "own")].set_index("metric")
    assert lead.loc["auc", "low"] > 0
    assert lead.loc["log_loss", "high"] < 0


def test_the_tutorial_tells_the_numbers_that_come_out(home, quality):
    page = (home / "README.md").read_text(encoding="utf-8")
    means = quality[quality["baseline"].isna() & (quality["metric"] == "auc")]
    for source, value in zip(means["source"], means["value"], strict=True):
        shown = re.search(rf"^\| {re.escape(source)} \| (\.\d+) \[", page, flags=re.MULTILINE)
        assert float(shown[1]) == pytest.approx(value, abs=0.005)


def test_a_changed_helper_changes_what_depends_on_it(home, night):
    before, _ = night
    helper = home / "tasks/push/vectors.py"
    text = helper.read_text(encoding="utf-8")
    helper.write_text(text.replace("traces @ items.unit", "traces @ items.matrix"), encoding="utf-8")
    try:
        changed = json.loads(call(home, "-c", CONSTRUCT + KEYS))
    finally:
        helper.write_text(text, encoding="utf-8")
    assert {changed[key] for key in set(changed) - set(before)} == {
        "HistoryFeatures",
        "PushFeatures",
        "PushModel",
        "PushScores",
        "PushQuality",
        "Push",
    }
