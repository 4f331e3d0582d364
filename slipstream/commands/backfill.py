"""Running a pipeline for every day of a range."""

from datetime import datetime
from typing import Annotated

import typer

from slipstream import backfilling
from slipstream.commands.options import Conf, Modules, Name, Settings, Workspace, construct
from slipstream.commands.run import Debug, Plain, Workers, run_missing

FORMAT = ["%Y-%m-%d"]
First = Annotated[datetime, typer.Option("--from", formats=FORMAT, help="The first day.")]
Last = Annotated[datetime, typer.Option("--to", formats=FORMAT, help="The last day.")]


def backfill(  # noqa: PLR0913 (one parameter an option)
    pipeline: Name,
    first: First,
    last: Last,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    workers: Workers = 1,
    plain: Plain = False,
    debug: Debug = False,
) -> None:
    """Run what is missing of a pipeline for every day of a range, each at the time of day of the configured as_of."""
    recipe = construct(pipeline, conf, settings, module, workspace)
    days = backfilling.backfill(recipe, first.date(), last.date())
    run_missing(days, workers=workers, plain=plain, debug=debug)
