"""A recommender platform written as a graph of cached gokart tasks."""

import importlib
from typing import Any


def __getattr__(name: str) -> Any:
    """Load the catalogue when it is first asked for, so that importing slipstream stays cheap."""
    if name == "catalog":
        return importlib.import_module("slipstream.catalog")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
