"""What boosted trees say of rows, beside LightGBM's own ways: `python benchmarks/speed/trees.py [TREESxLEAVES ...]`.

Scores are the same to the last bit, SHAP values (added up by six groups of features) up to rounding; both are checked.
Every way has the same trees and rows, one thread, and takes turns with the others.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence

import lightgbm
import numpy as np
import numpy.typing as npt

from slipstream.tasks.shap import GroupShap
from slipstream.tasks.tree_sums import tree_sums

SIZES = ((100, 15), (400, 15))
ROWS, TAUGHT, FEATURES, NOUGHTS, GROUPS, EXPLAINED = 200_000, 20_000, 66, 0.3, 6, 10
ROUNDING = 1e-9
Rows = npt.NDArray[np.float32]
Way = Callable[[], npt.NDArray[np.float64]]


def world(trees: int, leaves: int, rows: int) -> tuple[lightgbm.Booster, Rows]:
    """Grow trees over features like a ranker's: many noughts, many values that rows share."""
    chance = np.random.default_rng(0)
    matrix = chance.random((max(rows, TAUGHT), FEATURES), np.float32)
    matrix[:, ::3] = np.round(matrix[:, ::3] * 20) / 20
    matrix[chance.random(matrix.shape) < NOUGHTS] = 0
    target = matrix[:, :20] @ chance.normal(size=20) + np.sin(6 * matrix[:, 3]) * matrix[:, 4] * 3
    lesson = slice(0, TAUGHT)
    data = lightgbm.Dataset(matrix[lesson], (target + chance.normal(size=len(target)))[lesson])
    knobs = {
        "num_leaves": leaves,
        "max_bin": 63,
        "min_data_in_leaf": 50,
        "learning_rate": 0.05,
        "feature_fraction": 0.7,
    }
    return lightgbm.train(knobs | {"num_threads": 1, "verbosity": -1, "seed": 0}, data, trees), matrix[:rows]


def ways(booster: lightgbm.Booster, matrix: Rows) -> Iterator[tuple[str, int, Way, Way]]:
    """Name what is asked, of how many rows, our way and LightGBM's; SHAP values are those of one row in `EXPLAINED`."""
    some = matrix[::EXPLAINED]
    groups = [str(feature % GROUPS) for feature in range(FEATURES)]
    member = np.array([[group == name for name in sorted(set(groups))] for group in groups], np.float64)
    yield "scores", len(matrix), lambda: tree_sums(booster, matrix), lambda: np.asarray(booster.predict(matrix))
    yield (
        "SHAP",
        len(some),
        lambda: np.stack(list(GroupShap(booster, groups)(some).values()), axis=1),
        lambda: np.asarray(booster.predict(some, pred_contrib=True))[:, :-1] @ member,
    )


def table(sizes: Sequence[tuple[int, int]], *, rows: int, repeat: int) -> list[str]:
    """Measure the sizes, each way the best of some turns."""
    lines = ["| trees x leaves | what | rows | ours, CPU microseconds a row | LightGBM's | times |", "|" + "---|" * 6]
    for trees, leaves in sizes:
        for what, count, ours, theirs in ways(*world(trees, leaves, rows)):
            if not np.allclose(ours(), theirs(), rtol=0, atol=0 if what == "scores" else ROUNDING):
                raise SystemExit(f"error: {what} of {trees} trees of {leaves} leaves are not those of LightGBM")
            turns = [(seconds(ours) / count * 1e6, seconds(theirs) / count * 1e6) for _ in range(repeat)]
            mine, other = (min(each) for each in zip(*turns, strict=True))
            lines.append(
                f"| {trees:,} x {leaves} | {what} | {count:,} | {mine:.1f} | {other:.1f} | {other / mine:.1f} |"
            )
    return lines


def seconds(work: Callable[[], object]) -> float:
    """Measure the CPU seconds of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def size(words: str) -> tuple[int, int]:
    """Read numbers of trees and leaves, like 400x15."""
    trees, leaves = map(int, words.split("x"))
    return trees, leaves


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=size, default=SIZES, help="trees and leaves, like 400x15")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows that are scored")
    parser.add_argument("--repeat", type=int, default=3, help="turns of each way")
    given = parser.parse_args()
    print(*table(given.sizes, rows=given.rows, repeat=given.repeat), sep="\n")
