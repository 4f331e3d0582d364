"""Looking back at runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from slipstream.commands.places import Conf, Workspace, explained
from slipstream.quantities import show_seconds
from slipstream.report.facts import gather
from slipstream.report.page import page
from slipstream.report.runs import find_run, read_record, run_folders
from slipstream.stop import Code, Stop
from slipstream.workspace import find_workspace

PAGE = "report.html"

Which = Annotated[str | None, typer.Argument(metavar="[RUN]", help="A run's name or its beginning; else the newest.")]
Out = Annotated[Path | None, typer.Option(help=f"The file to write, else {PAGE} in the run's folder.")]
Listing = Annotated[bool, typer.Option("--list", help="List the runs instead.")]


def report(
    run: Which = None, conf: Conf = None, workspace: Workspace = None, *, out: Out = None, listing: Listing = False
) -> None:
    """Write a run as one page to look at, or list the runs."""
    with explained():
        root = find_workspace(workspace, conf or [])
    if listing:
        typer.echo("\n".join(_lines(root)))
        return
    folder = find_run(root, run)
    record = read_record(folder)
    if record is None:
        line = f"run {folder.name} has no plan in its journal, so an older version made it; run the pipeline again"
        raise Stop(Code.MISSING_DATA, line)
    path = out or folder / PAGE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(gather(record)), encoding="utf-8")
    except OSError as error:
        raise Stop(Code.MISUSED, f"cannot write {path}: {error.strerror}; name another file by --out") from error
    typer.echo(path)


def _lines(root: Path) -> Iterator[str]:
    """List the runs of a workspace, newest last, in lines that are not cut: names are there to be copied."""
    rows = [("run", "began (UTC)", "pipeline", "outcome", "took"), *map(_row, run_folders(root))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def _row(folder: Path) -> tuple[str, ...]:
    record = read_record(folder)
    if record is None:
        return folder.name, "", "", "unknown", ""
    began = f"{record.began:%Y-%m-%d %H:%M:%S}"
    return folder.name, began, record.plan["pipeline"], record.outcome, show_seconds(record.seconds)
