import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOME = ROOT / "examples/impressions"
PROGRAM = "import sys; from slipstream import cli; sys.exit(max(cli.execute(line.split()) for line in sys.argv[1:]))"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    subprocess.run([sys.executable, HOME / "generate.py", folder], check=True)
    return folder


def test_one_seed_gives_the_same_bytes(shown, tmp_path):
    subprocess.run([sys.executable, HOME / "generate.py", tmp_path], check=True)
    assert (tmp_path / "shown.csv").read_bytes() == (shown / "shown.csv").read_bytes()


def test_the_page_shows_what_its_commands_print(shown, tmp_path):
    page = (ROOT / "docs/impressions.md").read_text(encoding="utf-8")
    lines = [f"{line} --workspace {tmp_path}" for line in re.findall(r"^\$ slipstream (.*)$", page, flags=re.MULTILINE)]
    assert len(lines) == 3
    environment = {**os.environ, "SHOWN": str(shown)}
    command = [sys.executable, "-c", PROGRAM, *lines]
    said = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    words = " ".join(page.split())
    for name, count in (("position", 6), ("item_id", 3)):
        table = said[said.index(name) :]
        rows = [line.replace("│", " ").split() for line in table.splitlines() if line.startswith("│")]
        assert all(" ".join(row) in words for row in rows[:count])
