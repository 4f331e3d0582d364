"""The picture of the reliability of tag scores is drawn from its table."""

import subprocess
import sys
import zlib
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/quality"


def draw(table, *products):
    command = [sys.executable, str(ROOT / "benchmarks/reliability.py"), str(table), *products]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pixels(picture):
    content = picture.read_bytes()
    start = content.index(b"IDAT") + 4
    return zlib.decompress(content[start : content.index(b"IEND")])


def test_the_picture_in_the_docs_shows_the_table_beside_it(tmp_path):
    table = tmp_path / "reliability.csv"
    table.write_bytes((PAGE / "tag-reliability.csv").read_bytes())
    draw(table)
    assert pixels(tmp_path / "reliability.png") == pixels(PAGE / "tag-reliability.png")


def test_products_are_put_together(tmp_path):
    rows = [
        ("gauss", "served", 1, 0.15, 0.2, 9),
        ("gauss", "all", 0, 0.01, 0.0, 99),
        ("popular", "served", 1, 0.1, 0, 1),
    ]
    table = pd.DataFrame(rows, columns=["source", "slice", "bin", "score", "share", "count"])
    table.to_parquet(tmp_path / "one.parquet")
    assert draw(tmp_path / "all.csv", f"one={tmp_path}/one.parquet").strip() == "one: blue"
    assert pd.read_csv(tmp_path / "all.csv").to_numpy().tolist() == [["one", 1, 0.15, 0.2, 9]]
    assert pixels(tmp_path / "all.png")
