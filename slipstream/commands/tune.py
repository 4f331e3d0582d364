"""Searching for better parameters."""

import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from slipstream import recipes
from slipstream.commands.options import Conf, Modules, Name, Settings, Workspace, construct
from slipstream.commands.run import Plain, Workers
from slipstream.pipelines.backtest import VALIDATION
from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline
from slipstream.tasks.cache.storage import local_root
from slipstream.tuning.objective import Objective

try:
    from slipstream.tuning import result
    from slipstream.tuning.searching import declared, judge, search, sections
    from slipstream.tuning.study import opened
    from slipstream.tuning.watching import Watch
except ModuleNotFoundError as error:
    if error.name != "optuna":
        raise
    raise Stop(Code.MISUSED, "slipstream tune needs optuna; install it by: pip install 'slipstream[tune]'") from error

SpaceFile = Annotated[Path, typer.Option("--space", help="A TOML file: which parameters may take which values.")]
Out = Annotated[Path, typer.Option("--out", help="The ini file that is written, to be read after the others.")]
Trials = Annotated[int, typer.Option(min=1, help="Sets of values to try, those of earlier calls included.")]
Metric = Annotated[str, typer.Option(help="What is to be high, and at which depth.")]
Source = Annotated[str, typer.Option(help="Whose lists are judged: recommend or a candidate source.")]
Slice = Annotated[str, typer.Option(help="Which users count: all, or those of a slice.")]
Seed = Annotated[int, typer.Option(help="Another seed draws other values.")]


def tune(  # noqa: PLR0913 (one parameter an option)
    pipeline: Name,
    space: SpaceFile,
    out: Out,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    trials: Trials = 20,
    metric: Metric = "ndcg@10",
    source: Source = "recommend",
    slice: Slice = "all",  # noqa: A002 (the name of the option)
    seed: Seed = 0,
    workers: Workers = 1,
    plain: Plain = False,
) -> None:
    """Search for better parameters on what lies before the test; the same call again goes on where it stopped."""
    objective = Objective.read(metric, source, slice)
    result.check_writable(out)
    base, given = _before_the_test(construct(pipeline, conf, settings, module, workspace), settings or [])
    setup = declared(base, given, space, objective, workers)
    facts = {"pipeline": base.make_unique_id(), "objective": str(objective)}
    console = Console(highlight=False)
    root = local_root(base.workspace_directory)
    with opened(root, pipeline, facts, setup.space, seed) as study:
        live = console.is_terminal and not plain
        with Watch(objective, trials, study.tried(), console, live=live) as watch:
            try:
                search(setup, study, watch, trials)
                found = judge(setup, watch, seed)
            except KeyboardInterrupt:
                line = f"interrupted after {len(watch.tried)} of {watch.total} trials; the same call goes on there"
                raise Stop(Code.INTERRUPTED, line) from None
    best = sections(setup, found.best, recipes.find_pipelines(module or []))
    result.write(out, result.render(found, shlex.join(["slipstream", *sys.argv[1:]]), best))
    for text in [*found.lines(), str(out)]:
        console.print(text, markup=False, soft_wrap=True)


def _before_the_test(pipeline: Pipeline[Any], settings: list[str]) -> tuple[Pipeline[Any], tuple[str, ...]]:
    """Make the pipeline again as it is judged without its test part."""
    if "part" not in dict(pipeline.get_params()):
        line = f"{type(pipeline).__name__} has no part before its test to choose parameters on; tune a Backtest"
        raise Stop(Code.MISUSED, line)
    given = (*settings, f"part={VALIDATION}")
    return recipes.construct(type(pipeline), given), given
