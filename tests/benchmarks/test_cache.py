"""The benchmark of the cache runs, and every way that it measures does what it says."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_benchmark_prints_ours_next_to_the_peers():
    command = [sys.executable, str(ROOT / "benchmarks/cache.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heading, line, *rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in done.stdout.splitlines()]
    assert heading[:5] == ["what", "peer", "CPU", "peer's", "times"]
    assert set(line) == {"---"}
    whats = {row[0].partition(" (")[0] for row in rows}
    assert {"construct a fan, a task", "check cached tasks, all", "run a tiny task, 2 workers"} <= whats
    assert {"dump a table", "load a table", "dump an embedding", "load an embedding"} <= whats
    assert not [row for row in rows if "fails" in row], done.stderr
    assert all(float(row[4]) > 0 for row in rows if row[1])
