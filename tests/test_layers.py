"""The rule of layers bites, through the links too."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLANTS = {
    "a room imports another": ("tasks/{first}/planted.py", "import slipstream.tasks.{second}\n"),
    "a room imports a pipeline": ("tasks/{first}/planted.py", "import slipstream.pipelines\n"),
    "the cache imports the base": ("tasks/cache/planted.py", "import slipstream.tasks.base\n"),
    "a pipeline imports the command line": ("pipelines/planted.py", "import slipstream.cli\n"),
    "a room that no layer names": ("tasks/unheard_of/__init__.py", ""),
}


def lint(folder):
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path):
    for name in ("slipstream", "tasks", "pipelines"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_layers_are_kept(checkout):
    done = lint(checkout)
    assert done.returncode == 0, done.stdout
    assert "2 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_violation_is_found(checkout, plant):
    first, second, *_ = sorted(path.parent.name for path in checkout.glob("tasks/*/tasks.py"))
    path, text = (part.format(first=first, second=second) for part in PLANTS[plant])
    (checkout / path).parent.mkdir(exist_ok=True)
    (checkout / path).write_text(text, encoding="utf-8")
    done = lint(checkout)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout
    assert ("planted" if text else "unheard_of") in done.stdout


def test_importing_everything_loads_no_library_that_takes_long():
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    slow = ruff["lint"]["flake8-tidy-imports"]["banned-module-level-imports"]
    command = [sys.executable, "-c", "import sys, slipstream.pipelines; print(*sys.modules)"]
    loaded = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert {"slipstream.tasks.tagging", "slipstream.tasks.recommendation"} <= set(loaded)
    assert "lightgbm" in slow
    assert not set(slow) & set(loaded)
