"""What is measured of the cache: tasks of ours and of plain gokart, and what is done with them."""

import os
import resource
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gokart
import luigi
import numpy as np
import pandas as pd
from gokart.build import WorkerSchedulerFactory

from slipstream.pool import PoolFactory
from slipstream.tasks.base import Task
from slipstream.tasks.vectors import ItemEmbedding

SIZE_OF_VECTOR = 64
Spent = dict[str, float]


class Leaf(Task[dict[str, int]]):
    """A number, ours."""

    number: luigi.IntParameter = luigi.IntParameter()

    def run(self) -> None:
        """Write it."""
        self.dump({"number": self.number})


class Link(Task[int]):
    """A step after another, ours."""

    before: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()
    number: luigi.IntParameter = luigi.IntParameter(default=0)


class Pair(Task[int]):
    """Two steps joined, ours."""

    left: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()
    right: gokart.TaskInstanceParameter[Task[Any]] = gokart.TaskInstanceParameter()


class Fan(Task[int]):
    """A task after many leaves, ours."""

    count: luigi.IntParameter = luigi.IntParameter()

    def requires(self) -> list[Leaf]:
        """Take the leaves."""
        return [Leaf(number=number) for number in range(self.count)]

    def run(self) -> None:
        """Count them."""
        self.dump(self.count)


class Frame(Task[pd.DataFrame]):
    """A table, ours."""


class Vectors(Task[ItemEmbedding]):
    """An embedding, ours."""


class PlainLeaf(gokart.TaskOnKart[dict[str, int]]):
    """A number, gokart's."""

    number: luigi.IntParameter = luigi.IntParameter()

    def run(self) -> None:
        """Write it."""
        self.dump({"number": self.number})


class PlainLink(gokart.TaskOnKart[int]):
    """A step after another, gokart's."""

    before: gokart.TaskInstanceParameter[gokart.TaskOnKart[Any]] = gokart.TaskInstanceParameter()
    number: luigi.IntParameter = luigi.IntParameter(default=0)


class PlainPair(gokart.TaskOnKart[int]):
    """Two steps joined, gokart's."""

    left: gokart.TaskInstanceParameter[gokart.TaskOnKart[Any]] = gokart.TaskInstanceParameter()
    right: gokart.TaskInstanceParameter[gokart.TaskOnKart[Any]] = gokart.TaskInstanceParameter()


class PlainFan(gokart.TaskOnKart[int]):
    """A task after many leaves, gokart's."""

    count: luigi.IntParameter = luigi.IntParameter()

    def requires(self) -> list[PlainLeaf]:
        """Take the leaves."""
        return [PlainLeaf(number=number) for number in range(self.count)]

    def run(self) -> None:
        """Count them."""
        self.dump(self.count)


class PlainProduct(gokart.TaskOnKart[Any]):
    """Anything in one of gokart's formats."""

    extension: luigi.Parameter[str] = luigi.Parameter()

    def output(self) -> gokart.target.TargetOnKart:
        """Choose the format."""
        return self.make_target(f"product.{self.extension}")


OURS = {"leaf": Leaf, "link": Link, "pair": Pair, "fan": Fan, "factory": PoolFactory}
GOKARTS = {"leaf": PlainLeaf, "link": PlainLink, "pair": PlainPair, "fan": PlainFan, "factory": WorkerSchedulerFactory}


@contextmanager
def spent(on: Spent, times: int = 1) -> Iterator[None]:
    """Note CPU and wall milliseconds of a body, divided by how often it does the thing."""
    wall, cpu = time.perf_counter(), _cpu()
    yield
    on["cpu"], on["wall"] = (_cpu() - cpu) * 1000 / times, (time.perf_counter() - wall) * 1000 / times


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def construct_fan(kind: str, count: int, on: Spent) -> None:
    """Construct many tasks of one class."""
    leaf = _kinds(kind)["leaf"]
    with spent(on, count):
        [leaf(number=number) for number in range(count)]


def construct_chain(kind: str, count: int, on: Spent) -> None:
    """Construct tasks each of which takes the one before."""
    kinds = _kinds(kind)
    with spent(on, count):
        task = kinds["leaf"](number=0)
        for _ in range(count):
            task = kinds["link"](before=task)


def construct_diamonds(kind: str, levels: int, on: Spent) -> None:
    """Construct diamonds on diamonds, three tasks each."""
    kinds = _kinds(kind)
    with spent(on, 3 * levels):
        task = kinds["leaf"](number=0)
        for _ in range(levels):
            task = kinds["pair"](left=kinds["link"](before=task, number=1), right=kinds["link"](before=task, number=2))


