"""Why an item is in a list or not, from the outside."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slipstream import cli
from tests.pipelines.logs import write
from tests.worlds import newcomer

ROOT = Path(__file__).parents[3]
INI = """
[log]
as_of = 2024-01-05T04:00:00+00:00
{files}

[Recommend]
candidate_sources = ["popular", "knn", "tags"]
learn_by = time
top = 2
rules = [{{"hide": ["skin4"]}}, {{"pin": "skin1", "users": ["s1"]}}]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a configuration of the two clubs and a newcomer, and a workspace with what was made of them."""
    folder = tmp_path_factory.mktemp("clubs")
    files = "\n".join(f"{name} = {json.dumps(files)}" for name, files in write(newcomer(), folder / "files").items())
    (folder / "clubs.ini").write_text(INI.format(files=files), encoding="utf-8")
    command = [sys.executable, "-m", "slipstream", "run", "Recommend", "--conf", "clubs.ini", "--workspace", "made"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def run(capsys, home, monkeypatch):
    """Run a command in that folder and give exit code, output and error lines."""
    monkeypatch.chdir(home)

    def execute(*arguments, workspace="made"):
        code = cli.execute([*arguments, "--workspace", workspace])
        captured = capsys.readouterr()
        return code, captured.out.splitlines(), captured.err.splitlines()

    return execute


def test_before_anything_is_made_the_command_to_make_it_is_named(run):
    code, out, err = run("why", "h1", "heart1", "--of", "Recommend", "--conf", "clubs.ini", workspace="empty")
    assert (code, out) == (20, [])
    assert err == ["error: 'recommendations' is not made yet; make it by: slipstream run Recommend"]


def test_every_answer_from_the_last_run(run):
    answers = {
        ("h1", "heart1"): "Heart news 1 [heart1] for user h1: shown at rank 1, in your interest in heart",
        ("h1", "heart news 2"): "Heart news 2 [heart2] for user h1: seen: ",
        ("new", "heart4"): "Heart news 4 [heart4] for user new: shown at rank 1, in your interest in heart",
        ("h1", "skin4"): "Skin news 4 [skin4] for user h1: removed by rule 1: hide skin4",
        ("s1", "skin1"): "Skin news 1 [skin1] for user s1: shown at rank 1, picked by the editors",
        ("new", "skin1"): "Skin news 1 [skin1] for user new: not shown: ranked ",
    }
    for (user, item), line in answers.items():
        code, out, err = run("why", user, item)
        assert (code, err) == (0, [])
        assert out[0].startswith(line)
        assert [name for name in ("sources", "ranking", "reason") if not any(row.startswith(name) for row in out)] == []
    assert run("why", "h9", "heart1")[::2] == (
        2,
        ["error: Recommend serves no user 'h9'; did you mean h3 or h2 or h1?"],
    )
    code, _, err = run("why", "h1", "news")
    assert (code, err[0][:41]) == (2, "error: 9 items have 'news' in their title")


def test_a_stage_that_was_collected_is_named(run, home):
    shutil.copytree(home / "made", home / "thinned")
    for path in (home / "thinned").rglob("RankingFeatures_*.manifest.json"):
        path.unlink()
    code, _, err = run("why", "h1", "heart1", workspace="thinned")
    assert (code, err) == (
        20,
        [
            (
                "error: RankingFeatures is not there any more; make it again by: "
                "slipstream rerun RankingFeatures --of Recommend"
            )
        ],
    )


def test_a_pipeline_without_lists_is_refused(run):
    code, _, err = run("why", "h1", "heart1", "--of", "TagScores", "--conf", "clubs.ini")
    assert (code, err[0].partition(";")[0]) == (2, "error: TagScores has no task 'recommendations'")
