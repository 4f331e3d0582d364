"""Everything that a report tells of a run, gathered from its journal, the manifests and the logs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from slipstream.graph import State
from slipstream.progress import Board, Line
from slipstream.report.runs import Record
from slipstream.tasks.cache.manifest import SUFFIX, Manifest, NewerFormatError
from slipstream.tasks.cache.tasklog import LOG_SUFFIX
from slipstream.tasks.tables import Metric, QuarantinedRow, Row, RuleCount, columns

LOG_BYTES = 8000
PATIENCE = 5.0  # seconds after its end within which a run's last log is surely written
HAS_PRODUCT = {State.CACHED, State.DONE}


@dataclass(frozen=True)
class TaskFacts:
    """A task of a run: how it stands, when it ran where, and what is known of its product."""

    number: int
    name: str
    label: str
    key: str
    state: State
    upstream: tuple[int, ...]
    products: tuple[str, ...] = ()
    began: float | None = None
    seconds: float | None = None
    pid: int | None = None
    rows: int | None = None
    error: str = ""
    traceback: str = ""
    log: str = ""
    manifest: Manifest | None = None
    folder: Path = field(default_factory=Path)

    @property
    def is_lost(self) -> bool:
        """Tell whether the product was there once and its manifest is not any more."""
        return self.state in HAS_PRODUCT and self.manifest is None and bool(self.key)

    def holds(self, row: type[Row]) -> bool:
        """Tell whether the product is a table with exactly the columns of a declaration."""
        return self.manifest is not None and set(self.manifest.schema) == set(columns(row))

    def table(self) -> pd.DataFrame | None:
        """Read the product, a table; None where its file is not there or damaged."""
        try:
            return None if self.manifest is None else pd.read_parquet(self.folder / self.manifest.file)
        except (OSError, ValueError):
            return None


@dataclass(frozen=True)
class RunFacts:
    """A run as a whole, and its tasks from sources to products."""

    record: Record
    tasks: tuple[TaskFacts, ...]

    @cached_property
    def counts(self) -> Counter[State]:
        """How many tasks stand how."""
        return Counter(task.state for task in self.tasks)

    @property
    def saved(self) -> float:
        """The seconds that the cached tasks once took."""
        cached = [task for task in self.tasks if task.state == State.CACHED and task.manifest]
        return sum(task.manifest.seconds for task in cached if task.manifest)

    @cached_property
    def downstream(self) -> Mapping[int, tuple[int, ...]]:
        """The numbers of the tasks that use each task."""
        return {
            task.number: tuple(user.number for user in self.tasks if task.number in user.upstream)
            for task in self.tasks
        }

    @cached_property
    def quarantined(self) -> Mapping[int, int]:
        """How many rows each task, or the quarantine of its file, set aside."""
        own = {task.number: task.rows or 0 for task in self.tasks if task.holds(QuarantinedRow)}
        return {
            task.number: own[number] for task in self.tasks for number in (task.number, *task.upstream) if number in own
        }

    def holding(self, row: type[Row]) -> list[TaskFacts]:
        """List the tasks whose product is a table of a declaration, or has the same columns."""
        return [task for task in self.tasks if task.holds(row)]

    @cached_property
    def quarantine_tables(self) -> list[TaskFacts]:
        """List the tasks whose products are rows set aside."""
        return self.holding(QuarantinedRow)

    @cached_property
    def metrics(self) -> list[TaskFacts]:
        """List the tasks whose products are qualities."""
        return self.holding(Metric)

    @cached_property
    def rules(self) -> list[TaskFacts]:
        """List the tasks whose products tell what rules did to lists."""
        return self.holding(RuleCount)


def gather(record: Record) -> RunFacts:
    """Gather what is known of a run now."""
    planned = record.plan["tasks"]
    board = Board({task["id"]: Line(task["label"], State(task["state"])) for task in planned}, began=record.plan["at"])
    pids = {}
    for event in record.events:
        board.take(event)
        if event["event"] == "start":
            pids[event["task"]] = event["pid"]
    if not record.is_going_on:
        board.close(record.plan["at"] + record.seconds, "the run ended before the task did")
    numbers = {task["id"]: number for number, task in enumerate(planned)}
    names = record.plan["products"]
    tasks = [
        _task(
            record,
            task,
            board.lines[task["id"]],
            number=numbers[task["id"]],
            upstream=tuple(numbers[before] for before in task["upstream"] if before in numbers),
            products=tuple(name for name, made in names.items() if made == task["id"]),
            pid=pids.get(task["id"]),
        )
        for task in planned
    ]
    return RunFacts(record, tuple(tasks))


def _task(
    record: Record,
    task: Mapping[str, str],
    line: Line,
    *,
    number: int,
    upstream: tuple[int, ...],
    products: tuple[str, ...],
    pid: int | None,
) -> TaskFacts:
    page = record.workspace / task["manifest"] if task["manifest"] else None
    manifest = _manifest(page) if page is not None and line.state in HAS_PRODUCT else None
    return TaskFacts(
        number=number,
        name=task["class"],
        label=line.label,
        key=task["key"],
        state=line.state,
        upstream=upstream,
        products=products,
        began=line.began,
        seconds=_seconds(line, manifest),
        pid=pid,
        rows=manifest.rows if manifest is not None else line.rows,
        error=line.error,
        traceback=_traceback(record.folder, line),
        log=_log(page, line, record.plan["at"] + record.seconds + PATIENCE),
        manifest=manifest,
        folder=record.workspace if page is None else page.parent,
    )


def _seconds(line: Line, manifest: Manifest | None) -> float | None:
    """Take the time of the task itself where the manifest tells, else from its start to its end."""
    return manifest.seconds if manifest is not None else line.seconds


def _manifest(page: Path) -> Manifest | None:
    try:
        return Manifest.read(page)
    except NewerFormatError:
        return None


def _traceback(folder: Path, line: Line) -> str:
    """Read the traceback of a failed task; the run's folder may have been moved since."""
    file = folder / Path(line.traceback).name if line.traceback else None
    return file.read_text(encoding="utf-8", errors="replace") if file is not None and file.is_file() else ""


def _log(page: Path | None, line: Line, until: float) -> str:
    """Read the end of a task's log, unless a later run wrote it."""
    if page is None:
        return ""
    path = page.parent / f"{page.name.removesuffix(SUFFIX)}{LOG_SUFFIX}"
    try:
        if line.state == State.NOT_RUN or (line.state != State.CACHED and path.stat().st_mtime > until):
            return ""
        content = path.read_bytes()
    except OSError:
        return ""
    text = content[-LOG_BYTES:].decode(errors="replace")
    if len(content) <= LOG_BYTES:
        return text
    return f"… ({len(content) - LOG_BYTES:,} bytes before)\n{text.partition(chr(10))[2]}"
