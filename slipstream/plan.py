"""What a run sets out to do, as plain facts: all that manifests do not say of the graph."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import luigi

from slipstream.graph import Step
from slipstream.tasks.base import Pipeline

PLAN = "plan"


def plan(pipeline: Pipeline[Any], steps: Sequence[Step], workers: int) -> dict[str, Any]:
    """Describe a pipeline, its tasks in the order of its graph and how each stands before the run."""
    return {
        "pipeline": type(pipeline).__name__,
        "id": pipeline.task_id,
        "parameters": dict(pipeline.significant_parameters()),
        "products": {name: task.task_id for name, task in pipeline.products.items()},
        "workers": workers,
        "host": platform.node(),
        "tasks": [_facts(step, Path(pipeline.workspace_directory)) for step in steps],
    }


def _facts(step: Step, workspace: Path) -> dict[str, Any]:
    task = step.task
    return {
        "id": task.task_id,
        "label": step.label,
        "class": type(task).__name__,
        "key": str(task.make_unique_id()) if hasattr(task, "make_unique_id") else "",
        "state": str(step.state),
        "upstream": list(dict.fromkeys(before.task_id for before in task.deps())),
        "manifest": _manifest_path(task, workspace),
        "read": bytes_read(task),
    }


def bytes_read(task: luigi.Task) -> int:
    """Add up the files that a task reads from outside, in bytes."""
    files = map(Path, getattr(task, "sources", tuple)())
    return sum(file.stat().st_size for file in files if file.exists())


def _manifest_path(task: luigi.Task, workspace: Path) -> str:
    """Say where in the workspace a task's manifest lies or will lie; a task of another kind has none."""
    file = getattr(task.output(), "manifest_file", None)
    return "" if file is None else os.path.relpath(file, workspace)
