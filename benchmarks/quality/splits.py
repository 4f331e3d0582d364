"""The split that our pipeline makes, as Parquet files that anybody can read: each judged cut, and one for searches."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import gokart
import luigi
import pandas as pd
from gokart.utils import flatten

from slipstream.pipelines import Backtest
from slipstream.pipelines.backtest import RECOMMEND
from slipstream.tasks.base import Table
from slipstream.tasks.evaluation import UserQualities
from slipstream.tasks.evaluation.trial import PAIR, Trial, list_wanted
from slipstream.tasks.recommendation import Ranker

VALIDATION = "validation"


@dataclass(frozen=True)
class Cut:
    """One moment: what is known before it (train), what came next (truth), what is offered and who asks, as tasks."""

    name: str
    as_of: datetime
    tables: Mapping[str, Table[Any]]

    @property
    def folder(self) -> str:
        """A name that every file system takes."""
        return self.name.replace(":", "").replace(" ", "-").replace("+0000", "Z")


def judged_cuts(pipeline: Backtest) -> Iterator[Cut]:
    """Take the tables that the pipeline itself is judged by."""
    for as_of, task in judged(pipeline):
        users = nearest(task.recommendations, "users")
        tables = {"train": task.seen, "truth": task.truth, "catalogue": task.catalogue, "users": users}
        yield Cut(task.cut, as_of, tables)


def validation_cut(pipeline: Backtest) -> Cut:
    """Take the newest window that the ranker of the first judged cut learns on.

    It is cut the same way, and lies before everything that anybody is judged by.
    """
    _, first = min(judged(pipeline), key=itemgetter(0))
    ranker = next(task for task in walk(first) if isinstance(task, Ranker))
    features = ranker.features[0]
    known = {name: nearest(features, name) for name in ("catalogue", "users")}
    tables = {"train": nearest(features, "interactions"), "truth": ranker.labels[0], **known}
    return Cut(VALIDATION, nearest(features, "catalogue").as_of, tables)


def judged(pipeline: Backtest) -> Iterator[tuple[datetime, UserQualities]]:
    """Find what judges the recommendations at each cut, with the moment of the cut."""
    moments = {name: window.as_of for name, window in pipeline.judged_windows()}
    for task in walk(pipeline):
        if isinstance(task, UserQualities) and task.source == RECOMMEND:
            yield moments[task.cut], task


def walk(root: luigi.Task) -> Iterator[luigi.Task]:
    """List a task and all it depends on, the nearest first."""
    waiting, seen = deque([root]), {root}
    while waiting:
        task = waiting.popleft()
        yield task
        further = [before for before in flatten(task.deps()) if before not in seen]
        seen.update(further)
        waiting.extend(further)


def nearest(root: luigi.Task, name: str) -> Any:  # noqa: ANN401 (a task of any product)
    """Find the task that the nearest one to a root takes under a name."""
    return next(getattr(task, name) for task in walk(root) if hasattr(task, name))


def export(pipeline: Backtest, cut: Cut, folder: Path) -> Path:
    """Make what is missing of a cut's tables and write them, with what a search aims at, into a folder of its own."""
    for table in cut.tables.values():
        gokart.build(table, return_value=False, reset_register=False, workers=1)
    tables = {name: table.output().load() for name, table in cut.tables.items()}
    here = folder / cut.folder
    write(here, tables, facts(pipeline, cut))
    return here


def facts(pipeline: Backtest, cut: Cut) -> dict[str, Any]:
    """Tell how the cut was made."""
    return {
        "cut": cut.name,
        "as_of": cut.as_of.isoformat(),
        "windowed": pipeline.learn_by == "window",
        "relevant": list(pipeline.relevant),
        "cold_below": pipeline.cold_below,
        "top": pipeline.top,
        "seed": pipeline.seed,
    }


def write(folder: Path, tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> None:
    """Write tables, facts, and the pairs that lists are to find."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    trial = Trial(tables["truth"].iloc[:0], tables["truth"], tables["train"], tables["catalogue"])
    wanted = list_wanted(trial, relevant=facts["relevant"], cold_below=facts["cold_below"])
    wanted.select(PAIR).to_pandas().to_parquet(folder / "wanted.parquet", index=False)
    (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
