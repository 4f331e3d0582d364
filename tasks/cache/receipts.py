"""Products that stand for a file outside the workspace: a JSON value with its path, bytes and sha256."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slipstream.tasks.cache.index import Entry
from slipstream.tasks.cache.storage import sha256

NAMES = frozenset({"path", "bytes", "sha256"})
LONGEST = 10_000


def receipt_of(entry: Entry) -> dict[str, Any] | None:
    """Read a product that is a receipt, None for any other."""
    file = entry.file
    if file is None or file.suffix != ".json" or entry.manifest.bytes > LONGEST:
        return None
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    is_one = isinstance(found, dict) and set(found) >= NAMES and isinstance(found["path"], str)
    return found if is_one else None


def is_intact(receipt: Mapping[str, Any]) -> bool:
    """Tell whether the outside file is there with the bytes that were written."""
    path = Path(receipt["path"])
    return path.is_file() and path.stat().st_size == receipt["bytes"] and sha256(path) == receipt["sha256"]


def may_be_intact(receipt: Mapping[str, Any]) -> bool:
    """Tell whether the outside file is as it was written, or cannot be found from this working folder."""
    path = Path(receipt["path"])
    return is_intact(receipt) or not (path.is_absolute() or path.exists())
