"""The runs that a workspace remembers: a folder each, under `log/`, newest last."""

import fcntl
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from slipstream.journal import Event, Journal, Reader
from slipstream.plan import PLAN
from slipstream.stop import Code, Stop, near

LOGS = "log"
JOURNAL = "journal.jsonl"


@dataclass(frozen=True)
class Record:
    """What the journal of one run holds."""

    folder: Path
    plan: Event
    events: tuple[Event, ...]
    is_going_on: bool

    @property
    def workspace(self) -> Path:
        """The folder that the products lie in."""
        return self.folder.parent.parent

    @property
    def code(self) -> int | None:
        """How the run ended, None for one that goes on or never said."""
        return next((event["code"] for event in self.events if event["event"] == "end"), None)

    @property
    def began(self) -> datetime:
        """When the run began."""
        return datetime.fromtimestamp(self.plan["at"], UTC)

    @property
    def seconds(self) -> float:
        """How long the run took, up to the last that is known of it."""
        last = self.events[-1]["at"] if self.events else self.plan["at"]
        return float(last - self.plan["at"])

    @property
    def outcome(self) -> str:
        """How the run ended, in a word or two."""
        if self.code is None:
            return "running" if self.is_going_on else "interrupted"
        if self.code == Code.DONE:
            return "done"
        return "failed" if self.code == Code.TASK_FAILED else Code(self.code).name.lower().replace("_", " ")


def run_folders(workspace: Path) -> list[Path]:
    """List the folders of runs, oldest first."""
    found = [path.parent for path in (workspace / LOGS).glob(f"*/{JOURNAL}")]
    return sorted(found, key=lambda folder: (folder.name.partition("-")[0], (folder / JOURNAL).stat().st_mtime_ns))


def find_run(workspace: Path, name: str | None) -> Path:
    """Find a run's folder by its name or the beginning of it; without one, the newest."""
    folders = run_folders(workspace)
    if not folders:
        raise Stop(Code.MISSING_DATA, f"workspace {workspace} has no run yet; make one by: slipstream run PIPELINE")
    if name is None:
        return folders[-1]
    same = [folder for folder in folders if folder.name == name] or [f for f in folders if f.name.startswith(name)]
    if len(same) == 1:
        return same[0]
    names = [folder.name for folder in folders]
    if not same:
        raise Stop(Code.MISUSED, f"workspace {workspace} has no run {name!r}{near(name, names)}")
    raise Stop(Code.MISUSED, f"{len(same)} runs begin with {name!r}; give more of the name of {same[-1].name}")


def read_record(folder: Path) -> Record | None:
    """Read the journal of a run, None for one that has no plan."""
    try:
        events = list(Reader(Journal(folder / JOURNAL)).events())
    except json.JSONDecodeError:
        return None
    plan = next((event for event in events if event["event"] == PLAN), None)
    if plan is None:
        return None
    rest = tuple(event for event in events if event is not plan)
    is_over = any(event["event"] == "end" for event in rest)
    return Record(folder, plan, rest, not is_over and _is_held(folder, plan))


def _is_held(folder: Path, plan: dict[str, Any]) -> bool:
    """Tell whether a process of the run lives: it holds the pipeline's lock, and no later run could have taken it."""
    later = [other for other in run_folders(folder.parent.parent) if other.name.split("-")[1:2] == [plan["pipeline"]]]
    if later and later[-1] != folder:
        return False
    try:
        with (folder.parent / f"{plan['id']}.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
