"""The command line: run a pipeline, see what it is made from, look at its products."""

import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from slipstream import catalogue, conf, graph, recipes, running, showing
from slipstream.graph import State
from slipstream.journal import Event, Reader
from slipstream.progress import Board, Nothing, follow
from slipstream.running import Run
from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

Name = Annotated[str, typer.Argument(help="The class name of a pipeline.")]
Conf = Annotated[list[Path] | None, typer.Option("--conf", help="An ini file, read after conf/base.ini; repeatable.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="A parameter as name=value; repeatable.")]
Modules = Annotated[list[str] | None, typer.Option("--module", help="A further module of pipelines; repeatable.")]
Workspace = Annotated[Path | None, typer.Option(help="The folder of products, else that of the configuration.")]


@app.command()
def run(
    pipeline: Name,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    workers: Annotated[int, typer.Option(min=1, help="How many tasks may run at once.")] = 1,
    plain: Annotated[bool, typer.Option("--plain", help="Write lines even to a terminal.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of a failed task.")] = False,
) -> None:
    """Run what is missing of a pipeline."""
    recipe = _construct(pipeline, conf, settings, module, workspace)
    steps = graph.steps(recipe)
    board = Board.of(steps)
    console = Console(highlight=False)
    live = console.is_terminal and not plain
    if all(step.state != State.WAITING for step in steps):
        follow(board, Nothing(), console, live=live)
        return
    try:
        with running.started(recipe, workers) as current:
            follow(board, _Happening(current), console, live=live)
    except KeyboardInterrupt:
        raise Stop(Code.INTERRUPTED, f"{recipe} was interrupted; what is done stays cached") from None
    _judge(board, current, debug=debug)


@app.command()
def tree(
    pipeline: Name,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
) -> None:
    """Show what a pipeline is made from and which of it is there."""
    recipe = _construct(pipeline, conf, settings, module, workspace)
    steps = graph.steps(recipe)
    console = Console(highlight=False, soft_wrap=True)
    console.print(showing.tree(recipe, steps))
    cached = sum(step.state == State.CACHED for step in steps)
    to_run = sum(step.state == State.WAITING for step in steps)
    console.print(f"{len(steps)} tasks: {cached} cached, {to_run} to run")


@app.command()
def show(  # noqa: PLR0913 (one parameter an option)
    pipeline: Name,
    product: Annotated[str, typer.Argument(help="A product of the pipeline, by its name.")],
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    user: Annotated[str | None, typer.Option(help="Only rows of this user.")] = None,
    item: Annotated[str | None, typer.Option(help="Only rows of this item.")] = None,
    top: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 20,
) -> None:
    """Show a product of a pipeline."""
    recipe = _construct(pipeline, conf, settings, module, workspace)
    if product not in recipe.products:
        raise Stop(Code.MISUSED, f"{pipeline} has no product {product!r}{_near(product, recipe.products)}")
    steps = graph.steps(recipe)
    task = recipe.products[product]
    if not task.complete():
        raise Stop(Code.MISSING_DATA, f"{product!r} is not made yet; make it by: slipstream run {pipeline}")
    value = task.output().load()
    for column, wanted in (("user_id", user), ("item_id", item)):
        value = value if wanted is None else _only(value, column, wanted, product)
    Console(highlight=False).print(showing.product(value, top=top, titles=showing.titles(steps)))


@app.command()
def docs(
    *, check: Annotated[bool, typer.Option("--check", help="Only tell whether it is up to date.")] = False
) -> None:
    """Write tasks/README.md, the catalogue of tables and tasks."""
    path = catalogue.home()
    text = catalogue.render()
    if check and path.read_text(encoding="utf-8") != text:
        raise Stop(Code.MISUSED, f"{path} is out of date; write it anew by: slipstream docs")
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Run the command line of this process."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    sys.exit(execute(sys.argv[1:]))


def execute(arguments: Sequence[str]) -> int:
    """Run a command line and give its exit code; the last line on stderr names what went wrong."""
    try:
        app(list(arguments), prog_name="slipstream")
    except Stop as stop:
        _complain(f"error: {stop}")
        return stop.code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Code.INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Code.DONE
    return Code.DONE


class _Happening:
    """The events of a run's processes, until they have ended."""

    def __init__(self, current: Run) -> None:
        self._process = current.process
        self._reader = Reader(current.journal)

    def news(self) -> tuple[Iterable[Event], bool]:
        going_on = self._process.is_alive()  # asked first: what was written before the end is read below
        return list(self._reader.events()), going_on

    def death(self) -> str:
        return running.death(self._process.exitcode)


def _construct(
    name: str, files: list[Path] | None, settings: list[str] | None, modules: list[str] | None, workspace: Path | None
) -> Pipeline[Any]:
    """Find and make a pipeline from what was given on the command line."""
    chosen = conf.load(files or [])
    if workspace is not None:
        conf.set_workspace(workspace)
    found = recipes.find_pipelines(modules or [])
    wrong = [problem for path in chosen for problem in conf.problems(path, found)]
    if wrong:
        raise Stop(Code.MISUSED, wrong[0])
    return recipes.construct(recipes.find_pipeline(name, modules or []), settings or [])


def _judge(board: Board, current: Run, *, debug: bool) -> None:
    """End with the exit code of a run, naming the first failure."""
    failure = board.first_failure
    if failure is not None:
        where = Path(failure.traceback) if failure.traceback else current.log
        _complain(where.read_text(encoding="utf-8") if debug else f"see {where}")
        raise Stop(Code(board.code or Code.TASK_FAILED), f"{failure.label} failed: {failure.error}")
    if board.code != Code.DONE:
        _complain(f"see {current.log}")
        why = running.death(current.process.exitcode) if board.code is None else "not everything could run"
        raise Stop(Code(board.code or Code.TASK_FAILED), why)


def _complain(text: str) -> None:
    sys.stdout.flush()
    print(text, file=sys.stderr)  # noqa: T201 (rich would wrap it)


def _only(value: Any, column: str, wanted: str, product: str) -> Any:
    if column not in getattr(value, "columns", []):
        raise Stop(Code.MISUSED, f"{product!r} has no column {column}; it cannot be narrowed to {wanted!r}")
    rows = value[value[column] == wanted]
    if rows.empty:
        raise Stop(Code.MISSING_DATA, f"{product!r} has no row with {column} {wanted!r}")
    return rows.drop(columns=column) if len(rows.columns) > 1 else rows


def _interrupted(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _near(name: str, known: Iterable[str]) -> str:
    return conf.near(name, known)
