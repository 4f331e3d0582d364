"""Tuning a pipeline, from the outside."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from configparser import ConfigParser
from pathlib import Path

import pytest

from slipstream import recipes
from tests.pipelines.logs import write
from tests.worlds import two_clubs

ROOT = Path(__file__).parents[3]
TOYS = "tests.slipstream.tuning.toys"
SPACE = "weight = {low = 2, high = 20}\nknobs.gifts.height = {low = 0.5, high = 4.0}\n"
TUNE = ("tune", "Contest", "--space", "space.toml", "--out", "tuned.ini", "--metric", "hit_rate@1", "--source", "gifts")


COMMANDS = re.compile(r"^\$ (slipstream .*)$", flags=re.MULTILINE)
AT_A_TERMINAL = """
import signal
from slipstream.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background may have it ignored
main()
"""
IN_TURN = """
import json, sys
from slipstream import cli
sys.exit(next(filter(None, (cli.execute(words) for words in json.loads(sys.argv[1]))), 0))
"""


@pytest.fixture
def contest(slipstream, monkeypatch):
    """Run a command on the toy contest; a space lies in the folder."""
    monkeypatch.setattr(recipes, "HOME", TOYS)
    Path("space.toml").write_text(SPACE)
    return slipstream


def started(*arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", AT_A_TERMINAL, *TUNE, "--module", TOYS, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def trials(lines):
    """Read what the lines say of trials, without times."""
    return [re.sub(r" \d+\.\d s | \(best\)|  \([^(]*\)$", "", line[10:]) for line in lines if "  trial " in line]


def test_what_is_found_is_a_configuration_that_serves_better(contest):
    code, out, err = contest(*TUNE, "--trials", "4")
    assert (code, err) == (0, [])
    assert [line.split("  ")[1] for line in out if "  trial " in line] == [f"trial {number}" for number in range(5)]
    assert out[-3].startswith("hit_rate@1 of gifts on the validation part: 0.2250 as configured; 4 trials")
    assert re.match(r"The best, trial \d, has 0\.\d+, for the same users \+0\.\d+ \[\+", out[-2])
    assert out[-1] == "tuned.ini"

    found = ConfigParser()
    found.read("tuned.ini")
    assert set(found.sections()) == {"Contest", "Service"}
    assert set(found["Contest"]) == {"weight", "knobs"}
    assert set(found["Service"]) == {"knobs"}
    assert contest("run", "Contest", "--conf", "tuned.ini")[0] == 0
    code, out, _ = contest("show", "Contest", "quality", "--conf", "tuned.ini")
    assert code == 0


def test_the_second_call_goes_on_and_reuses_what_is_there(contest):
    _, first, _ = contest(*TUNE, "--trials", "1")
    code, second, _ = contest(*TUNE, "--trials", "2")
    assert code == 0
    assert trials(second)[:2] == trials(first)
    assert [line.endswith("(earlier)") for line in second if "  trial " in line] == [True, True, False]
    assert "(2 tasks run, 3 cached)" in second[2]
    _, out, _ = contest(*TUNE, "--trials", "1", "--set", "weight=7")
    assert not [line for line in out if "(earlier)" in line], "another configuration is another search"


def test_ctrl_c_interrupts_and_the_same_call_goes_on(contest, tmp_path):
    waiting = started("--trials", "3", "--set", f"wait={tmp_path}/go")
    assert "trial 0" in waiting.stdout.readline()
    [journal] = Path("workspace/.studies").glob("*.journal")
    while journal.read_text().count('"op_code":4') < 2:
        time.sleep(0.02)
    waiting.send_signal(signal.SIGINT)
    _, error = waiting.communicate(timeout=60)
    assert waiting.returncode == 130
    assert error.splitlines()[-1] == "error: interrupted after 1 of 4 trials; the same call goes on there"
    assert not Path("tuned.ini").exists()

    Path("go").touch()
    code, out, _ = contest(*TUNE, "--trials", "3", "--set", f"wait={tmp_path}/go")
    assert code == 0
    assert [line.endswith("(earlier)") for line in out if "  trial " in line] == [True, False, False, False]
    _, whole, _ = contest(*TUNE, "--trials", "3", "--workspace", "elsewhere")
    assert trials(out) == trials(whole), "as if nothing had happened"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--metric", "hits"], "'hits' is no metric at a depth as in ndcg@10; did you mean hit_rate?"),
        (["--source", "shelf"], "no list of a source 'shelf' is judged"),
        (["--out", "space.toml/tuned.ini"], "cannot write space.toml/tuned.ini: "),
        (["--space", "none.toml"], "there is no space none.toml; give an existing TOML file to --space"),
        (["--set", "part=test", "--set", "wieght=1"], "Contest has no parameter 'wieght'"),
    ],
)
def test_misuse_is_explained_before_anything_runs(contest, arguments, line):
    code, out, err = contest(*TUNE, *arguments)
    assert (code, out) == (2, [])
    assert err[-1].startswith(f"error: {line}")


def test_a_pipeline_that_cannot_be_cut_before_its_test_is_refused(contest):
    code, _, err = contest("tune", "Stranger", *TUNE[2:])
    assert (code, err) == (
        2,
        ["error: Stranger has no part before its test to choose parameters on; tune a Backtest"],
    )


def test_without_optuna_the_extra_is_named(contest, monkeypatch):
    for name in [name for name in sys.modules if name.startswith(("slipstream.tuning.", "slipstream.commands.tune"))]:
        home, _, child = name.rpartition(".")
        monkeypatch.delattr(sys.modules[home], child)
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "optuna", None)
    code, _, err = contest(*TUNE)
    assert code == 2
    assert err == ["error: slipstream tune needs optuna; install it by: pip install 'slipstream[tune]'"]


def test_the_commands_of_the_page_work_on_a_small_log(tmp_path):
    files = write(two_clubs(), tmp_path / "clubs")
    sources = "\n".join(f"{name} = {json.dumps(value)}" for name, value in files.items())
    log = f"[log]\nas_of = 2024-02-01T00:00:00+00:00\n{sources}\n"
    small = 'candidate_sources = ["popular", "knn"]\nlearn_by = random\nshare = 0.4\nbaselines = []\n'
    (tmp_path / "small.ini").write_text(f"{log}[Backtest]\n{small}")
    (tmp_path / "small.toml").write_text("candidates = [2, 3]\n")
    page = (
        (ROOT / "docs/tuning.md").read_text(encoding="utf-8").replace("\\\n", " ").replace("--trials 20", "--trials 1")
    )
    for ours, theirs in (("movielens/movielens.ini", "small.ini"), ("movielens/space.toml", "small.toml")):
        page = page.replace(f"examples/{ours}", theirs)
    commands = [shlex.split(command)[1:] for command in COMMANDS.findall(page)]
    assert [command[0] for command in commands] == ["tune", "run"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", IN_TURN, json.dumps(commands)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "ndcg@10 of recommend on the validation part: " in done.stdout
    assert (tmp_path / "tuned.ini").read_text().startswith("# ndcg@10 of recommend on the validation part: ")
