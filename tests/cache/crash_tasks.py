"""A task of every file format, small and with one right product each."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gensim.models
import gokart
import lightgbm
import luigi
import numpy as np
import pandas as pd
import polars as pl
from gokart.utils import flatten

from slipstream.tasks.base import Pipeline, Table, Task
from slipstream.tasks.tables import User
from slipstream.tasks.vectors import ItemEmbedding

ROWS = 400
NAMES = [f"名 {number}" for number in range(ROWS)]


@dataclass(frozen=True)
class Both:
    """Two models that belong together."""

    words: gensim.models.KeyedVectors
    trees: tuple[lightgbm.Booster, ...]
    names: list[str]


def grown() -> lightgbm.Booster:
    """Grow a few trees."""
    x = np.arange(40.0).reshape(20, 2)
    settings = {"verbosity": -1, "min_data_in_leaf": 2, "num_threads": 1, "deterministic": True}
    return lightgbm.train(settings, lightgbm.Dataset(x, x[:, 0]), 3)


def placed() -> gensim.models.KeyedVectors:
    """Place words."""
    words = gensim.models.KeyedVectors(3)
    words.add_vectors([f"w{number}" for number in range(ROWS)], np.arange(3.0 * ROWS, dtype=np.float32).reshape(-1, 3))
    return words


class Readers(Table[User]):
    """A table."""

    def run(self) -> None:
        self.dump(pd.DataFrame({"user_id": NAMES}))


class Prices(Task[pl.DataFrame]):
    """A polars frame."""

    def run(self) -> None:
        self.dump(pl.DataFrame({"name": NAMES, "price": np.sqrt(np.arange(ROWS))}))


class Places(Task[ItemEmbedding]):
    """An embedding."""

    def run(self) -> None:
        self.dump(ItemEmbedding(pd.Index(NAMES), np.arange(3.0 * ROWS).reshape(-1, 3)))


class Grid(Task[np.ndarray]):
    """An array."""

    def run(self) -> None:
        self.dump(np.arange(2 * ROWS).reshape(2, -1))


class Facts(Task[dict[str, Any]]):
    """Plain values."""

    def run(self) -> None:
        self.dump({"names": NAMES})


class Trees(Task[lightgbm.Booster]):
    """A LightGBM model."""

    def run(self) -> None:
        self.dump(grown())


class Words(Task[gensim.models.KeyedVectors]):
    """A gensim model."""

    def run(self) -> None:
        self.dump(placed())


class Pair(Task[Both]):
    """Several models in one file."""

    def run(self) -> None:
        self.dump(Both(placed(), (grown(), grown()), NAMES))


class Listing(Pipeline[dict[str, Any]]):
    """A recipe, whose run is noted."""

    def requires(self) -> dict[str, Task[Any]]:
        return {"facts": Facts(workspace_directory=self.workspace_directory)}


KINDS: tuple[type[Task[Any]], ...] = (Readers, Prices, Places, Grid, Facts, Trees, Words, Pair)


class Counted(Task[int]):
    """How much of a model was loaded, as a task among several that load it at once."""

    model: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()
    number: luigi.IntParameter = luigi.IntParameter()

    def run(self) -> None:
        self.dump(len(encoded(self.model, self.load(self.model))) + self.number)


class Census(Pipeline[int]):
    """Six tasks for each of three models."""

    def requires(self) -> dict[str, Task[Any]]:
        root = self.workspace_directory
        models = [kind(workspace_directory=root) for kind in (Trees, Words, Pair)]
        return {
            f"{type(model).__name__} {number}": Counted(model=model, number=number, workspace_directory=root)
            for model in models
            for number in range(6)
        }


def make(task: Task[Any]) -> None:
    """Make a product and what it needs, as a scheduler would."""
    for before in flatten(task.requires()):
        make(before)
    if not task.complete():
        task.run()


def encoded(task: Task[Any], product: Any) -> bytes:
    """Write a product as its file is written."""
    file = io.BytesIO()
    task.output().codec.write(product, file)
    return file.getvalue()


def files(root: Path) -> dict[str, Path]:
    """Name the files of a workspace by their paths in it."""
    return {str(path.relative_to(root)): path for path in sorted(root.rglob("*")) if path.is_file()}
