"""One small newsroom and its recommendations, made once for all tests of the pipelines."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import gokart
import luigi
import pytest

from slipstream import conf
from slipstream.pipelines import Recommend
from slipstream.tasks.base import Pipeline

ROOT = Path(__file__).parents[2]
SMALL = ("--users", "80", "--days", "14", "--items", "150", "--seed", "3")
AS_OF = datetime.fromisoformat("2024-04-14T15:00:00+00:00")
KNOBS: dict[str, Any] = {"as_of": AS_OF, "windows": 1}

Run = Callable[[Pipeline[Any]], list[str]]


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small medical news site with known truth."""
    folder = tmp_path_factory.mktemp("newsroom")
    program = ROOT / "examples/newsroom/generate.py"
    subprocess.run([sys.executable, program, folder, *SMALL], check=True, capture_output=True)
    return folder


@pytest.fixture
def newsroom_conf(newsroom: Path, monkeypatch: pytest.MonkeyPatch, configured: Callable[..., None]) -> None:
    """The configuration of the newsroom, and the workspace of the test."""
    monkeypatch.setenv("NEWSROOM", str(newsroom))
    configured(ROOT / "examples/newsroom/newsroom.ini")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that tests share."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def recommend(newsroom_conf: None, made: Path, run: Run) -> Recommend:
    """The newsroom's recommendations, made by the first test that asks."""
    del newsroom_conf
    conf.set_workspace(made)
    pipeline = Recommend(**KNOBS)
    run(pipeline)
    return pipeline


@pytest.fixture
def run() -> Run:
    """Run a pipeline and name the tasks that ran."""

    def run_and_name(pipeline: Pipeline[Any]) -> list[str]:
        ran: list[str] = []

        @luigi.Task.event_handler(luigi.Event.SUCCESS)
        def note(task: luigi.Task) -> None:
            ran.append(type(task).__name__)

        try:
            gokart.build(pipeline, reset_register=False)
        finally:
            luigi.Task.remove_event_handler(luigi.Event.SUCCESS, note)
        return sorted(name for name in ran if name != type(pipeline).__name__)

    return run_and_name
