"""The split that our pipeline makes, as Parquet files that anybody can read: each judged cut, and one for searches."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gokart
import pandas as pd

from slipstream.pipelines import Backtest
from slipstream.pipelines.ranking import Stage, Window
from slipstream.tasks.base import Table
from slipstream.tasks.data import Users
from slipstream.tasks.evaluation.trial import PAIR, Trial, list_wanted
from slipstream.tasks.tables import Interaction

VALIDATION = "validation"


@dataclass(frozen=True)
class Cut:
    """One moment, with the tasks of our pipeline that know what came before it and what came next."""

    name: str
    window: Window
    stage: Stage
    truth: Table[Interaction]

    @property
    def folder(self) -> str:
        """A name that every file system takes."""
        return self.name.replace(":", "").replace(" ", "-").replace("+0000", "Z")

    @property
    def tables(self) -> dict[str, Table[Any]]:
        """The tables that a peer and a judge need."""
        stage = self.stage
        return {
            "train": stage.known.interactions,
            "truth": self.truth,
            "catalogue": stage.catalogue,
            "users": stage.users,
        }


def judged_cuts(pipeline: Backtest) -> Iterator[Cut]:
    """Take the cuts that the pipeline is judged at."""
    for name, window in pipeline.judged_windows():
        yield make_cut(pipeline, name, window)


def validation_cut(pipeline: Backtest) -> Cut:
    """Cut the training part of the first judged cut once more, the way the ranker's newest training window is cut.

    It lies before everything that anybody is judged by.
    """
    _, first = next(iter(pipeline.judged_windows()))
    return make_cut(pipeline, VALIDATION, next(iter(pipeline.training_windows(first.log, first.as_of))))


def make_cut(pipeline: Backtest, name: str, window: Window) -> Cut:
    """Name the tasks at one moment."""
    known = pipeline.knowledge(window.log, window.as_of)
    stage = Stage(pipeline, known, Users(tables=[window.later]), window.log.answers)
    return Cut(name, window, stage, pipeline.labels(window.later, window.until))


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
        "as_of": cut.window.as_of.isoformat(),
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
