"""A standalone Spark cluster on loopback: a master and two workers, one of which can be killed."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from slipstream.tasks.cache.formats import TableCodec
from slipstream.tasks.spark import cluster

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # short lives: start soon rather than run fast
SETTINGS = {
    "spark.driver.memory": "512m",
    "spark.executor.memory": "512m",
    "spark.driver.extraJavaOptions": QUICK,
    "spark.executor.extraJavaOptions": QUICK,
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
}
DEPLOY = "org.apache.spark.deploy"
MORTAL = ("setpriv", "--pdeathsig", "KILL")  # killed by the system when we are gone, however that ended
PATIENCE = 300.0
ROOT = Path(__file__).parents[1]
APART = str(ROOT / ".venv/spark")  # where .ci/spark puts PySpark, out of the way of what would import it for nothing
REACHING = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), APART])}


class Standalone:
    """A master and its workers, each in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        """Start the master."""
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"spark://127.0.0.1:{port}"
        self.settings = {**SETTINGS, "spark.master": self.address}
        self.master = self._start("master.Master", "--port", str(port))
        until(lambda: _listens(port))

    def add_worker(self) -> None:
        """Start one more worker, with one core."""
        work = str(self.folder / f"work{len(self.workers)}")
        knobs = ("--cores", "1", "--memory", "1g", "--work-dir", work)
        self.workers.append(self._start("worker.Worker", *knobs, self.address))

    def kill_worker(self) -> None:
        """Kill a worker and all that it runs, as a machine that fails would."""
        worker = self.workers.pop(0)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def stop(self) -> None:
        """End everything."""
        for process in (*self.workers, self.master):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        import pyspark

        program = Path(pyspark.__file__).parent / "bin/spark-class"
        place = ("--host", "127.0.0.1", "--webui-port", "0")
        environment = {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": QUICK,
        }
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*MORTAL, program, f"{DEPLOY}.{name}", *place, *arguments],
                env=environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip


def shelf(folder: Path, *frames: pd.DataFrame) -> list[Path]:
    """Write tables as the cache does."""
    paths = [folder / f"{number}.parquet" for number in range(len(frames))]
    for path, frame in zip(paths, frames, strict=True):
        with path.open("wb") as file:
            TableCodec().write(frame, file)
    return paths


def until(happened: Callable[[], bool]) -> None:
    """Wait for something."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def executors() -> int:
    """Count the executors that the running session has."""
    from pyspark import SparkContext

    return int(SparkContext._active_spark_context._jsc.sc().getExecutorMemoryStatus().size()) - 1


@contextmanager
def running(folder: Path) -> Iterator[Standalone]:
    """Run a master, two workers and a session of this process."""
    if APART not in sys.path:
        sys.path.append(APART)
    standalone = Standalone(folder)
    try:
        standalone.add_worker()
        standalone.add_worker()
        with cluster(standalone.settings, folder):
            until(lambda: executors() == 2)
            yield standalone
    finally:
        standalone.stop()


@pytest.fixture(scope="session")
def standalone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    """The cluster that tests share."""
    with running(tmp_path_factory.mktemp("standalone")) as started:
        yield started


def with_a_worker_killed(standalone: Standalone, job: Callable[[], Any]) -> Any:
    """Do a job, kill a worker when some of a stage's tasks are done and others are not, and give the job's result."""
    from pyspark import SparkContext

    tracker = SparkContext._active_spark_context.statusTracker()
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.append(job()))
    thread.start()

    def amid() -> bool:
        stages = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
        return any(stage and 0 < stage.numCompletedTasks < stage.numTasks for stage in stages)

    until(lambda: amid() or not thread.is_alive())
    assert thread.is_alive(), "the job ended before a worker could be killed"
    standalone.kill_worker()
    until(lambda: executors() < 2 or not thread.is_alive())
    standalone.add_worker()
    thread.join(PATIENCE * 2)
    until(lambda: executors() == 2)
    (result,) = done
    return result
