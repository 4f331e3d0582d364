"""Writing a new project that builds on slipstream."""

import importlib.util
import keyword
import re
from pathlib import Path
from typing import Annotated

import typer

from slipstream import recipes, scaffold
from slipstream.stop import Code, Stop


def new(
    name: Annotated[str, typer.Argument(help="The name of the project and of its package, in lower case.")],
    into: Annotated[Path | None, typer.Option("--into", help="The folder to make; else one called like it.")] = None,
) -> None:
    """Write a project that builds on slipstream: tasks, a pipeline, configuration, data, tests, CI, Dockerfile."""
    folder = into or Path(name)
    _check(name, folder)
    for path, text in scaffold.render(name).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            file.chmod(0o755)
    typer.echo(f"{folder} is a project of its own; try: cd {folder} && make test && make run")


def _check(name: str, folder: Path) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        line = f"{name!r} cannot name a Python package; use lower-case letters, digits and _, a letter first"
        raise Stop(Code.MISUSED, line)
    taken = importlib.util.find_spec(name)
    if taken is not None and taken.origin is not None:  # a mere folder has none
        raise Stop(Code.MISUSED, f"there is a Python package called {name!r} already; choose another name")
    if scaffold.class_name(name) in recipes.find_pipelines():
        raise Stop(Code.MISUSED, f"slipstream has a pipeline {scaffold.class_name(name)}; choose another name")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(Code.MISUSED, f"{folder} exists and is not empty; name another folder by --into")
