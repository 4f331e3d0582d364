"""Workspaces written by hand: products and runs of known age, made from one another."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slipstream.tasks.cache.manifest import Manifest

NOW = datetime(2026, 1, 31, tzinfo=UTC)
CODE = "c0de" * 16


def key_of(name):
    return hashlib.sha256(name.encode()).hexdigest()[:20]


def put(root, name, *, made_from=(), days=10.0, parameters=None, content=None, run=False, code=CODE, ending="txt"):
    """Put a product `Class` or `Class:variant`, or a run, on the shelf as if it had been made some days ago."""
    task, key, at = name.partition(":")[0], key_of(name), NOW - timedelta(days=days)
    bytes_ = name.encode() if content is None else content
    digest = hashlib.sha256(bytes_).hexdigest()
    page = root / "rooms" / f"{task}_{key}.manifest.json"
    page.parent.mkdir(parents=True, exist_ok=True)
    file = "" if run else f"{task}_{key}-{digest[:8]}.{ending}"
    if file:
        touch(page.parent / file, bytes_, days)
        touch(page.parent / f"{task}_{key}.log", b"done\n", days)
    manifest = Manifest(
        task=f"rooms.{task}",
        key=key,
        parameters=parameters or {},
        inputs={f"input{number}": key_of(before) for number, before in enumerate(made_from)},
        code=code,
        data={},
        product="list",
        schema={},
        rows=None,
        seconds=1.5,
        cpu_seconds=1.25,
        peak_memory=1,
        at=at.isoformat(),
        host="here",
        git_commit=None,
        libraries={"python": "3.11.0"},
        file=file,
        bytes=len(bytes_) if file else 0,
        sha256=digest if file else "",
        modified=(page.parent / file).stat().st_mtime_ns if file else 0,
    )
    touch(page, manifest.to_json().encode(), days)
    return page


def touch(path, content=b"", days=10.0):
    """Write a file as if some days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    age(path, days)
    return path


def age(path, days):
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


def names(root):
    """Name all that lies in a workspace."""
    return sorted(
        str(path.relative_to(root)) for path in Path(root).rglob("*") if not path.is_dir() or path.is_symlink()
    )
