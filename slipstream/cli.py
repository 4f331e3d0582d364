"""The command line: run a pipeline, see what it is made from, and keep house in the workspace."""

import ast
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from slipstream.stop import Code, Stop

COMMANDS = {  # name: module, loaded when the command is asked for, since a pipeline's libraries take seconds
    "run": "run",
    "backfill": "backfill",
    "tree": "look",
    "show": "look",
    "explain": "explain",
    "why": "why",
    "accept": "accept",
    "rerun": "rerun",
    "tune": "tune",
    "report": "report",
    "docs": "docs",
    "new": "new",
    "catalog": "catalog",
    "gc": "gc",
}


class Commands(TyperGroup):
    """The commands by name: told of by their docstrings, loaded when one is to run."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Name them in order."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Describe one, None if there is none of that name."""
        return TyperCommand(cmd_name, help=describe(cmd_name)) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Load the one that is asked for."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, load(name) if name in COMMANDS else command, rest


def describe(name: str) -> str:
    """Read the docstring of a command, or of its module if it is a group of commands, without running the module."""
    module = ast.parse(Path(__file__).with_name("commands").joinpath(f"{COMMANDS[name]}.py").read_bytes())
    functions = (node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return ast.get_docstring(next(functions, module)) or ""


def load(name: str) -> Any:
    """Load a command with all that it needs."""
    found = getattr(importlib.import_module(f"slipstream.commands.{COMMANDS[name]}"), name)
    group = found if isinstance(found, typer.Typer) else typer.Typer(add_completion=False)
    if group is not found:
        group.command()(found)
    command = typer.main.get_command(group)
    command.name = name
    return command


app = typer.Typer(
    cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)


@app.callback()
def _nothing_before_a_command() -> None:
    pass


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
        sys.stdout.flush()
        print(f"error: {stop}", file=sys.stderr)  # noqa: T201 (rich would wrap it)
        return stop.code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Code.INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Code.DONE
    return Code.DONE


def _interrupted(number: int, _: object) -> None:
    raise SystemExit(128 + number)
