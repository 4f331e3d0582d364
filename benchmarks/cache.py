"""What the cache costs, next to plain gokart in the same run: `python benchmarks/cache.py [--quick]`."""

import argparse
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = str(Path(__file__).parents[1])
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": ROOT}  # forked processes look for modules where it says
sys.path.insert(0, ROOT)
from benchmarks.cache_cases import Spent, measure  # noqa: E402 (after what it reads)

FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["benchmarks.cache_cases"])
FULL = {"tasks": 1000, "chain": 500, "short chain": 150, "levels": 13, "rows": 5_000_000, "vectors": 500_000}
QUICK = {"tasks": 30, "chain": 40, "short chain": 20, "levels": 6, "rows": 5_000, "vectors": 500}
HEADINGS = ("what", "peer", "CPU", "peer's", "times", "wall", "peer's", "times", "MB", "peer's")

CASES = (
    ("construct a fan, a task", "construct_fan", "tasks", ("gokart",), ""),
    ("construct a chain, a task", "construct_chain", "short chain", ("gokart",), ""),
    ("construct a long chain, a task", "construct_chain", "chain", ("gokart",), ""),
    ("construct diamonds, a task", "construct_diamonds", "levels", ("gokart",), ""),
    ("construct many diamonds, a task", "construct_diamonds", "tasks", (), ""),
    ("check cached tasks, all", "check", "tasks", ("gokart",), ""),
    ("run a tiny task, 1 worker", "run_one", "tasks", ("gokart", "gokart, no logs"), ""),
    ("run a tiny task, 2 workers", "run_two", "tasks", ("gokart", "gokart, no logs"), ""),
    ("dump a table", "dump_table", "rows", ("parquet", "pkl"), ""),
    ("load a table", "load_table", "rows", ("parquet", "pkl"), "dump_table"),
    ("dump an embedding", "dump_embedding", "vectors", ("npz", "pkl"), ""),
    ("load an embedding", "load_embedding", "vectors", ("npz", "pkl"), "dump_embedding"),
)


def _measured(name: str, kind: str, size: int, folder: str) -> Spent | None:
    """Measure in a fresh process, forked where all libraries are loaded and nothing was done yet; None if it fails."""
    with ProcessPoolExecutor(1, mp_context=FRESH) as process:
        try:
            return process.submit(measure, name, kind, size, folder).result()
        except Exception as error:  # noqa: BLE001 (whatever the peer's way of failing is)
            print(f"{name} {kind}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
            return None


def _best(name: str, kind: str, size: int, before: str, repeat: int) -> Spent | None:
    """Measure several times, each in a fresh folder, and keep the least of every number."""
    found = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            made = _measured(before, kind, size, folder) if before else {}
            now = None if made is None else _measured(name, kind, size, folder)
        if now is None:
            return None
        found.append({**now, **({"megabytes": made["megabytes"]} if made else {})})
    return {number: min(each[number] for each in found) for number in found[0]}


def rows(sizes: dict[str, int], repeat: int) -> Iterator[tuple[str, ...]]:
    """Measure everything, ours and its peers' in turn."""
    for label, function, size, peers, before in CASES:
        ours = _best(function, "ours", sizes[size], before, repeat)
        for peer in peers or ("",):
            theirs = _best(function, peer, sizes[size], before, repeat) if peer else None
            cells = [cell for number in ("cpu", "wall") for cell in _cells(ours, theirs, number, peer)]
            disk = [f"{each['megabytes']:.1f}" if each and "megabytes" in each else "" for each in (ours, theirs)]
            yield (f"{label} ({sizes[size]:,})", peer, *cells, *disk)


def _cells(ours: Spent | None, theirs: Spent | None, number: str, peer: str) -> tuple[str, str, str]:
    times = f"{theirs[number] / ours[number]:.1f}" if ours and theirs else ""
    return _milliseconds(ours, number), _milliseconds(theirs, number) if peer else "", times


def _milliseconds(spent: Spent | None, number: str) -> str:
    if spent is None:
        return "fails"
    return f"{spent[number]:,.0f} ms" if spent[number] >= 100 else f"{spent[number]:.2g} ms"


def main() -> None:
    """Print one table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, once each: only to see that it works")
    parser.add_argument("--repeat", type=int, default=3, help="take the best of so many measurements")
    arguments = parser.parse_args()
    print(" | ".join(("", *HEADINGS, "")).strip())
    print("|".join(("", *("---" for _ in HEADINGS), "")))
    for row in rows(QUICK if arguments.quick else FULL, 1 if arguments.quick else arguments.repeat):
        print(" | ".join(("", *row, "")).strip(), flush=True)


if __name__ == "__main__":
    main()
