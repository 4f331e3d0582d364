"""A workspace and a small newsroom of its own for every test."""

from pathlib import Path

import gokart
import luigi
import pytest
from luigi.task_register import Register
from make_data import write

from slipstream import conf

HOME = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("newsroom")
    write(folder, users=40, days=28, items=60, seed=7)
    return folder


@pytest.fixture(autouse=True)
def workspace(tmp_path, files, monkeypatch):
    monkeypatch.chdir(HOME)
    monkeypatch.setenv("NEWSROOM", str(files))
    monkeypatch.setenv("WORKSPACE", str(tmp_path / "workspace"))
    conf.load(["../newsroom/newsroom.ini", "conf/push.ini"])
    luigi.configuration.get_config().set("TaskOnKart", "workspace_directory", str(tmp_path / "workspace"))
    Register.clear_instance_cache()
    return tmp_path / "workspace"


@pytest.fixture
def build():
    return lambda task: gokart.build(task, reset_register=False)
