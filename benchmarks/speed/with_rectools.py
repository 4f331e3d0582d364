"""RecTools on prepared weights: `python -m benchmarks.speed.with_rectools OUT`, in an environment that has it.

Reads OUT/weights.parquet, which plain.py writes; what its dataset, its wrapper of implicit's ALS and its lists of 100
articles for everybody cost goes to OUT/rectools.json.
"""

import argparse
from pathlib import Path

import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import ImplicitALSWrapperModel

from benchmarks.speed.costs import Costs

TOP, FACTORS, PASSES = 100, 64, 15


def main() -> None:
    """Read the command line, and measure the three steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    costs = Costs()
    names = {"uid": Columns.User, "article": Columns.Item, "weight": Columns.Weight}
    rows = pd.read_parquet(given.out / "weights.parquet").rename(columns=names)
    with costs.of("dataset"):
        data = Dataset.construct(rows.assign(**{Columns.Datetime: pd.Timestamp("2024-01-01")}))
    usual = AlternatingLeastSquares(factors=FACTORS, iterations=PASSES, num_threads=1, random_state=0)
    with costs.of("learn"):
        model = ImplicitALSWrapperModel(usual).fit(data)
    with costs.of("recommend"):
        model.recommend(rows[Columns.User].unique(), data, k=TOP, filter_viewed=True)
    costs.write(given.out / "rectools.json")


if __name__ == "__main__":
    main()
