"""What is installed works beside a project that has its own tasks and pipelines, and the lock is whole."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
IMPORT_BOTH = (
    "import slipstream.tasks.base, slipstream.pipelines, tasks; print(slipstream.__file__, tasks.__file__, tasks.OURS)"
)
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of what is tracked, so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("slipstream", "tasks", "pipelines"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / "source" / name, symlinks=True, ignore=ignored)
    for name in ("setup.py", "pyproject.toml", "MANIFEST.in", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, folder / "source")
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(folder / "source")]
    subprocess.run(command, check=True)
    return next(folder.glob("slipstream-*.whl"))


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([*PIP, "install", "--no-deps", "--target", str(folder), str(wheel)], check=True)
    return folder


def python(code, *, cwd, path=""):
    environment = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_holds_every_module_once(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    modules = {f"slipstream/{path.relative_to(ROOT)}" for name in ("tasks", "pipelines") for path in sources(name)}
    own = [path for pattern in ("slipstream/*.py", "slipstream/*/*.py") for path in ROOT.glob(pattern)]
    modules |= {str(path.relative_to(ROOT)) for path in own if not path.parent.is_symlink()}
    assert {name for name in names if name.endswith(".py")} == modules
    assert len(names) == len(set(names))
    assert {"slipstream/py.typed", "slipstream/report/style.css", "slipstream/report/script.js"} <= set(names)
    assert not [name for name in names if not name.startswith(("slipstream/", "slipstream-"))]


def test_it_lives_beside_a_project_of_the_same_layout(site, tmp_path):
    for name in ("tasks", "pipelines"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("OURS = 'yes'\n", encoding="utf-8")
    done = python(IMPORT_BOTH, cwd=tmp_path, path=site)
    theirs, ours = site / "slipstream/__init__.py", tmp_path / "tasks/__init__.py"
    assert done.stdout.split() == [str(theirs), str(ours), "yes"], done.stderr


def test_it_lives_beside_a_project_with_one_file_of_tasks(site, tmp_path):
    (tmp_path / "tasks.py").write_text("OURS = 'yes'\n", encoding="utf-8")
    done = python(IMPORT_BOTH, cwd=tmp_path, path=site)
    theirs, ours = site / "slipstream/__init__.py", tmp_path / "tasks.py"
    assert done.stdout.split() == [str(theirs), str(ours), "yes"], done.stderr


@pytest.mark.parametrize("name", ["tasks", "pipelines"])
def test_a_second_name_is_refused(name):
    done = python(f"import {name}", cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"ImportError: import 'slipstream.{name}', not '{name}'")


def test_the_command_is_installed(site):
    assert "slipstream = slipstream.cli:main" in next(site.glob("slipstream-*/entry_points.txt")).read_text()


def test_the_lock_names_no_host():
    assert not re.findall(r"https?:|file:|--index-url|--find-links|\w+\.(?:com|org|net)\b", lock())


def test_the_lock_pins_every_requirement_of_the_package_with_hashes(site):
    metadata = next(site.glob("slipstream-*/METADATA")).read_text(encoding="utf-8")
    wanted = dict(re.findall(r"^Requires-Dist: ([\w-]+)>=([\w.]+)", metadata, flags=re.MULTILINE))
    for name, program in {"torch": ".ci/venv", "pyspark": ".ci/spark"}.items():
        assert f"{name}=={wanted.pop(name)}." in (ROOT / program).read_text(encoding="utf-8"), "it stands apart"
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock(), flags=re.MULTILINE))
    assert len(wanted) > 20
    assert {name: version for name, version in wanted.items() if numbers(pinned[name]) < numbers(version)} == {}
    assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=\S)", lock(), flags=re.MULTILINE) if entry)


def lock():
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


def numbers(version):
    return [int(number) for number in re.findall(r"\d+", version)]


def sources(folder):
    return [path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts]
