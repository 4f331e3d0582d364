"""Running again what is there already."""

from typing import Annotated

import typer
from rich.console import Console

from slipstream import graph, rerunning
from slipstream.commands.options import Conf, Modules, Of, Settings, Workspace, choose
from slipstream.commands.run import Debug, Plain, Workers, run_missing
from slipstream.graph import State
from slipstream.quantities import show_seconds

Tasks = Annotated[list[str], typer.Argument(help="Tasks by class name, or by the first digits of their keys.")]


def rerun(  # noqa: PLR0913 (one parameter an option)
    task: Tasks,
    of: Of = None,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    downstream: Annotated[bool, typer.Option("--downstream", help="Also what is made from them.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would run.")] = False,
    workers: Workers = 1,
    plain: Plain = False,
    debug: Debug = False,
) -> None:
    """Run tasks again whose products are there; the old ones stay until they are collected."""
    chosen = choose(task, of, conf, settings, module, workspace)
    steps = rerunning.again(chosen, downstream=downstream)
    tasks = [step.task for step in steps]
    before = rerunning.products(steps)
    console = Console(highlight=False, soft_wrap=True, markup=False)
    if dry_run:
        known = {name: page.seconds for name, page in before.items() if page is not None}
        waiting = [step for step in graph.steps(chosen.pipeline, tasks) if step.state == State.WAITING]
        for step in waiting:
            spent = known.get(step.task.task_id)
            console.print(f"{step.label}  {'not made yet' if spent is None else f'took {show_seconds(spent)}'}")
        count = f"{len(waiting)} task{'' if len(waiting) == 1 else 's'}"
        console.print(f"{count} would run, {show_seconds(sum(known.values()))} of known past time")
        return
    run_missing(chosen.pipeline, tasks, workers=workers, plain=plain, debug=debug)
    rerunning.note(chosen.pipeline)
    for outcome in rerunning.outcomes(steps, before):
        console.print(str(outcome))
