"""A new project as files: the template with the project's name in it."""

import json
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from string import Template

HOME = Path(__file__).resolve().parent / "template"
PLACE = "__name__"


def render(name: str) -> dict[str, str]:
    """Write the files of a project called `name`, a lower-case identifier: {path: text}."""
    words = {"name": name, "Name": class_name(name), "source": source(), "version": version()}
    return {
        str(path): Template((HOME / draft).read_text(encoding="utf-8")).substitute(words)
        for draft, path in _paths(name)
    }


def class_name(name: str) -> str:
    """Name the project's pipeline: my_shop becomes MyShop."""
    return "".join(word.capitalize() for word in name.split("_"))


def version() -> str:
    """Name the installed version of slipstream."""
    return distribution("slipstream").version


def source() -> str:
    """Say to pip where slipstream came from: a file or folder it was installed from, else its name."""
    try:
        origin = json.loads(distribution("slipstream").read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):
        return "slipstream"
    url = str(origin.get("url", ""))
    return f"slipstream @ {url}" if url.startswith("file://") else "slipstream"


def _paths(name: str) -> Iterator[tuple[Path, Path]]:
    """Yield each draft with the path it gets: `dot_x` becomes `.x`, and the ending of drafts of Python falls away."""
    for draft in sorted(path.relative_to(HOME) for path in HOME.rglob("*") if path.is_file()):
        parts = [part.replace(PLACE, name).removesuffix(".in") for part in draft.parts]
        parts = [f".{part.removeprefix('dot_')}" if part.startswith("dot_") else part for part in parts]
        yield draft, Path(*parts)
