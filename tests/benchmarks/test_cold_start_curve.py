import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from slipstream.tasks.tables import Metric
from tests.worlds import table

PROGRAM = Path(__file__).parents[2] / "benchmarks/cold_start_curve.py"


def quality(slice_):
    rows = [
        (source, None, "ndcg", 10, f"{slice_}{count}", value, value - 0.01, value + 0.01, 9)
        for source, first in (("popular", 0.1), ("tags & words", 0.2))
        for count, value in ((0, first), (10, first * 2), (3, first))
    ]
    return table(Metric, [*rows, ("tags & words", "popular", "ndcg", 10, f"{slice_}0", 0.1, 0.0, 0.2, 9)])


def draw(metrics, folder):
    metrics.to_parquet(folder / "quality.parquet")
    command = [sys.executable, PROGRAM, folder / "quality.parquet", folder / "new/curve.svg", "--title", "A & B"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_source_has_a_line_over_all_numbers_of_traces(tmp_path):
    assert draw(quality("traces_"), tmp_path).returncode == 0
    drawn = ET.parse(tmp_path / "new/curve.svg").getroot()
    lines = [line.get("points").split() for line in drawn.iter() if line.tag.endswith("polyline")]
    words = [text.text for text in drawn.iter() if text.tag.endswith("text")]

    assert [len(line) for line in lines] == [3, 3]
    assert {"A & B", "popular", "tags & words", "0", "3", "10"} <= set(words)
    assert words.index("tags & words") < words.index("popular")


@pytest.mark.parametrize("slice_", ["cold_"])
def test_another_table_is_refused(slice_, tmp_path):
    done = draw(quality(slice_), tmp_path)
    assert done.returncode != 0
    assert "holds no nDCG of slices traces_<n>" in done.stderr
