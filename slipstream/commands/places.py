"""What the commands that look into a workspace have in common; nothing of a pipeline is loaded for them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType

from slipstream.lookup import NotFoundError
from slipstream.stop import Code, Stop
from slipstream.tasks.cache.index import Index
from slipstream.tasks.cache.manifest import DamagedProductError, NewerFormatError

FIRST = 3
WIDEST = 500

Conf = Annotated[list[Path] | None, typer.Option("--conf", help="An ini file, read after conf/base.ini; repeatable.")]
Workspace = Annotated[str | None, typer.Option(help="The folder of products, else that of the configuration.")]


@contextmanager
def explained() -> Iterator[None]:
    """End the command where a workspace cannot be found or does not hold what is asked for."""
    try:
        yield
    except (FileNotFoundError, DamagedProductError) as error:
        raise Stop(Code.MISSING_DATA, str(error)) from error
    except (NotFoundError, NewerFormatError, ValueError, OSError) as error:
        raise Stop(Code.MISUSED, str(error)) from error


def beginning(paths: Sequence[Path]) -> str:
    """Name the first of many files, and how many more there are."""
    more = f" and {len(paths) - FIRST:,} more" if len(paths) > FIRST else ""
    return ", ".join(map(str, paths[:FIRST])) + more


def unlisted(index: Index) -> list[str]:
    """Tell of the manifests that could not be read."""
    lines = []
    if index.unreadable:
        many, what = len(index.unreadable), beginning(index.unreadable)
        lines.append(f"{many:,} manifests cannot be read and count as missing: {what}")
    if index.newer:
        many, what = len(index.newer), beginning(index.newer)
        lines.append(f"{many:,} manifests have a newer format and are left alone, upgrade slipstream for them: {what}")
    return lines


def draw(what: RenderableType, *, folded: bool = False) -> None:
    """Print a table with all its columns, however narrow the terminal is, or folded to fit one."""
    console = Console(highlight=False)
    if not (folded and console.is_terminal):
        natural = console.measure(what, options=console.options.update(width=WIDEST)).maximum
        console.width = max(console.width, natural)
    console.print(what)
