"""What came of a search, as a configuration that says by itself how good it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipstream.stop import Code, Stop
from slipstream.tasks.base import Pipeline
from slipstream.tuning.objective import Interval, Objective
from slipstream.tuning.study import Tried


@dataclass(frozen=True)
class Result:
    """The pipeline as configured, the best trial, how far it leads for the same users, and how many failed."""

    objective: Objective
    usual: Tried
    best: Tried
    lead: Interval
    trials: int
    failed: int

    @property
    def is_better(self) -> bool:
        """Tell whether the best trial is better than what is configured, beyond chance."""
        return self.lead.low > 0

    def lines(self) -> list[str]:
        """Say what was found."""
        usual, best = self.usual.value or 0.0, self.best.value or 0.0
        failed = f", {self.failed} failed" if self.failed else ""
        found = [f"{self.objective} on the validation part: {usual:.4f} as configured; {self.trials} trials{failed}"]
        if self.best.number == self.usual.number:
            return [*found, "No trial is better than what is configured."]
        found.append(f"The best, trial {self.best.number}, has {best:.4f}, for the same users {self.lead}")
        if not self.is_better:
            found.append("That may be chance (the 95 % interval holds 0), so what is configured stays.")
        return found


Sections = Mapping[str, Mapping[str, str]]


def sharing(
    pipeline: type[Pipeline[Any]], names: set[str], known: Mapping[str, type[Pipeline[Any]]]
) -> dict[str, list[str]]:
    """Name the pipelines that share parameters with the one that was searched, that one first, and which."""
    own = pipeline.__name__
    order = sorted(known, key=lambda name: (name != own, name))
    found = {
        other: sorted(name for name in names if getattr(known[other], name, None) is getattr(pipeline, name))
        for other in order
    }
    return {other: shared for other, shared in found.items() if shared}


def render(result: Result, command: str, sections: Sections) -> str:
    """Write the configuration; what is not better than chance stands there as comments."""
    mark = "" if result.is_better else "# "
    head = [f"# {line}" for line in [*result.lines(), f"Found by: {command}"]]
    if not result.is_better and sections:
        head.append("# Whoever wants the best trial all the same:")
    body = []
    for name, options in sections.items():
        body += ["", f"{mark}[{name}]"]
        body += [f"{mark}{option} = {text.replace('%', '%%')}" for option, text in options.items()]
    return "\n".join([*head, *body]) + "\n"


def check_writable(path: Path) -> None:
    """Refuse a file that could not be written when the search is over."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Stop(Code.MISUSED, f"cannot write {path}: {error.strerror}; name another file by --out") from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Stop(Code.MISUSED, f"cannot write {path}; name another file by --out")


def write(path: Path, text: str) -> None:
    """Put the file in place whole."""
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
