import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cache.toy_shop import CHANGES

ROOT = Path(__file__).parents[2]
CODE = ("body of run", "method of a mixin", "upstream class")
UNSEEN_CODE = (
    *("helper in the same module", "default of a helper's argument", "module constant", "class attribute"),
    *("function two imports away", "second project package", "what an imported name stands for"),
)
UNSEEN_REST = ("content of the input file", "names of a requires dict swapped")
ONLY_TEXT = ("comment", "docstring", "formatting", "annotations")
FAIR = ("nothing", "parameter", "seed", "thread count", "workspace moved", "input file touched")
COLUMNS = ("slipstream", "gokart", "gokart with the check")


@pytest.fixture
def table(tmp_path):
    """Measure the table: {column: {change: tasks that reran}}."""
    cells = tmp_path / "cells.json"
    command = [sys.executable, "-m", "tests.cache.fingerprint_table", str(cells)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert printed.returncode == 0, printed.stderr
    print(printed.stdout)
    measured = json.loads(cells.read_text())
    return {column: {change: frozenset(cells[column]) for change, cells in measured.items()} for column in COLUMNS}


@pytest.mark.slow
def test_exactly_what_a_change_touches_reruns_here_and_not_in_gokart(table):
    expected = {change.name: change.reruns for change in CHANGES}

    assert table["slipstream"] == expected
    assert_stale_after_changes_of_code_and_data(table["gokart"])
    assert_methods_alone_are_seen_and_text_is_taken_for_meaning(table["gokart with the check"], expected)
    for change in FAIR:
        assert {column[change] for column in table.values()} == {expected[change]}


def assert_stale_after_changes_of_code_and_data(reruns):
    assert {change: reruns[change] for change in (*CODE, *UNSEEN_CODE, *UNSEEN_REST) if reruns[change]} == {}
    assert "Report" not in reruns["another class of the same name"]


def assert_methods_alone_are_seen_and_text_is_taken_for_meaning(reruns, expected):
    assert {change: reruns[change] for change in CODE} == {change: expected[change] for change in CODE}
    assert {change: reruns[change] for change in (*UNSEEN_CODE, *UNSEEN_REST) if reruns[change]} == {}
    assert [change for change in ONLY_TEXT if not reruns[change]] == []
