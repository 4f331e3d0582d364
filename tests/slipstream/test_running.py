"""Processes of a run that end as they should, and as they should not."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from slipstream.journal import Reader
from slipstream.running import death, started
from tests.slipstream.toys import Party

ROOT = Path(__file__).parents[2]


def events(run):
    return [event["event"] for event in Reader(run.journal).events()]


def wait_until(true):
    for _ in range(2000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it never came to be")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_is_left_leaves_no_process(workers):
    with started(Party(trouble="never", workspace_directory="workspace"), workers) as run:
        wait_until(lambda: events(run).count("start") == 3)
        group = run.process.pid
        os.killpg(group, 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)
    assert not list(Path("workspace").rglob("Everybody*.manifest.json"))


def test_a_run_ends_with_its_code():
    with started(Party(workspace_directory="workspace"), 1) as run:
        run.process.join()
        *_, last = Reader(run.journal).events()
    assert (last["event"], last["code"]) == ("end", 0)


def test_ctrl_c_at_the_moment_of_the_fork_is_heard():
    script = """
import os, signal
from slipstream.running import started
from tests.slipstream.toys import Party
signal.signal(signal.SIGINT, signal.default_int_handler)
parent = os.getpid()
os.register_at_fork(after_in_parent=lambda: os.getpid() == parent and os.kill(parent, signal.SIGINT))
try:
    with started(Party(trouble="never", workspace_directory="workspace"), 1):
        print("not heard")
except KeyboardInterrupt:
    print("heard")
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("heard\n", "")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-signal.SIGKILL, "its process was ended by SIGKILL, perhaps for lack of memory"),
        (-signal.SIGSEGV, "its process was ended by SIGSEGV"),
        (3, "its process ended with exit code 3"),
    ],
)
def test_a_death_is_put_into_words(code, words):
    assert death(code) == words


def test_a_run_begins_by_writing_down_its_plan():
    with started(Party(workspace_directory="workspace"), 2) as run:
        first = next(iter(Reader(run.journal).events()))

    assert (first["event"], first["pipeline"], first["workers"]) == ("plan", "Party", 2)
    assert len(first["tasks"]) == 4
