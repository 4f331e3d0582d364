"""A worker whose tasks share a few long-lived processes, forked once the graph is known, instead of one each."""

import multiprocessing
import queue
import signal
import sys
from collections import deque
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Literal, Self, cast

import luigi
from gokart.build import WorkerSchedulerFactory
from gokart.worker import TaskProcess, Worker
from luigi.scheduler import Scheduler
from luigi.task_status import PENDING

from slipstream.scheduling import LocalScheduler

FORK = multiprocessing.get_context("fork")
PATIENCE = 5.0


class Report:
    """Where one process puts how its tasks went: a pipe of its own, so that a process that dies blocks no other."""

    def __init__(self) -> None:
        """Open the pipe."""
        self.reader, self._writer = FORK.Pipe(duplex=False)

    def put(self, result: tuple[Any, ...]) -> None:
        """Tell the parent."""
        self._writer.send(result)

    def give_away(self) -> None:
        """Leave writing to the process that was started, so that its end is noticed."""
        self._writer.close()


class Reports:
    """All that is told, as luigi's worker reads it from a queue."""

    def __init__(self) -> None:
        """Start with nobody who reports."""
        self._own: deque[tuple[Any, ...]] = deque()
        self._readers: list[Connection] = []

    def expect(self, report: Report) -> None:
        """Listen to one more process."""
        self._readers.append(report.reader)

    def put(self, result: tuple[Any, ...]) -> None:
        """Tell something from this process."""
        self._own.append(result)

    def get(self, timeout: float) -> tuple[Any, ...]:
        """Wait so many seconds for something; queue.Empty if nothing came or somebody ended."""
        if self._own:
            return self._own.popleft()
        for reader in wait(self._readers, timeout):
            try:
                return tuple(cast("Connection", reader).recv())
            except (EOFError, OSError):
                self._readers.remove(cast("Connection", reader))
        raise queue.Empty

    def close(self) -> None:
        """Listen to nobody any more."""
        for reader in self._readers:
            reader.close()
        self._readers = []


class Runner(FORK.Process):  # type: ignore[name-defined,misc] # a context's own class
    """A process that runs the tasks it is told to, one after the other, each as luigi's process of one task would."""

    def __init__(self, worker: "PoolWorker", tasks: frozenset[str]) -> None:
        """Prepare a process that will know the `tasks` (ids) scheduled so far."""
        super().__init__(name="slipstream runner")
        self.tasks = tasks
        self.report = Report()
        self._worker = worker
        self._orders, self._ordering = FORK.Pipe(duplex=False)
        self._is_terminated = False

    def order(self, task: str) -> None:
        """Have a task run; if the process is dead, its exit code tells."""
        with suppress(BrokenPipeError):
            self._ordering.send(task)

    def dismiss(self) -> None:
        """Have the process end when it has nothing to do."""
        self._ordering.close()

    def end(self) -> None:
        """Wait a moment for the process to end, then kill it."""
        self.join(PATIENCE)
        if self.is_alive():
            self.kill()
            self.join()

    def run(self) -> None:
        """Run what is ordered until dismissed or terminated."""
        signal.signal(signal.SIGTERM, self._terminate)
        self._worker.reports.close()
        for runner in (*self._worker.runners, self):
            runner.dismiss()  # only the parent holds these ends of pipes: at its death, all children end
        with suppress(EOFError):
            while not self._is_terminated:
                self._worker.perform(self._orders.recv(), self.report)

    def _terminate(self, number: int, _: object) -> None:
        """End the process even where luigi takes the end for a failure of the task."""
        self._is_terminated = True
        sys.exit(128 + number)


