"""The benchmark of trees runs, and both ways say the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.speed import trees

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_benchmark_prints_ours_next_to_lightgbm():
    command = [sys.executable, str(ROOT / "benchmarks/speed/trees.py"), "10x7", "--rows", "30000", "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heading, line, *rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in done.stdout.splitlines()]
    assert heading[0] == "trees x leaves"
    assert set(line) == {"---"}
    assert [row[:3] for row in rows] == [["10 x 7", "scores", "30,000"], ["10 x 7", "SHAP", "3,000"]]


def test_another_result_than_lightgbms_is_an_error(monkeypatch):
    monkeypatch.setattr(trees, "tree_sums", lambda _, matrix: matrix[:, 0])
    with pytest.raises(SystemExit, match="scores of 5 trees of 3 leaves are not those of LightGBM"):
        trees.table([(5, 3)], rows=100, repeat=1)
