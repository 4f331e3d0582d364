"""The least that preparing a log can cost: `python -m benchmarks.speed.read_once LOG OUT` reads its files once."""

import argparse
from pathlib import Path

import pyarrow.parquet

from benchmarks.speed.costs import Costs


def main() -> None:
    """Read all columns of all events by one thread, a row group at a time, and write what that cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    costs = Costs()
    with costs.of("read"):
        for path in sorted((given.log / "events").glob("*.parquet")):
            file = pyarrow.parquet.ParquetFile(path)
            for number in range(file.num_row_groups):
                file.read_row_group(number, use_threads=False)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    costs.write(given.out)


if __name__ == "__main__":
    main()
