"""What the commands have in common: options, and finding what they name."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from slipstream import conf, recipes
from slipstream.commands import places
from slipstream.selection import Selection, as_recorded, last_run, select
from slipstream.stop import Code, Stop, near
from slipstream.tasks.base import Pipeline
from slipstream.tasks.cache.index import read_index
from slipstream.workspace import find_workspace

Name = Annotated[str, typer.Argument(help="The class name of a pipeline.")]
Task = Annotated[str, typer.Argument(help="A task by its class name, or by the first digits of its key.")]
Of = Annotated[str | None, typer.Option("--of", help="The pipeline; else the one that last ran in the workspace.")]
Conf = places.Conf
Settings = Annotated[list[str] | None, typer.Option("--set", help="A parameter as name=value; repeatable.")]
Modules = Annotated[list[str] | None, typer.Option("--module", help="A further module of pipelines; repeatable.")]
Workspace = places.Workspace


def construct(
    name: str, files: list[Path] | None, settings: list[str] | None, modules: list[str] | None, workspace: str | None
) -> Pipeline[Any]:
    """Find and make a pipeline from what was given on the command line."""
    found = _configured(files, modules, workspace)
    if name not in found:
        raise Stop(Code.MISUSED, f"there is no pipeline {name!r}{near(name, found)}")
    return recipes.construct(found[name], settings or [])


def choose(
    names: Sequence[str],
    of: str | None,
    files: list[Path] | None,
    settings: list[str] | None,
    modules: list[str] | None,
    workspace: str | None,
) -> Selection:
    """Find the named tasks: in the pipeline that is named, else in the one that last ran in the workspace.

    A pipeline found by its last run has the parameters of that run, unless a configuration or settings are given.
    """
    found = _configured(files, modules, workspace)
    named = of or next((name for name in names if name in found), None)
    if named is None:
        with places.explained():
            run = last_run(read_index(find_workspace()), names)
        if not (files or settings):
            return select(as_recorded(run, modules or []), names)
        named = run.name
    if named not in found:
        raise Stop(Code.MISUSED, f"there is no pipeline {named!r}{near(named, found)}")
    return select(recipes.construct(found[named], settings or []), names)


def complain(text: str) -> None:
    """Write a line to stderr, as it is."""
    sys.stdout.flush()
    print(text, file=sys.stderr)  # noqa: T201 (rich would wrap it)


def _configured(
    files: list[Path] | None, modules: list[str] | None, workspace: str | None
) -> dict[str, type[Pipeline[Any]]]:
    """Load the configuration, and name the pipelines there are."""
    chosen = conf.load(files or [])
    if workspace is not None:
        conf.set_workspace(workspace)
    found = recipes.find_pipelines(modules or [])
    wrong = [problem for path in chosen for problem in conf.problems(path, found)]
    if wrong:
        raise Stop(Code.MISUSED, wrong[0])
    return found
