import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.cold_start_curve import draw, read
from slipstream.tasks.tables import Metric
from tests.worlds import table

PROGRAM = Path(__file__).parents[2] / "benchmarks/cold_start_curve.py"


@pytest.fixture
def quality(tmp_path):
    rows = [
        (source, None, "ndcg", 10, f"traces_{count}", value, value - 0.01, value + 0.01, 9)
        for source, first in (("popular", 0.1), ("tags", 0.2))
        for count, value in ((0, first), (10, first * 2), (3, first))
    ]
    path = tmp_path / "quality.parquet"
    table(Metric, [*rows, ("tags", "popular", "ndcg", 10, "traces_0", 0.1, 0.0, 0.2, 9)]).to_parquet(path)
    return path


def test_every_source_has_a_line_over_all_numbers_of_traces(quality):
    (axes,) = draw(read(quality), "A & B").axes
    drawn = {line.get_label(): [*zip(*line.get_data(), strict=True)] for line in axes.lines}
    assert drawn == {"tags": [(0, 0.2), (1, 0.2), (2, 0.4)], "popular": [(0, 0.1), (1, 0.1), (2, 0.2)]}
    assert list(drawn) == ["tags", "popular"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "3", "10"]
    assert axes.get_title() == "A & B"


def test_the_program_writes_a_picture(quality, tmp_path):
    picture = tmp_path / "new/curve.png"
    subprocess.run([sys.executable, PROGRAM, quality, picture], capture_output=True, check=True)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_another_table_is_refused(tmp_path):
    rows = [("popular", None, "ndcg", 10, "cold_0", 0.1, 0.0, 0.2, 9)]
    table(Metric, rows).to_parquet(tmp_path / "quality.parquet")
    with pytest.raises(ValueError, match="holds no nDCG of slices traces_<n>"):
        read(tmp_path / "quality.parquet")
