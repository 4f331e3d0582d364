"""luigi's scheduler for one run in one place: what is ready is known, not searched for among all that waits."""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import Any

from luigi.scheduler import Scheduler, Task
from luigi.task_status import DONE, PENDING, RUNNING

PAUSE = 1.0


class LocalScheduler(Scheduler):
    """A scheduler whose effort for a task does not grow with the graph.

    It hands out plain tasks in luigi's order. Where more has to be weighed (resources, batches, assistants, retries),
    when nothing seems ready, and once a second, luigi decides.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with no task."""
        super().__init__(*args, **kwargs)
        self._ready: list[tuple[float, float, str]] = []
        self._waiting: defaultdict[str, list[tuple[Task, Iterator[str]]]] = defaultdict(list)  # for one dependency
        self._looked = float("-inf")

    def add_task(self, task_id: str | None = None, *args: Any, **kwargs: Any) -> None:
        """Take a task or the news of it, and note what is ready by that."""
        super().add_task(task_id, *args, **kwargs)
        task = self._state.get_task(task_id)
        if task is not None and task.status == DONE:
            for waiting, dependencies in self._waiting.pop(task.id, ()):
                self._place(waiting, dependencies)
        elif task is not None and task.status == PENDING:
            self._place(task, iter(tuple(task.deps)))

    def get_work(
        self,
        host: str | None = None,
        assistant: bool = False,  # noqa: FBT001, FBT002 (as the base)
        current_tasks: Sequence[str] | None = None,
        worker: str | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Choose the next task to run."""
        is_due = time.monotonic() > self._looked + PAUSE
        task = None if is_due or assistant or self._paused else self._next(str(worker), current_tasks or ())
        if task is not None:
            return self._hand_out(task, str(worker), host)
        self._looked = time.monotonic()
        reply: dict[str, Any] = super().get_work(host, assistant, current_tasks, worker, **kwargs)
        return reply

    def _place(self, task: Task, dependencies: Iterator[str]) -> None:
        """Have a task wait for the next of its dependencies that is not done, or be ready."""
        for name in dependencies:
            dependency = self._state.get_task(name)
            if dependency is None or dependency.status != DONE:
                self._waiting[name].append((task, dependencies))
                return
        heappush(self._ready, (-task.priority, task.time, task.id))

    def _next(self, worker: str, current: Sequence[str]) -> Task | None:
        """Take the first ready task, None if luigi has to decide."""
        running = {task.id for task in self._state.get_active_tasks_by_status(RUNNING)}
        if not running <= set(current) or not self._state.get_worker(worker).enabled:
            return None
        while self._ready:
            task = self._state.get_task(self._ready[0][-1])
            if task is not None and worker in task.workers and self._schedulable(task):
                is_plain = not task.resources and not self._state.get_batcher(worker, task.family)[0]
                return task if is_plain else None
            heappop(self._ready)
        return None

    def _hand_out(self, task: Task, worker: str, host: str | None) -> dict[str, Any]:
        """Mark a task as running, as luigi does, and describe it."""
        heappop(self._ready)
        state = self._update_worker(worker, worker_reference={"host": host}, get_work=True).state
        self.update_metrics_task_started(task)
        self._state.set_status(task, RUNNING, self._config)
        task.worker_running, task.time_running = worker, time.time()
        task.resources_running = {}  # type: ignore[attr-defined] # luigi adds it, too
        self._update_task_history(task, RUNNING, host=host)
        pending = self._state.num_pending_tasks()
        counts = dict.fromkeys(("n_pending_tasks", "n_unique_pending", "n_pending_last_scheduled"), pending)
        facts = {"task_id": task.id, "task_family": task.family, "task_module": task.module, "task_params": task.params}
        return {**counts, **facts, "running_tasks": [], "worker_state": state}
