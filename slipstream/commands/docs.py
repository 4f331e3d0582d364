"""Writing the reference of tables and tasks."""

from typing import Annotated

import typer

from slipstream import reference
from slipstream.stop import Code, Stop


def docs(
    *, check: Annotated[bool, typer.Option("--check", help="Only tell whether it is up to date.")] = False
) -> None:
    """Write tasks/README.md, the reference of tables and tasks."""
    path = reference.home()
    text = reference.render()
    if check and path.read_text(encoding="utf-8") != text:
        raise Stop(Code.MISUSED, f"{path} is out of date; write it anew by: slipstream docs")
    path.write_text(text, encoding="utf-8")