def check(kind: str, count: int, on: Spent) -> None:
    """Look at a new task over many cached ones, and find all of them there."""
    kinds = _kinds(kind)
    _build(kind, [kinds["leaf"](number=number) for number in range(count)], 1)
    luigi.task_register.Register.clear_instance_cache()
    factory = kinds["factory"]()
    worker = factory.create_worker(factory.create_local_scheduler(), worker_processes=1)
    fan = kinds["fan"](count=count)
    with spent(on):
        worker.add(fan)


def run_one(kind: str, count: int, on: Spent) -> None:
    """Run many tiny tasks one after the other."""
    with spent(on, count):
        _build(kind, [_kinds(kind)["fan"](count=count)], 1)


def run_two(kind: str, count: int, on: Spent) -> None:
    """Run many tiny tasks by two processes."""
    with spent(on, count):
        _build(kind, [_kinds(kind)["fan"](count=count)], 2)


def dump_table(kind: str, rows: int, on: Spent) -> None:
    """Write a table."""
    frame = table(rows)
    with spent(on):
        (Frame() if kind == "ours" else PlainProduct(extension=kind)).dump(frame)
    on["megabytes"] = _megabytes()


def load_table(kind: str, rows: int, on: Spent) -> None:
    """Read a table that another process wrote."""
    with spent(on):
        frame = (Frame() if kind == "ours" else PlainProduct(extension=kind)).output().load()
    assert len(frame) == rows  # noqa: S101 (what is measured has happened)


def dump_embedding(kind: str, count: int, on: Spent) -> None:
    """Write an embedding; gokart as a mapping of ids to vectors, or the matrix alone."""
    ids, matrix = embedding(count)
    ways = {"pkl": lambda: dict(zip(ids, matrix, strict=True)), "npz": lambda: matrix}
    product = ItemEmbedding(pd.Index(ids), matrix) if kind == "ours" else ways[kind]()
    with spent(on):
        (Vectors() if kind == "ours" else PlainProduct(extension=kind)).dump(product)
    on["megabytes"] = _megabytes()


def load_embedding(kind: str, count: int, on: Spent) -> None:
    """Read an embedding that another process wrote."""
    with spent(on):
        product = (Vectors() if kind == "ours" else PlainProduct(extension=kind)).output().load()
    assert len(product.ids if kind == "ours" else product) == count  # noqa: S101 (what is measured has happened)


def table(rows: int) -> pd.DataFrame:
    """Draw two numbers, a tag out of 2,000, a score and a moment a row."""
    chance = np.random.default_rng(0)
    tags = np.array([f"tag {number}" for number in range(2000)], dtype=object)
    return pd.DataFrame(
        {
            "user": chance.integers(0, 1_000_000, rows),
            "item": chance.integers(0, 100_000, rows),
            "tag": pd.array(tags[chance.integers(0, 2000, rows)], dtype="str"),
            "score": chance.random(rows, dtype=np.float32),
            "at": pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(chance.integers(0, 10**7, rows), unit="s"),
        }
    )


def embedding(count: int) -> tuple[list[str], np.ndarray]:
    """Draw ids and a vector each."""
    matrix = np.random.default_rng(0).random((count, SIZE_OF_VECTOR), dtype=np.float32)
    return [f"item {number}" for number in range(count)], matrix


def measure(name: str, kind: str, size: int, folder: str) -> Spent:
    """Measure one thing in this process, in a folder."""
    warnings.simplefilter("ignore")
    os.chdir(folder)
    config = luigi.configuration.get_config()
    config.set("TaskOnKart", "workspace_directory", str(Path.cwd() / "workspace"))
    if kind == "gokart, no logs":
        config.set("TaskOnKart", "should_dump_supplementary_log_files", "false")
    on: Spent = {}
    globals()[name](kind, size, on)
    return on


def _kinds(kind: str) -> dict[str, Any]:
    return OURS if kind == "ours" else GOKARTS


def _build(kind: str, tasks: list[luigi.Task], workers: int) -> None:
    luigi.configuration.get_config().set("core", "no_configure_logging", "true")
    options = {"local_scheduler": True, "detailed_summary": True}
    result = luigi.build(tasks, worker_scheduler_factory=_kinds(kind)["factory"](), workers=workers, **options)
    assert result.status == luigi.LuigiStatusCode.SUCCESS, result.summary_text  # noqa: S101 (what is measured has happened)


def _megabytes() -> float:
    return sum(path.stat().st_size for path in Path("workspace").rglob("*") if path.is_file()) / 1e6
