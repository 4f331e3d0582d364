"""The picture of the reliability of tag scores is drawn from its table."""

import subprocess
import sys
from pathlib import Path

import pandas as pd

from benchmarks.reliability import collect, draw

PROGRAM = Path(__file__).parents[2] / "benchmarks/reliability.py"


def test_every_set_has_a_curve_of_the_served_scores_of_gauss(tmp_path):
    rows = [
        ("gauss", "served", 1, 0.15, 0.2, 9),
        ("gauss", "served", 2, 0.25, 0.3, 9),
        ("gauss", "all", 0, 0.01, 0.0, 99),
        ("popular", "served", 1, 0.1, 0, 1),
    ]
    table = pd.DataFrame(rows, columns=["source", "slice", "bin", "score", "share", "count"])
    table.to_parquet(tmp_path / "one.parquet")
    (axes,) = draw(collect({"one": tmp_path / "one.parquet"})).axes
    diagonal, curve = axes.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert curve.get_xydata().tolist() == [[0.15, 0.2], [0.25, 0.3]]
    assert curve.get_label() == "one"


def test_products_are_put_together_and_drawn(tmp_path):
    row = ("gauss", "served", 1, 0.15, 0.2, 9)
    table = pd.DataFrame([row], columns=["source", "slice", "bin", "score", "share", "count"])
    table.to_parquet(tmp_path / "one.parquet")
    command = [sys.executable, PROGRAM, tmp_path / "all.csv", f"one={tmp_path}/one.parquet"]
    subprocess.run(command, capture_output=True, check=True)
    assert pd.read_csv(tmp_path / "all.csv").to_numpy().tolist() == [["one", 1, 0.15, 0.2, 9]]
    assert (tmp_path / "all.png").read_bytes().startswith(b"\x89PNG")
