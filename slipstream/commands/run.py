"""Running what is missing of a pipeline."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import luigi
import typer
from rich.console import Console

from slipstream import foresight, graph, running
from slipstream.commands.options import Conf, Modules, Name, Settings, Workspace, complain, construct
from slipstream.graph import State
from slipstream.progress import Board, Nothing, follow
from slipstream.running import News, Run
from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline

Workers = Annotated[int, typer.Option(min=1, help="How many tasks may run at once.")]
Plain = Annotated[bool, typer.Option("--plain", help="Write lines even to a terminal.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of a failed task.")]


def run(
    pipeline: Name,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    workers: Workers = 1,
    plain: Plain = False,
    debug: Debug = False,
) -> None:
    """Run what is missing of a pipeline."""
    run_missing(construct(pipeline, conf, settings, module, workspace), workers=workers, plain=plain, debug=debug)


def run_missing(
    recipe: Pipeline[Any], again: Sequence[luigi.Task] = (), *, workers: int, plain: bool, debug: bool
) -> None:
    """Run what is missing of a pipeline, and what is to be run again, and show how it goes."""
    steps = graph.steps(recipe, again)
    board = Board.of(steps)
    console = Console(highlight=False)
    live = console.is_terminal and not plain
    if all(step.state != State.WAITING for step in steps):
        with suppress(OSError):  # products may be served from a folder that nobody may write to
            recipe.run()
        follow(board, Nothing(), console, live=live)
        return
    for line in foresight.warnings(steps, running.logs_of(recipe), workers, foresight.free_memory()):
        complain(line)
    try:
        with running.started(recipe, workers, steps, again) as current:
            follow(board, News(current), console, live=live)
    except KeyboardInterrupt:
        raise Stop(Code.INTERRUPTED, f"{recipe} was interrupted; what is done stays cached") from None
    _judge(board, current, debug=debug)


def _judge(board: Board, current: Run, *, debug: bool) -> None:
    """End with the exit code of a run, naming the first failure."""
    failure = board.first_failure
    if failure is not None:
        where = Path(failure.traceback) if failure.traceback else current.log
        complain(where.read_text(encoding="utf-8") if debug else f"see {where}")
        raise Stop(Code(board.code or Code.TASK_FAILED), f"{failure.label} failed: {failure.error}")
    if board.code != Code.DONE:
        complain(f"see {current.log}")
        why = running.death(current.process.exitcode) if board.code is None else "not everything could run"
        raise Stop(Code(board.code or Code.TASK_FAILED), why)
