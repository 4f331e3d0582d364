"""What reruns after a change, side by side: slipstream, gokart, and gokart with serialized_task_definition_check.

`python -m tests.cache.fingerprint_table` prints the table. Each cell is a run of a small project in a process of its
own, forked after the libraries were imported and before the project is, on a copy of the workspace of its first run.
"""

import gc
import inspect
import json
import logging
import os
import shutil
import sys
import tempfile
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import gokart
import luigi
from rich.console import Console
from rich.table import Table

import slipstream.tasks.base  # noqa: F401  before any fork
from slipstream.tasks.cache.running import measured
from tests.cache.toy_shop import CHANGES, Change, write

COLUMNS = {
    "slipstream": ("slipstream", {}),
    "gokart": ("gokart", {}),
    "gokart with the check": ("gokart", {"serialized_task_definition_check": "true"}),
}
Reruns = frozenset[str]


@dataclass(frozen=True)
class Line:
    """One change with the tasks that reran, for each column."""

    change: Change
    reruns: dict[str, Reruns]

    def is_right(self, column: str) -> bool:
        """Tell whether exactly the tasks reran whose products the change touches."""
        return self.reruns[column] == self.change.reruns


def measure(folder: Path) -> list[Line]:
    """Run the project once a column, then once more on a copy for every change."""
    sys.dont_write_bytecode = True  # a copy must not run what another was compiled to
    inspect.getsource = cache(inspect.getsource)  # gokart asks for each of its methods' source many times a task
    gokart.TaskOnKart.get_code(gokart.TaskOnKart)
    with measured():  # loads what every run of ours needs
        pass
    gc.freeze()  # children share the libraries' memory
    first = Change("first run", frozenset(), lambda _: None)
    for column, (engine, _) in COLUMNS.items():
        write(folder / column / "first", engine)
    _run_all(folder, first, "first")
    lines = []
    for number, change in enumerate(CHANGES):
        for column in COLUMNS:
            copy = folder / column / str(number)
            shutil.copytree(folder / column / "first", copy)
            change.edit(copy)
        lines.append(Line(change, _run_all(folder, change, str(number))))
    return lines


def _run_all(folder: Path, change: Change, name: str) -> dict[str, Reruns]:
    children = {column: _fork(folder / column / name, change, options) for column, (_, options) in COLUMNS.items()}
    failed = [column for column, child in children.items() if os.waitpid(child, 0)[1]]
    if failed:
        raise RuntimeError(f"{', '.join(failed)} failed after the change {change.name!r}")
    return {column: frozenset(json.loads((folder / column / name / "reruns.json").read_text())) for column in COLUMNS}


def _fork(folder: Path, change: Change, options: dict[str, str]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        os.chdir(folder)
        _run(change, options)
        status = 0
    except Exception:  # noqa: BLE001
        traceback.print_exc()
    finally:
        os._exit(status)


def _run(change: Change, options: dict[str, str]) -> None:
    """Run the project in the working directory, noting the tasks that start."""
    started: list[str] = []
    luigi.Task.event_handler(luigi.Event.START)(lambda task: started.append(type(task).__name__))
    settings = luigi.configuration.get_config()
    for option, value in {**options, "workspace_directory": change.workspace}.items():
        settings.set("TaskOnKart", option, value)
    sys.path.insert(0, str(Path.cwd()))
    from shop.recipe import report

    gokart.build(report(**change.knobs), reset_register=False, log_level=logging.CRITICAL)
    Path("reruns.json").write_text(json.dumps(started))


def table_of(lines: list[Line]) -> Table:
    """Lay out the lines, with what is wrong and the totals."""
    totals = [f"{sum(line.is_right(column) for line in lines)} of {len(lines)} right" for column in COLUMNS]
    table = Table(title="What reruns after a change", show_footer=True)
    table.add_column("change", footer="")
    table.add_column("should rerun", footer="")
    for column, total in zip(COLUMNS, totals, strict=True):
        table.add_column(column, footer=total)
    for line in lines:
        cells = [_cell(line, column) for column in COLUMNS]
        table.add_row(line.change.name, _names(line.change.reruns), *cells)
    return table


def _cell(line: Line, column: str) -> str:
    if line.is_right(column):
        return "[green]right[/]"
    stale, needless = line.change.reruns - line.reruns[column], line.reruns[column] - line.change.reruns
    parts = [f"[bold red]stale:[/] {_names(stale)}"] * bool(stale) + [f"[red]needless:[/] {_names(needless)}"] * bool(
        needless
    )
    return "\n".join(parts)


def _names(tasks: Reruns) -> str:
    return ", ".join(sorted(tasks)) or "nothing"


def main() -> None:
    """Print the table, or write its cells as JSON to the file that is named."""
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Path(folder))
    if sys.argv[1:]:
        cells = {line.change.name: {column: sorted(tasks) for column, tasks in line.reruns.items()} for line in lines}
        Path(sys.argv[1]).write_text(json.dumps(cells))
    Console(width=120).print(table_of(lines))


if __name__ == "__main__":
    main()
