"""The single changes that can set a task apart from an earlier output, each in words."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ParameterChanged:
    """A parameter has another value; None where there is no such parameter."""

    name: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        """Name the parameter and both values."""
        return f"parameter {_from_to(self.name, _value(self.old), _value(self.new))}"


@dataclass(frozen=True)
class DataChanged:
    """An outside file has other bytes; None where it is not read."""

    item: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        """Name the file and both digests."""
        return f"data {_from_to(self.item, _start(self.old), _start(self.new))}"


@dataclass(frozen=True)
class InputChanged:
    """An input is another product: its keys, and the qualified names of its tasks where they are known."""

    name: str
    old: str | None
    new: str | None
    old_task: str | None = None
    new_task: str | None = None

    def __str__(self) -> str:
        """Name the input and both products."""
        old, new = (_product(key, task) for key, task in ((self.old, self.old_task), (self.new, self.new_task)))
        return f"input {_from_to(self.name, old, new)}"


@dataclass(frozen=True)
class CodeChanged:
    """A definition was changed, added, removed or moved; its file and lines as they are now, and a short diff."""

    label: str
    kind: str
    file: str
    first_line: int
    last_line: int
    diff: tuple[str, ...]

    def __str__(self) -> str:
        """Name the definition and where it stands."""
        module, _, name = self.label.partition(":")
        return f"code of {name} {self.kind}, {self.place or f'in {module}'}"

    @property
    def place(self) -> str:
        """The file and its lines, relative to the working folder; nothing for what was removed."""
        if not self.file:
            return ""
        path, here = Path(self.file).resolve(), Path.cwd()
        shown = path.relative_to(here) if path.is_relative_to(here) else path
        lines = f"{self.first_line}-{self.last_line}" if self.last_line > self.first_line else f"{self.first_line}"
        return f"{shown}:{lines}"


@dataclass(frozen=True)
class CodeUnknown:
    """The code changed, but the texts of the earlier one were not kept."""

    digest: str

    def __str__(self) -> str:
        """Say that there is nothing to compare with."""
        return f"code changed, the earlier text ({self.digest[:8]}) was not kept"


Difference = ParameterChanged | DataChanged | InputChanged | CodeChanged | CodeUnknown


def _from_to(name: str, old: str | None, new: str | None) -> str:
    if old is None:
        return f"{name} added: {new}"
    return f"{name} removed: {old}" if new is None else f"{name}: {old} → {new}"


def _value(text: str | None) -> str | None:
    return "''" if text == "" else text


def _start(digest: str | None) -> str | None:
    return digest[:8] if digest is not None and len(digest) == 64 else digest


def _product(key: str | None, task: str | None) -> str | None:
    if key is None:
        return None
    return f"{task.rpartition('.')[2]} {key[:8]}" if task else key[:8] if "," not in key else key
