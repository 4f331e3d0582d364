"""Running a pipeline in a process of its own, whose events reach us by the journal whatever the number of workers."""

import fcntl
import importlib
import logging
import multiprocessing
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.context import ForkProcess
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any

import luigi
from luigi import LuigiStatusCode

from slipstream import graph
from slipstream.graph import Step, manifest
from slipstream.journal import Event, Journal, Reader
from slipstream.plan import PLAN, plan
from slipstream.pool import PoolFactory
from slipstream.stop import Code, Stop, cause
from slipstream.tasks import tables
from slipstream.tasks.base import Pipeline
from slipstream.tasks.cache.description import library_versions
from slipstream.tasks.cache.running import measured

CODES = {
    LuigiStatusCode.SUCCESS: Code.DONE,
    LuigiStatusCode.SUCCESS_WITH_RETRY: Code.DONE,
    LuigiStatusCode.FAILED: Code.TASK_FAILED,
    LuigiStatusCode.FAILED_AND_SCHEDULING_FAILED: Code.NOT_SCHEDULED,
    LuigiStatusCode.SCHEDULING_FAILED: Code.NOT_SCHEDULED,
    LuigiStatusCode.NOT_RUN: Code.NOT_RUN,
    LuigiStatusCode.MISSING_EXT: Code.MISSING_DATA,
}


PATIENCE = 5.0


@dataclass(frozen=True)
class Run:
    """One run of a pipeline: its folder in the workspace and its process."""

    folder: Path
    journal: Journal
    process: ForkProcess

    @property
    def log(self) -> Path:
        """Everything that the run's processes log or print."""
        return self.folder / "output.log"

    def stop(self) -> None:
        """End the run's processes if they still run; each has a moment to clean up."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.is_alive():
                with suppress(ProcessLookupError):
                    os.killpg(self.process.pid or 0, number)
                self.process.join(PATIENCE)
        if self.process.pid is not None:
            self.process.join()


class News:
    """The events of a run's processes, until they have ended."""

    def __init__(self, run: Run) -> None:
        """Read from the beginning."""
        self._process = run.process
        self._reader = Reader(run.journal)

    def news(self) -> tuple[Iterable[Event], bool]:
        """Give the events since the last call, and whether more may come."""
        going_on = self._process.is_alive()  # asked first: what was written before the end is read below
        return list(self._reader.events()), going_on

    def death(self) -> str:
        """Say how the run ended, if it could not say so itself."""
        return death(self._process.exitcode)


def logs_of(pipeline: Pipeline[Any]) -> Path:
    """Say where the runs of a workspace leave their folders."""
    return Path(pipeline.workspace_directory) / "log"


@contextmanager
def started(
    pipeline: Pipeline[Any], workers: int, steps: Sequence[Step] | None = None, again: Sequence[luigi.Task] = ()
) -> Iterator[Run]:
    """Start running a pipeline, and see to it that nothing of it is left running.

    `steps` spare another look at it; the products of the tasks to be run `again` are set aside.
    """
    _warm_up()
    logs = logs_of(pipeline)
    with _only_run(logs, pipeline):
        folder = Path(mkdtemp(prefix=f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{pipeline.task_family}-", dir=logs))
        journal = Journal(folder / "journal.jsonl")
        journal.write(PLAN, **plan(pipeline, graph.steps(pipeline) if steps is None else steps, workers))
        for task in again:
            task.output().set_aside()
        context = multiprocessing.get_context("fork")
        arguments = ([*again, pipeline], workers, folder, signal.getsignal(signal.SIGINT))
        process = context.Process(target=_conduct, args=arguments, name="slipstream run")
        run = Run(folder, journal, process)
        try:
            with _undisturbed():
                process.start()
            with suppress(OSError):
                os.setpgid(process.pid or 0, process.pid or 0)  # as the process itself does: whoever comes first
            yield run
        finally:
            run.stop()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C wait: Python drops an exception that is raised while its hooks of a fork run.

    To block the signal would not do: any other thread of the process takes it then. Outside of the main thread, where
    Ctrl-C is never heard, nothing has to wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _warm_up() -> None:
    """Load what libraries load on first use, so that not every task's process has to."""
    importlib.import_module("pyarrow.dataset")
    with measured():
        tables.empty(tables.User)
    library_versions()


@contextmanager
def _only_run(logs: Path, pipeline: Pipeline[Any]) -> Iterator[IO[str]]:
    """Refuse a second run of the same pipeline in the same workspace; the lock dies with the run's last process."""
    try:
        logs.mkdir(parents=True, exist_ok=True)
        file = (logs / f"{pipeline.task_id}.lock").open("w")
    except OSError as error:
        raise Stop(
            Code.NOT_SCHEDULED,
            f"cannot write to {logs}: {error.strerror}; name a folder you may write to by --workspace",
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            line = f"{pipeline} is already running in {logs.parent}; wait for it, or choose another --workspace"
            raise Stop(Code.ALREADY_RUNNING, line) from None
        yield file


def _conduct(tasks: list[luigi.Task], workers: int, folder: Path, interrupted: Any) -> None:
    """Run tasks by luigi's worker, telling the journal; what is printed or logged goes to a file."""
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(Code.INTERRUPTED))
    _redirect_output(folder / "output.log")
    journal = Journal(folder / "journal.jsonl")
    _tell(journal, folder)
    luigi.configuration.get_config().set("core", "no_configure_logging", "true")
    result = luigi.build(
        tasks,
        worker_scheduler_factory=PoolFactory(),
        local_scheduler=True,
        detailed_summary=True,
        workers=workers,
    )
    journal.write("end", code=CODES[result.status])


def death(exit_code: int | None) -> str:
    """Say how a process died that could not say so itself."""
    if exit_code is None or exit_code >= 0:
        return f"its process ended with exit code {exit_code}"
    hint = ", perhaps for lack of memory" if -exit_code == signal.SIGKILL else ""
    return f"its process was ended by {signal.Signals(-exit_code).name}{hint}"


def _redirect_output(path: Path) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(descriptor, sys.__stdout__.fileno() if sys.__stdout__ else 1)
    os.dup2(descriptor, sys.__stderr__.fileno() if sys.__stderr__ else 2)
    stream = os.fdopen(descriptor, "a", buffering=1, encoding="utf-8")
    sys.stdout = sys.stderr = stream
    logging.basicConfig(
        stream=stream,
        level=logging.INFO,
        force=True,
        format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s",
    )
    logging.captureWarnings(capture=True)


def _tell(journal: Journal, folder: Path) -> None:
    """Have every task of this process and its children tell the journal what happens to it."""

    def start(task: luigi.Task) -> None:
        journal.write("start", task.task_id)

    def done(task: luigi.Task) -> None:
        page = manifest(task)
        journal.write("done", task.task_id, rows=page.rows if page else None)

    def failed(task: luigi.Task, error: BaseException) -> None:
        page = folder / f"{type(task).__name__}-{task.task_id[-10:]}.txt"
        page.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        journal.write("failed", task.task_id, error=cause(error), traceback=str(page))

    def died(task: luigi.Task, error: str) -> None:
        code = re.search(r"exit code (-?\d+)", error)
        reason = death(int(code[1])) if code else error.replace(f"{task.task_id} ", "")
        journal.write("failed", task.task_id, error=reason, traceback="")

    for event, tell in (
        (luigi.Event.START, start),
        (luigi.Event.SUCCESS, done),
        (luigi.Event.FAILURE, failed),
        (luigi.Event.PROCESS_FAILURE, died),
        (luigi.Event.TIMEOUT, died),
    ):
        luigi.Task.event_handler(event)(tell)
