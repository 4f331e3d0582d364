"""A Spark session of a task's own: checked before it starts, gone with its Java process when the task ends."""

import atexit
import builtins
import importlib
import logging
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipstream.tasks.cache.storage import private_folder
from slipstream.tasks.spark.needs import check_needs

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

logger = logging.getLogger(__name__)
MASTER, PYTHON = "spark.master", "spark.pyspark.python"
LOOPBACK = re.compile(r"local(\[.*\])?|spark://(127\.0\.0\.1|localhost):\d+")
DEFAULTS = {
    MASTER: "local[*]",
    "spark.app.name": "slipstream",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    PYTHON: sys.executable,
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    **{f"spark.executorEnv.{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")},
    "spark.executorEnv.POLARS_MAX_THREADS": "1",
}
PATIENCE = 60.0  # seconds for the first executor to come


@dataclass(frozen=True, eq=False)
class Cluster:
    """A running Spark session, and a folder that the driver and all executors see, gone with the session."""

    session: "SparkSession"
    folder: Path

    def read(self, path: Path) -> "DataFrame":
        """Open a Parquet file or a folder of them."""
        return self.session.read.parquet(path.resolve().as_uri())

    def write(self, frame: "DataFrame", name: str, by: tuple[str, ...] = ()) -> Path:
        """Write a frame as a folder of Parquet files, one further folder for each value of the columns `by`."""
        path = self.folder / name
        frame.write.parquet(path.as_uri(), partitionBy=list(by) or None)
        return path


@contextmanager
def cluster(settings: Mapping[str, Any], root: Path) -> Iterator[Cluster]:
    """Start Spark, and end it with the body; `settings` are Spark's own properties, like {"spark.master": "local[4]"}.

    The folder lies in the workspace `root`, so executors on other machines need to see that under the same path. A
    session that runs in this process already is used and left as it was.

    Raises:
        ConnectionError: The master does not answer or gives no executor.

    """
    given = {**DEFAULTS, **{name: str(value) for name, value in settings.items()}}
    check_needs(given[MASTER])
    with private_folder(root.resolve()) as folder, _session(given) as session, _brief(given[MASTER]):
        session.sparkContext.addPyFile(str(_code()))
        session.sparkContext.setCheckpointDir((folder / "checkpoints").as_uri())
        yield Cluster(session, folder)


@contextmanager
def _session(given: Mapping[str, str]) -> Iterator["SparkSession"]:
    from pyspark import SparkConf, SparkContext  # noqa: PLC0415 (an extra)
    from pyspark.sql import SparkSession  # noqa: PLC0415

    if SparkContext._active_spark_context is not None:  # noqa: SLF001
        if multiprocessing.parent_process() is not None:
            raise RuntimeError("this process was forked from one that holds a Spark session; stop the session first")
        session = SparkSession.builder.getOrCreate().newSession()
        for name in (name for name in given if name.startswith("spark.sql.")):
            session.conf.set(name, given[name])
        yield session
        return
    os.environ["PYSPARK_PYTHON"] = given[PYTHON]
    if LOOPBACK.fullmatch(given[MASTER]):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    try:
        session = SparkSession.builder.config(conf=SparkConf().setAll(list(given.items()))).getOrCreate()
    except Exception as error:
        _end(None)
        raise ConnectionError(
            f"Spark did not start on {given[MASTER]}: {_first_line(error)}; see to the option spark and the task's log"
        ) from error
    try:
        _await_executor(session, given[MASTER])
        yield session
    finally:
        _end(session)


def _await_executor(session: "SparkSession", master: str) -> None:
    """Wait for a standalone cluster to give an executor: without one, Spark would wait for ever."""
    status = session.sparkContext._jsc.sc()  # noqa: SLF001 (Python has no other way to ask)
    until = time.monotonic() + PATIENCE
    while master.startswith("spark://") and status.getExecutorMemoryStatus().size() < 2:  # the driver counts as one
        if time.monotonic() > until:
            memory = session.conf.get("spark.executor.memory", "1g")
            raise ConnectionError(
                f"{master} gave no executor of {memory} in {PATIENCE:.0f} s; start workers there, wait for those that "
                "are busy, or lower spark.executor.memory in the option spark"
            )
        time.sleep(0.1)


def _end(session: "SparkSession | None") -> None:
    """Stop a session and its Java process, whatever state they are in."""
    from pyspark import SparkContext  # noqa: PLC0415

    gateway = SparkContext._gateway  # noqa: SLF001
    with suppress(Exception):
        if session is not None:
            session.stop()
    if gateway is None:
        return
    with suppress(Exception):
        gateway.shutdown()
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None  # noqa: SLF001
    java = getattr(gateway, "proc", None)
    if java is not None:
        java.stdin.close()
        java.terminate()
        java.wait()


@contextmanager
def _brief(master: str) -> Iterator[None]:
    """Say on one line what went wrong on an executor or in Spark."""
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (PySparkException, Py4JError) as error:
        told = re.findall(r"^(\w+(?:\.\w+)*(?:Error|Exception)): (.+)$", str(error), flags=re.MULTILINE)
        if type(error).__name__ == "PythonException" and told:
            name, words = told[-1]
            kind = getattr(builtins, name, RuntimeError)
            raise (kind if issubclass(kind, Exception) else RuntimeError)(words) from error
        raise RuntimeError(f"Spark on {master} gave up: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    java = getattr(error, "java_exception", None)
    return (str(java.toString() if java is not None else error).strip() or type(error).__name__).splitlines()[0]


@cache
def _code() -> Path:
    """Pack the tasks' code, so that executors run what the key of the product names; once for this process."""
    package = Path(str(importlib.import_module(__name__.partition(".")[0]).__file__)).parent
    folder = Path(tempfile.mkdtemp(prefix="slipstream-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    packed = folder / f"{folder.name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for module in (package / "__init__.py", *sorted((package / "tasks").glob("**/*.py"))):
            archive.write(module, module.relative_to(package.parent).as_posix())
    return packed