class Job:
    """One task in the hands of a runner, as luigi's worker looks at a process."""

    use_multiprocessing = True
    timeout_time = None

    def __init__(self, process: TaskProcess, runner: Runner) -> None:
        """Stand for a process that is not started, because the runner does its work."""
        self.task: luigi.Task = process.task
        self.status_reporter = process.status_reporter
        self.runner = runner

    @property
    def exitcode(self) -> int | None:
        """How the runner died, None while it lives."""
        return self.runner.exitcode  # type: ignore[no-any-return]

    def start(self) -> None:
        """Have the runner run the task."""
        self.runner.order(self.task.task_id)

    def is_alive(self) -> bool:
        """Tell whether the runner lives."""
        return self.runner.is_alive()  # type: ignore[no-any-return]

    def terminate(self) -> None:
        """End the runner."""
        self.runner.terminate()


class PoolWorker(Worker):
    """A worker with runners; tasks that came up later, have a timeout or take messages get a process of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with no runner."""
        super().__init__(*args, **kwargs)
        self.runners: tuple[Runner, ...] = ()
        self.reports = Reports()
        self._task_result_queue = self.reports  # type: ignore[assignment] # all that is asked of a queue
        self._is_awake = False

    def __enter__(self) -> Self:
        """Start no thread yet: processes are forked first."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> Literal[False]:
        """End all processes."""
        if self._is_awake:
            super().__exit__(kind, value, traceback)
        for runner in self.runners:
            runner.dismiss()
        for runner in self.runners:
            runner.end()
        return False

    def run(self) -> bool:
        """Fork the runners, then run what is scheduled."""
        to_run = sum(runnable and status == PENDING for _, status, runnable in self._add_task_history)
        for _ in range(min(to_run, self.worker_processes) if self.worker_processes > 1 else 0):
            self.runners = (*self.runners, self._forked())
        super().__enter__()
        self._is_awake = True
        return super().run()

    def perform(self, task: str, report: Report) -> None:
        """Run a scheduled task in this process, telling how it went."""
        process = super()._create_task_process(self._scheduled_tasks[task])
        process.result_queue = report
        process.run()

    def _run_task(self, task_id: str) -> None:
        super()._run_task(task_id)
        process = self._running_tasks.get(task_id)
        if isinstance(process, TaskProcess) and isinstance(process.result_queue, Report):
            process.result_queue.give_away()

    def _create_task_process(self, task: luigi.Task) -> TaskProcess | Job:
        process: TaskProcess = super()._create_task_process(task)
        runner = self._free_runner()
        is_special = process.timeout_time is not None or task.accepts_messages
        if runner is None or is_special or task.task_id not in runner.tasks:
            if process.use_multiprocessing:
                report = Report()
                self.reports.expect(report)
                process.result_queue = report  # type: ignore[assignment] # all that is asked of a queue
            return process
        return Job(process, runner)

    def _free_runner(self) -> Runner | None:
        """Find a runner without a job; a dead one is replaced."""
        busy = {job.runner for job in self._running_tasks.values() if isinstance(job, Job)}
        free = next((runner for runner in self.runners if runner not in busy), None)
        if free is not None and not free.is_alive():
            free.dismiss()
            self.runners = tuple(runner for runner in self.runners if runner is not free)
            free = self._forked()
            self.runners = (*self.runners, free)
        return free

    def _forked(self) -> Runner:
        runner = Runner(self, frozenset(self._scheduled_tasks))
        runner.start()
        runner.report.give_away()
        self.reports.expect(runner.report)
        return runner


class PoolFactory(WorkerSchedulerFactory):
    """Makes workers with runners, and a scheduler for a run in one place."""

    def create_local_scheduler(self) -> Scheduler:
        """Make a scheduler that lives as long as the run."""
        return LocalScheduler(prune_on_get_work=True, record_task_history=False)

    def create_worker(self, scheduler: Scheduler, worker_processes: int, assistant: bool = False) -> Any:  # noqa: FBT001, FBT002 (as the base)
        """Make a worker; with one process it runs tasks itself."""
        return PoolWorker(scheduler=scheduler, worker_processes=worker_processes, assistant=assistant)
