"""The plain-JSON page that completes a product: what it is, what it came from, and how to know that it is whole."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Self

from slipstream.tasks.cache.storage import sha256, stamp

logger = logging.getLogger(__name__)

FORMAT = 3
SUFFIX = ".manifest.json"
ASIDE = "~"
Content = bytes  # in the class below the name stands for a size


class DamagedProductError(RuntimeError):
    """A product's bytes are not the ones that were written."""


class NewerFormatError(RuntimeError):
    """A manifest was written by a newer version than the one that reads it."""


@dataclass(frozen=True)
class Manifest:
    """Everything known of one product; bytes of memory and of disk, times in UTC.

    `seconds` passed while it was made, `cpu_seconds` are those of all processors. `code` is the digest of the code
    reached; a pipeline's manifest has no file and names its products under `inputs`.
    """

    task: str
    key: str
    parameters: dict[str, str]
    inputs: dict[str, Any]
    code: str
    data: dict[str, str]
    product: str
    schema: dict[str, str]
    rows: int | None
    seconds: float
    cpu_seconds: float
    peak_memory: int
    at: str
    host: str
    git_commit: str | None
    libraries: dict[str, str]
    file: str = ""
    bytes: int = 0
    sha256: str = ""
    modified: int = 0
    accepted: tuple[dict[str, str], ...] = ()
    format: int = FORMAT

    def to_json(self) -> str:
        """Write the page as JSON text, a line a fact."""
        facts = ((name, getattr(self, name)) for name in sorted(_FIELDS))
        lines = (f' "{name}": {json.dumps(fact, ensure_ascii=False, sort_keys=True)}' for name, fact in facts)
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read a page, None where there is none; a damaged one is reported and counts as none."""
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            return cls.parse(content, path)
        except ValueError as error:
            _report(str(error))
            return None

    @classmethod
    def parse(cls, content: Content, path: Path) -> Self:
        """Read the text of a page that lies at `path`.

        Raises:
            NewerFormatError: A newer version wrote it; it must be left alone.
            ValueError: It is damaged, or of an older format.

        """
        try:
            facts = json.loads(content)
            written_by = int(facts["format"])
            if written_by == FORMAT:
                return cls(**{**{name: facts[name] for name in _FIELDS}, "accepted": tuple(facts["accepted"])})
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"manifest {path} cannot be read ({error!r}); its product counts as missing") from error
        if written_by > FORMAT:
            raise NewerFormatError(
                f"manifest {path} has format {written_by}, this version of slipstream reads up to {FORMAT}; "
                "upgrade slipstream, or set workspace_directory in [TaskOnKart] to another folder"
            )
        raise ValueError(f"manifest {path} has the old format {written_by}; its product counts as missing")


_FIELDS = tuple(field.name for field in fields(Manifest))


def input_keys_of(manifest: Manifest) -> list[str]:
    """List the keys of all that a product was made from, in order."""
    return list(_flat(manifest.inputs))


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for element in value.values() if isinstance(value, dict) else value:
            yield from _flat(element)


def is_whole(manifest: Manifest, folder: Path) -> bool:
    """Tell whether the file a manifest names has its size and, when it was touched since, its bytes."""
    file = folder / manifest.file
    now = stamp(file) if manifest.file else None
    if now is None or manifest.bytes != now.size:
        return False
    return manifest.modified == now.modified or manifest.sha256 == sha256(file)


@cache
def _report(line: str) -> None:
    """Warn of something once a process."""
    logger.warning(line)
