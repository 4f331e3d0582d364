"""Small packages written for one test and imported under a name of their own."""

import importlib
from collections.abc import Mapping
from itertools import count
from pathlib import Path

_numbers = count()


def write_package(folder: Path, files: Mapping[str, str]) -> str:
    """Write {module: text} as a package, {package} in a text standing for its name, and return that name."""
    package = f"written_{next(_numbers)}"
    (folder / package).mkdir()
    for name, text in {"__init__": "", **files}.items():
        path = folder / package / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.replace("{package}", package))
    importlib.invalidate_caches()
    return package
