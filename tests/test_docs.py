"""What is documented exists, what exists is documented, and what is told to be typed works."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from slipstream import cli, recipes, reference

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/**/*.md", "tasks/*.md", "pipelines/*.md", "conf/*.md", "examples/*/*.md")
    for path in ROOT.glob(pattern)
)
BLOCK = re.compile(r"^```console( slow)?\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
IN_TURN = re.compile(r"^```console in turn\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")


def commands():
    """Yield each `$ command` of each console block; a slow one is only checked to exist, its own test runs it."""
    for page in PAGES:
        for slow, block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if line.startswith("$ "):
                    command = " ".join(line[2:].split())
                    yield pytest.param(command, bool(slow), id=f"{page}: {command}")


def test_the_catalogue_of_tasks_is_up_to_date():
    assert reference.home().read_text(encoding="utf-8") == reference.render(), "write it anew by: slipstream docs"


@pytest.mark.parametrize("name", sorted(recipes.find_pipelines()))
def test_every_pipeline_is_documented(name):
    assert re.search(rf"\b{name}\b", (ROOT / "pipelines/README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("command", "slow"), [*commands()])
def test_a_command_of_a_page_works(command, slow, tmp_path):
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert set(words[1:]) <= set(targets)
    elif words[0] == "slipstream":
        name = words[2] if words[1] in {"run", "tree", "show"} else None
        assert name is None or name in recipes.find_pipelines()
        ours = [path for path in words if "/" in path and path.endswith((".ini", ".toml"))]
        assert all((ROOT / path).exists() for path in ours)
        if not slow:
            workspace = ["--workspace", str(tmp_path)] if name else []
            arguments = [sys.executable, "-m", "slipstream", *words[1:], *workspace]
            subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, timeout=300)
    elif not slow:
        pytest.fail(f"nothing runs {words[0]!r}; mark its block as ```console slow and test it elsewhere")


def run_in_turn(page, folder):
    """Run the commands of a page one after the other in one workspace, and end at the first that fails."""
    os.environ["OTHER"] = str(folder / "other")
    for block in IN_TURN.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(os.path.expandvars(line.removeprefix("$ ")), comments=True)
            assert words[0] == "slipstream"
            code = cli.execute([*words[1:], "--workspace", str(folder / "workspace")])
            if code != 0:
                sys.exit(f"{line} ended with {code}")


@pytest.mark.parametrize("page", [page for page in PAGES if IN_TURN.search((ROOT / page).read_text())], ids=str)
def test_the_commands_of_a_page_work_one_after_the_other(page, tmp_path):
    program = (
        "import pathlib, sys; from tests.test_docs import run_in_turn; run_in_turn(*map(pathlib.Path, sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, str(page), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    assert [link for link in LINK.findall(text) if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_there_is_a_front_page():
    assert Path("README.md") in PAGES
