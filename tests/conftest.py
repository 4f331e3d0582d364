"""A private workspace for every test, and worlds with known answers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gokart
import luigi
import pytest
from luigi.task_register import Register

from slipstream import conf
from tests import worlds
from tests.clusters import standalone
from tests.kitchen import Kitchen

__all__ = ["standalone"]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Start with the files that take long, in whatever order they have come."""
    yield
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path) -> Path:
    """Send the products of a test to its own folder."""
    folder = tmp_path / "workspace"
    luigi.configuration.get_config().set("TaskOnKart", "workspace_directory", str(folder))
    Register.clear_instance_cache()
    return folder


@pytest.fixture
def configured(workspace: Path) -> Iterator[Callable[..., None]]:
    """Read configuration files for the length of the test, with its own workspace."""
    configuration = luigi.configuration.get_config()
    paths = list(configuration._config_paths)
    before = {section: dict(configuration[section]) for section in configuration.sections()}

    def read(*files: Path) -> None:
        conf.load(files)
        conf.set_workspace(workspace)

    yield read
    configuration._config_paths[:] = paths
    configuration.clear()
    configuration.read_dict(before)


@pytest.fixture
def build() -> Callable[[gokart.TaskOnKart[Any]], Any]:
    """Run a task and what it needs, and load its product."""
    return lambda task: gokart.build(task, reset_register=False)


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kitchen]:
    """A small project whose code a test can change."""
    monkeypatch.syspath_prepend(str(tmp_path))
    kitchen = Kitchen(tmp_path)
    yield kitchen
    kitchen.close()


@pytest.fixture
def two_clubs() -> worlds.World:
    """Two clubs of three users, each missing one of the club's four items."""
    return worlds.two_clubs()


@pytest.fixture
def one_hit() -> worlds.World:
    """One item everybody touched, and niches of two."""
    return worlds.one_hit()


@pytest.fixture
def newcomer() -> worlds.World:
    """A user and an item never seen before."""
    return worlds.newcomer()


@pytest.fixture
def robot() -> worlds.World:
    """A scraper among people."""
    return worlds.robot()


@pytest.fixture
def empty() -> worlds.World:
    """Zero rows of every table."""
    return worlds.nothing()
