"""Saying why tasks are hits or misses."""

from typing import Annotated

import typer
from rich.console import Console

from slipstream import explaining
from slipstream.commands.options import Conf, Modules, Of, Settings, Workspace, choose
from slipstream.explaining import Account
from slipstream.tasks.cache.index import read_index
from slipstream.tasks.cache.storage import local_root

Name = Annotated[str | None, typer.Argument(help="A pipeline, a task by its class name, or the first digits of a key.")]


def explain(
    name: Name = None,
    of: Of = None,
    conf: Conf = None,
    settings: Settings = None,
    module: Modules = None,
    workspace: Workspace = None,
    *,
    diff: Annotated[bool, typer.Option(help="Show how definitions changed.")] = True,
    every: Annotated[bool, typer.Option("--all", help="Give account of every task, hits too.")] = False,
) -> None:
    """Say why tasks are hits or misses: what changed, what will run and what that took before, what hits save."""
    chosen = choose([name] if name else [], of, conf, settings, module, workspace)
    account = Account.of(chosen, read_index(local_root(chosen.pipeline.workspace_directory)))
    console = Console(highlight=False, soft_wrap=True)
    for line in explaining.lines(account, with_diff=diff, every=every):
        console.print(line)
