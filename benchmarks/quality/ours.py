"""Our pipeline's part: `python -m benchmarks.quality.ours DATASET [DATA]` makes its lists, one task after the other."""

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gokart
import luigi
from gokart.utils import flatten

from benchmarks.quality.peers import CACHE, ROOT
from benchmarks.quality.splits import Cut
from slipstream import conf
from slipstream.pipelines import Backtest
from slipstream.tasks.base import Task
from slipstream.tasks.cache.address import upstream_first
from slipstream.tasks.evaluation import UserQualities


@dataclass(frozen=True)
class Dataset:
    """A configuration, the variable that names the folder of its files, and single models to stand beside."""

    conf: str
    variable: str
    singles: tuple[str, ...]


DATASETS = {
    "ml-latest-small": Dataset("examples/movielens/movielens.ini", "", ("popular", "ials", "ease", "edlae")),
    "lastfm-2k": Dataset("examples/lastfm/lastfm.ini", "LASTFM", ("popular", "ials", "ease", "edlae")),
    "globo": Dataset("examples/globo/globo.ini", "GLOBO", ("ials", "edlae")),
    "citeulike-t": Dataset("examples/citeulike/citeulike.ini", "CITEULIKE", ("popular", "ials")),
}


def home(dataset: str) -> Path:
    """Point to the folder that a data set's split, workspace and lists are kept in."""
    return CACHE / dataset


def open_pipeline(dataset: str, data: str) -> Backtest:
    """Load the configuration of a data set, and make the pipeline that is judged."""
    chosen = DATASETS[dataset]
    if chosen.variable and data:
        os.environ[chosen.variable] = str(Path(data).resolve())
    if chosen.variable and chosen.variable not in os.environ:
        raise SystemExit(f"{dataset} needs the folder of its files; give it by DATA=path or {chosen.variable}=path")
    conf.load([ROOT / chosen.conf])
    conf.set_workspace(home(dataset) / "workspace")
    usual = Backtest()
    missing = [name for name in chosen.singles if name not in usual.candidate_sources]
    return Backtest(baselines=tuple(dict.fromkeys([*usual.baselines, *missing])))


def make(task: Task[Any]) -> None:
    """Make what is missing for a task, one step after the other in this process."""
    gokart.build(task, return_value=False, reset_register=False, workers=1)


def lists(pipeline: Backtest) -> Iterator[tuple[str, str, Task[Any]]]:
    """Name each list that the pipeline judges: its source, its cut, and the task that makes it."""
    for task in graph([pipeline]):
        if isinstance(task, UserQualities):
            yield task.source, task.cut, task.recommendations


def graph(roots: Iterable[luigi.Task]) -> list[luigi.Task]:
    """List tasks and all they depend on, each after what it depends on."""
    return list(dict.fromkeys(task for root in roots for task in upstream_first(root, before)))


def before(task: luigi.Task) -> list[luigi.Task]:
    """List what a task depends on."""
    return flatten(task.deps())


def spend(cut: Cut, root: Task[Any]) -> dict[str, float]:
    """Add up what a list took beyond the tables that peers are given, too.

    recommend = the tasks behind the question who asks; fit = the others. Memory is the largest of any task.
    """
    given = set(graph(cut.tables.values()))
    asked = {cut.tables["users"]}
    totals = dict.fromkeys(["fit_seconds", "fit_cpu", "recommend_seconds", "recommend_cpu", "peak_megabytes"], 0.0)
    for task in graph([root]):
        behind = not asked.isdisjoint(before(task))
        asked |= {task} if behind else set()
        if task in given:
            continue
        part = "recommend" if behind else "fit"
        page = task.output().manifest()
        totals[f"{part}_seconds"] += page.seconds
        totals[f"{part}_cpu"] += page.cpu_seconds
        totals["peak_megabytes"] = max(totals["peak_megabytes"], page.peak_memory / 2**20)
    return totals


def main() -> None:
    """Make the lists of a data set."""
    dataset, data = sys.argv[1], "".join(sys.argv[2:])
    pipeline = open_pipeline(dataset, data)
    make(pipeline)


if __name__ == "__main__":
    main()
