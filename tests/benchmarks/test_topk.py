"""The benchmark of the best items runs, and every way finds the same."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.speed import topk

ROOT = Path(__file__).parents[2]


def test_every_way_finds_the_same_items():
    ways = topk.ways(*topk.draw(40, 3000))
    ours = ways["slipstream"]()[1].reshape(40, topk.TOP)
    theirs = ways["implicit.cpu.topk"]()[0]
    assert np.mean([len(set(a) & set(b)) for a, b in zip(ours, theirs, strict=True)]) > topk.TOP - 1


@pytest.mark.slow
def test_the_benchmark_prints_ours_next_to_the_peers():
    command = [sys.executable, str(ROOT / "benchmarks/speed/topk.py"), "600x3000", "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heading, line, *rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in done.stdout.splitlines()]
    assert heading[1:3] == ["way", "CPU s"]
    assert set(line) == {"---"}
    assert {"slipstream", "its products alone", "implicit.cpu.topk"} <= {row[1] for row in rows}
