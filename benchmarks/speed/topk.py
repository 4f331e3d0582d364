"""The best 100 items of every user, beside implicit and faiss: `python benchmarks/speed/topk.py [USERSxITEMS ...]`.

faiss takes part where it is installed. Every way has the same vectors, one thread, and takes turns with the others.
"""

import argparse
import importlib
import time
from collections.abc import Callable, Sequence

import numpy as np
import threadpoolctl
from implicit.cpu.topk import topk

from slipstream.tasks.recommendation.dot_products import BLOCK, TILE, top_items
from slipstream.tasks.vectors import Matrix

SIZES = ((100_000, 20_000), (200_000, 50_000))
FACTORS, TOP, SIDE = 64, 100, 2048
Ways = dict[str, Callable[[], object]]


def draw(users: int, items: int, *, seed: int = 0) -> tuple[Matrix, Matrix]:
    """Draw normal vectors, of equal length on average: nothing can be left out by length."""
    rng = np.random.default_rng(seed)
    shapes = ((users, FACTORS), (items, FACTORS))
    people, things = (rng.standard_normal(shape, dtype=np.float32) for shape in shapes)
    return people, things


def ways(users: Matrix, items: Matrix) -> Ways:
    """Set up everybody's way."""
    room = np.empty((TILE, BLOCK), np.float32)

    def product() -> None:
        for start in range(0, len(users) - BLOCK + 1, BLOCK):
            for first in range(0, len(items) - TILE + 1, TILE):
                np.matmul(items[first : first + TILE], users[start : start + BLOCK].T, out=room)

    found: Ways = {
        "slipstream": lambda: top_items(users, items, top=TOP),
        "its products alone": product,
        "implicit.cpu.topk": lambda: topk(items, users, TOP, num_threads=1),
    }
    try:
        faiss = importlib.import_module("faiss")
    except ModuleNotFoundError:
        return found
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(FACTORS)
    index.add(items)
    return found | {"faiss IndexFlatIP": lambda: index.search(users, TOP)}


def peak(*, repeat: int) -> float:
    """Measure the rate of a large matrix product: operations a CPU second."""
    square = np.random.default_rng(0).standard_normal((SIDE, SIDE), dtype=np.float32)
    room = np.empty_like(square)
    return 2 * SIDE**3 / min(seconds(lambda: np.matmul(square, square, out=room)) for _ in range(repeat))


def seconds(work: Callable[[], object]) -> float:
    """Measure CPU seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


def size(words: str) -> tuple[int, int]:
    """Read numbers of users and items, like 100000x20000."""
    users, items = map(int, words.split("x"))
    return users, items


def table(sizes: Sequence[tuple[int, int]], *, repeat: int) -> list[str]:
    """Measure the sizes, each way the best of some turns."""
    rows = [
        "| users x items | way | CPU s | users a second | share of the product's peak | times ours |",
        "|---|---|---|---|---|---|",
    ]
    for users, items in sizes:
        taken = ways(*draw(users, items))
        best = dict.fromkeys(taken, float("inf"))
        rate = peak(repeat=repeat)
        for _ in range(repeat):
            best = {name: min(best[name], seconds(work)) for name, work in taken.items()}
            rate = max(rate, peak(repeat=repeat))
        for name, spent in best.items():
            share = 2 * users * items * FACTORS / spent / rate
            times = spent / best["slipstream"]
            rows.append(
                f"| {users:,} x {items:,} | {name} | {spent:.2f} | {users / spent:,.0f} | {share:.0%} | {times:.2f} |"
            )
        rows.append(f"| | a product of {SIDE:,} x {SIDE:,} | | {rate / 1e9:.0f} GFLOP/s | 100% | |")
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=size, default=SIZES, help="users and items, like 100000x20000")
    parser.add_argument("--repeat", type=int, default=3, help="turns of each way")
    given = parser.parse_args()
    with threadpoolctl.threadpool_limits(limits=1, user_api="blas"):
        print(*table(given.sizes, repeat=given.repeat), sep="\n")
