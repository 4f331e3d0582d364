import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOME = ROOT / "examples/impressions"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    subprocess.run([sys.executable, HOME / "generate.py", folder], check=True)
    return folder


def test_one_seed_gives_the_same_bytes(shown, tmp_path):
    subprocess.run([sys.executable, HOME / "generate.py", tmp_path], check=True)
    assert (tmp_path / "shown.csv").read_bytes() == (shown / "shown.csv").read_bytes()


def test_the_page_shows_what_the_commands_print(shown, tmp_path):
    program = [sys.executable, "-m", "slipstream"]
    given = ["--conf", HOME / "impressions.ini", "--workspace", tmp_path]
    options = {"cwd": ROOT, "env": {**os.environ, "SHOWN": str(shown)}, "check": True, "capture_output": True}
    subprocess.run([*program, "run", "Impressions", *given], **options)
    page = (ROOT / "docs/impressions.md").read_text(encoding="utf-8")
    for product, rows in (("examination", 6), ("click_rates", 3)):
        said = subprocess.run([*program, "show", "Impressions", product, *given], text=True, **options).stdout
        lines = [line.replace("│", " ").split() for line in said.splitlines() if line.startswith("│")]
        assert len(lines[:rows]) == rows
        for cells in lines[:rows]:
            assert " ".join(cells) in " ".join(page.split())
