"""What happens in a run, one JSON line an event in one file that every process of the run appends to."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Event = dict[str, Any]


@dataclass(frozen=True)
class Journal:
    """The file of events of one run."""

    path: Path

    def write(self, event: str, task: str = "", **facts: Any) -> None:
        """Append an event as one line, whole even when several processes write at once."""
        known = {"event": event, "task": task, "at": time.time(), "pid": os.getpid()}
        line = json.dumps({**known, **facts}, ensure_ascii=False)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, f"{line}\n".encode())
        finally:
            os.close(descriptor)


class Reader:
    """Reads on in a journal from where it stopped; a line that is not finished yet waits for the next time."""

    def __init__(self, journal: Journal) -> None:
        """Start at the beginning."""
        self._path = journal.path
        self._read = 0

    def events(self) -> Iterator[Event]:
        """Yield the events that came since the last call."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        for line in whole.splitlines():
            yield json.loads(line)
