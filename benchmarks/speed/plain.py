"""The usual way, to stand beside: gokart tasks in pandas with pickles between them, and implicit.

`python -m benchmarks.speed.plain LOG OUT` reads a log of generate.py, takes robots and repeats out, weighs the traces,
learns ALS, lists 100 articles for everybody, and writes what each step cost to OUT/plain.json, and the weights to
OUT/weights.parquet.
"""

import argparse
from pathlib import Path
from typing import Any

import gokart
import luigi
import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

from benchmarks.speed.costs import Costs

WEIGHTS = {"pv": 1.0, "related": 2.0, "like": 2.0, "clip": 2.0}
HALF_LIFE_DAYS = 30.0
MINUTE, DAY = 60_000, 86_400_000
TOP, FACTORS, PASSES = 100, 64, 15


class Read(gokart.TaskOnKart[pd.DataFrame]):
    """The log, as one frame."""

    log: luigi.Parameter = luigi.Parameter()

    def run(self) -> None:
        """Read all days."""
        files = sorted(Path(self.log, "events").glob("*.parquet"))
        wanted = ["uid", "article", "action", "ts"]
        self.dump(pd.concat([pd.read_parquet(file, columns=wanted) for file in files], ignore_index=True))


class Prepare(gokart.TaskOnKart[pd.DataFrame]):
    """A weight for each user and article."""

    log: luigi.Parameter = luigi.Parameter()

    def requires(self) -> Read:
        """Take the log."""
        return Read(log=self.log)

    def run(self) -> None:
        """Take robots and repeats out, weigh, and add up."""
        rows = self.load()
        busy = rows.groupby(["uid", rows["ts"] // (60 * MINUTE)]).size()
        rows = rows[~rows["uid"].isin(busy[busy > 600].index.get_level_values(0))]
        rows = rows.drop_duplicates(["uid", "article", "action", "ts"])
        age = (rows["ts"].max() - rows["ts"]) / DAY
        rows = rows.assign(weight=rows["action"].map(WEIGHTS) * 0.5 ** (age / HALF_LIFE_DAYS))
        self.dump(rows.groupby(["uid", "article"], as_index=False)["weight"].sum())


class Learn(gokart.TaskOnKart[AlternatingLeastSquares]):
    """Factors of users and articles."""

    log: luigi.Parameter = luigi.Parameter()

    def requires(self) -> Prepare:
        """Take the weights."""
        return Prepare(log=self.log)

    def run(self) -> None:
        """Learn."""
        model = AlternatingLeastSquares(factors=FACTORS, iterations=PASSES, num_threads=1, random_state=0)
        model.fit(matrix(self.load())[0], show_progress=False)
        self.dump(model)


class Recommend(gokart.TaskOnKart[pd.DataFrame]):
    """A hundred articles for everybody."""

    log: luigi.Parameter = luigi.Parameter()

    def requires(self) -> dict[str, gokart.TaskOnKart[Any]]:
        """Take weights and factors."""
        return {"weights": Prepare(log=self.log), "model": Learn(log=self.log)}

    def run(self) -> None:
        """List what the factors put first and nobody has read."""
        given, users, items = matrix(self.load("weights"))
        wanted = np.arange(len(users))
        found, scores = self.load("model").recommend(wanted, given, N=TOP, filter_already_liked_items=True)
        everybody = users.repeat(found.shape[1])
        self.dump(pd.DataFrame({"uid": everybody, "article": items[found.ravel()], "score": scores.ravel()}))


def matrix(weights: pd.DataFrame) -> tuple[sparse.csr_matrix, pd.Index, pd.Index]:
    """Arrange weights by user and article."""
    (user, users), (item, items) = pd.factorize(weights["uid"]), pd.factorize(weights["article"])
    cells = weights["weight"].astype("float32"), (user, item)
    return sparse.csr_matrix(cells, shape=(len(users), len(items))), users, items


def main() -> None:
    """Read the command line, run the tasks in order and write their costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", help="the folder that generate.py wrote")
    parser.add_argument("out", type=Path, help="a new folder for what the tasks make")
    given = parser.parse_args()
    costs = Costs()
    for kind in (Read, Prepare, Learn, Recommend):
        with costs.of(kind.__name__.lower()):
            gokart.build(kind(log=given.log, workspace_directory=str(given.out)), return_value=False)
    costs.write(given.out / "plain.json")
    weights = gokart.build(Prepare(log=given.log, workspace_directory=str(given.out)))
    weights.to_parquet(given.out / "weights.parquet")


if __name__ == "__main__":
    main()
