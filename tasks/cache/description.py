"""Drafting the manifest of a product: what is known of its task and of the circumstances."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from slipstream.tasks.cache.address import Addressed, code_of, data_of, input_keys, qualified_name
from slipstream.tasks.cache.blocks import Passing
from slipstream.tasks.cache.fingerprint import digest_of
from slipstream.tasks.cache.manifest import Manifest
from slipstream.tasks.cache.running import Clock

LIBRARIES = (
    *("slipstream", "gokart", "luigi", "pandas", "numpy", "scipy", "polars", "pyarrow", "pandera"),
    *("gensim", "lightgbm", "implicit", "scikit-learn", "rapidfuzz", "pyahocorasick", "pyspark"),
)


class Described(Addressed, Protocol):
    """What a manifest tells of the task that made a product."""

    clock: Clock

    def make_unique_id(self) -> str:
        """Compute its key."""

    def product_type(self) -> Any:
        """Name the type of its product."""


def describe(task: Described, product: Any) -> Manifest:
    """Draft the manifest of a product just made; the facts of its file are added when it is written."""
    is_table = isinstance(product, pd.DataFrame | Passing)
    return Manifest(
        task=qualified_name(type(task)),
        key=task.make_unique_id(),
        parameters=task.significant_parameters(),
        inputs=input_keys(task),
        code=digest_of(code_of(type(task))),
        data=data_of(task),
        product=str(task.product_type()),
        schema={name: str(dtype) for name, dtype in product.dtypes.items()} if is_table else {},
        rows=len(product) if hasattr(product, "__len__") else None,
        seconds=task.clock.seconds,
        cpu_seconds=task.clock.cpu_seconds,
        peak_memory=task.clock.peak_memory,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        host=platform.node(),
        git_commit=git_commit(str(Path(__file__).resolve().parent)),
        libraries=library_versions(),
    )


@cache
def library_versions() -> dict[str, str]:
    """Name the versions of the libraries that results can depend on."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


@cache
def git_commit(folder: str) -> str | None:
    """Name the commit that a source folder stands at, None outside a checkout."""
    command = ["git", "-C", folder, "rev-parse", "--verify", "--quiet", "HEAD"]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    except OSError:
        return None
    return answer.stdout.strip() or None
