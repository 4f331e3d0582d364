"""A project as it is written for somebody passes its own tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def project(slipstream):
    code, out, err = slipstream("new", "shop")
    assert (code, err) == (0, [])
    assert out == ["shop is a project of its own; try: cd shop && make test && make run"]
    return Path("shop").absolute()


def call(project, *command):
    environment = {**os.environ, "PYTHONPATH": f"{project}:{ROOT}"}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_a_new_project_passes_its_checks_and_tests(project):
    for command in (["ruff", "check"], ["ruff", "format", "--check"], ["pytest", "-q", "-p", "no:randomly"]):
        done = call(project, sys.executable, "-m", *command)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def test_the_commands_of_a_new_project_need_no_options(project):
    done = call(project, sys.executable, "-m", "slipstream", "run", "Shop", "--plain")
    assert done.returncode == 0, done.stdout + done.stderr
    done = call(project, sys.executable, "-m", "slipstream", "show", "Shop", "trends")
    assert "garden" in done.stdout.splitlines()[3]


def test_what_ci_calls_can_be_called(project):
    assert os.access(project / ".ci/run", os.X_OK)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("My-Shop", "'My-Shop' cannot name a Python package; use lower-case letters, digits and _, a letter first"),
        ("class", "'class' cannot name a Python package; use lower-case letters, digits and _, a letter first"),
        ("pandas", "there is a Python package called 'pandas' already; choose another name"),
        ("party", "slipstream has a pipeline Party; choose another name"),
    ],
)
def test_a_name_that_would_make_trouble_is_refused(slipstream, name, line):
    code, _, err = slipstream("new", name)
    assert (code, err) == (2, [f"error: {line}"])
    assert list(Path().iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(slipstream):
    Path("shop").mkdir()
    Path("shop/mine").touch()
    code, _, err = slipstream("new", "shop")
    assert (code, err) == (2, ["error: shop exists and is not empty; name another folder by --into"])
    assert list(Path("shop").iterdir()) == [Path("shop/mine")]
